"""Where runs live: a member is a class that keeps the promises of `sagactl.runtime.store.Store`.

The statements of a store are in `sql/DIALECT/`: numbered files bring the schema from one version to the next, and
`statements.sql` holds what is asked, each under its name.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping

HERE = os.path.join(os.path.dirname(__file__), "sql")
MARK = "-- name: "


def statements(dialect: str) -> Mapping[str, str]:
    """The statements of a dialect by name."""
    found: dict[str, list[str]] = {}
    name = ""
    with open(os.path.join(HERE, dialect, "statements.sql"), encoding="utf-8") as lines:
        for line in lines:
            if line.startswith(MARK):
                name = line.removeprefix(MARK).strip()
                found[name] = []
            elif name and not line.startswith("--"):
                found[name].append(line)
    return {name: "".join(lines).strip().rstrip(";") for name, lines in found.items()}


def migrations(dialect: str) -> Iterator[tuple[int, str]]:
    """The versions of the schema in order, each with what leads to it from the one before."""
    folder = os.path.join(HERE, dialect)
    for name in sorted(os.listdir(folder)):
        if name[:3].isdigit():
            with open(os.path.join(folder, name), encoding="utf-8") as file:
                yield int(name[:3]), file.read()
