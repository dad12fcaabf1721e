"""What the signs of a drawing mean, those only that occur in it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from sagactl.diagrams.figure import Figure, Node, View

FLOWS: Final[tuple[View, ...]] = ("flow", "rollback", "rollbacks")

SHAPES: Final[tuple[tuple[str, Callable[[Node], bool]], ...]] = (
    ("dashed box: undoes the step beside it", lambda node: node.role == "compensation"),
    ("double border: the pivot, behind which nothing is undone", lambda node: node.pivot),
    ("square corners: waits", lambda node: node.role == "wait"),
    ("folder: another saga", lambda node: node.role == "saga"),
    ("pale: never starts", lambda node: node.role == "step" and node.state == "idle"),
)
"""Of flows, where no words beside them say the same."""

MARKS: Final[tuple[tuple[str, Callable[[Node], bool]], ...]] = (
    ("✓ done", lambda node: node.state == "done"),
    ("✗ fails", lambda node: node.state == "failing"),
    ("? undone first, if its outcome is unknown", lambda node: node.state == "maybe"),
)
"""Of a small multiple, which has no room for words."""


def legend(figure: Figure) -> str:
    """The meanings in one line; empty where everything says itself what it is."""
    return " · ".join(_meanings(figure))


def _meanings(figure: Figure) -> Iterator[str]:
    if figure.view not in FLOWS:
        return
    nodes = (*figure.nodes, *(node for panel in figure.panels for node in panel.nodes))
    for meaning, occurs in (*(MARKS if figure.panels else ()), *SHAPES):
        if any(map(occurs, nodes)):
            yield meaning
