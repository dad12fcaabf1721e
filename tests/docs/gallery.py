"""The pictures of the documentation: every definition as a flow, and one of them in every view."""

from __future__ import annotations

import re
from collections.abc import Mapping
from contextlib import chdir
from pathlib import Path
from types import MappingProxyType
from typing import Final, NamedTuple

from tests.docs.pages import ROOT
from tests.runner import sagactl

PICTURES: Final = ROOT / "docs" / "pictures"
REPORT: Final = ROOT / "docs" / "report"

SHOWN: Final = "order-fulfillment"
"""The definition that is drawn in every view."""

REPORTED: Final = "points-redemption"
"""The definition whose report is in the documentation: the shortest, because every page of it is kept."""

VIEWS: Final[Mapping[str, tuple[str, tuple[str, ...]]]] = MappingProxyType(
    {
        "rollbacks": ("What is undone when a step fails", ("--view", "rollback")),
        "sequence": (
            "The messages of a run in which a step fails",
            ("--view", "sequence", "--fail", "create-shipment"),
        ),
        "commands": ("As an orchestration", ("--view", "events", "--style", "orchestration")),
        "events": ("As a choreography", ("--view", "events", "--style", "choreography")),
        "states": ("The states of a run", ("--view", "states")),
    }
)

_PLACES = re.compile(r'\s(?:points|d|x|y|x1|x2|y1|y2|cx|cy|r|rx|ry|width|height|viewBox|transform)="[^"]*"')


class Drawn(NamedTuple):
    """A picture of the documentation: its file, what it shows, and the call that draws it."""

    file: str
    title: str
    call: tuple[str, ...]


def drawn() -> tuple[Drawn, ...]:
    """Every picture, the views of one definition first."""
    views = (Drawn(f"{SHOWN}-{name}.svg", title, _call(SHOWN, *words)) for name, (title, words) in VIEWS.items())
    names = sorted(path.name.removesuffix(".saga.yaml") for path in (ROOT / "definitions").glob("*.saga.yaml"))
    return (*views, *(Drawn(f"{name}.svg", name, _call(name)) for name in names))


def _call(name: str, *words: str) -> tuple[str, ...]:
    return ("graph", f"definitions/{name}.saga.yaml", *words, "--format", "svg")


def pictures() -> dict[str, str]:
    """Every picture by its file, as it is drawn now."""
    found = {}
    with chdir(ROOT):
        for each in drawn():
            done = sagactl(*each.call)
            assert (done.code, done.err) == (0, ""), each.file
            found[each.file] = done.out
    return found


def report(folder: Path) -> dict[str, str]:
    """Every page of the report of the documentation by its file, as it is made now."""
    with chdir(ROOT):
        done = sagactl("report", f"definitions/{REPORTED}.saga.yaml", "-o", str(folder), "--jobs", "1")
    assert (done.code, done.err) == (0, "")
    return {path.name: path.read_text(encoding="utf-8") for path in folder.iterdir()}


def gallery() -> str:
    """All pictures, each below what it shows and the call that draws it."""
    blocks = []
    for each in drawn():
        call = " ".join(("sagactl", *each.call[:-2]))
        blocks.append(f"## {each.title}\n\n`{call}`\n\n![{each.title}](pictures/{each.file})")
    return "\n\n".join(blocks)


def said(page: str) -> str:
    """What a drawing says, without where it says it: that differs between versions of Graphviz, and with the fonts."""
    return re.sub(r"sha256-[\w+/=]+", "", _PLACES.sub("", page))
