"""SQL by name: one commented file per database in the package that needs it, read once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

_end = re.compile(r";[ ]*$", re.MULTILINE)
_name = re.compile(r"^-- name: (?P<name>[a-z-]+)\n", re.MULTILINE)


@cache
def statements(home: str, database: str) -> Mapping[str, tuple[str, ...]]:
    """The statements of each name, in the order in which they are carried out."""
    text = files(home).joinpath(f"{database}.sql").read_text(encoding="utf-8")
    _, *parts = _name.split(text)
    return {name: _divided(body) for name, body in zip(parts[::2], parts[1::2], strict=True)}


def _divided(body: str) -> tuple[str, ...]:
    """Statements end with a line; what a comment holds is no end."""
    code = "\n".join(line for line in body.splitlines() if not line.lstrip().startswith("--"))
    return tuple(part.strip() for part in _end.split(code) if part.strip())
