"""A drawing that no renderer has touched yet: nodes, edges, groups and lanes with words on them, nothing about shapes.

Texts are those of the definition; making them harmless is the renderer's work, because only it knows what its format
can be harmed by.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from sagactl.diagrams.colours import PALETTE
from sagactl.diagrams.outline import Block

View = Literal["flow", "rollback", "rollbacks", "events", "states", "commands", "hybrid"]
NodeRole = Literal["start", "step", "wait", "saga", "choice", "compensation", "end", "event", "service", "status"]
EdgeRole = Literal["forward", "undoes", "rollback", "back", "calls"]
"""forward: what comes next, or who tells whom · undoes: from a compensation to its action · rollback: which undo comes
next · back: the same as forward, on the way back · calls: one way and, in answer or on the way back, the other.
"""

State = Literal["plain", "done", "failing", "idle", "due", "maybe"]
"""plain: nothing is said · done, failing, idle (never starts) for steps · due, maybe, idle for compensations."""

UNDONE: Final = "end:compensated"
PARKED: Final = "end:parked"

MOST_CARRYING: Final = 60
"""Edges without the nodes of their events in one drawing; more of them would hide everything else."""

UNNAMED: Final = "The names of their events are left out, because there are many; the format text has them."
UNDRAWN: Final = "Here they are left out, because they would hide the rest; the format text has them."

STATE_TEXTS: Final[Mapping[State, str]] = {
    "plain": "",
    "done": "done",
    "failing": "fails here",
    "idle": "never starts",
    "due": "undone",
    "maybe": "undone first, if its outcome is unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A participant: its colour is a help, its name is on every node of it."""

    id: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Something that happens or is decided; `number` is its place in the order of a rollback."""

    id: str
    role: NodeRole
    title: str
    subtitle: str = ""
    badges: tuple[str, ...] = ()
    lane: str | None = None
    pivot: bool = False
    state: State = "plain"
    number: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What leads where; an edge that undoes goes from a compensation to its action and orders nothing.

    `carries` names the events that have no node in a crowded picture.
    """

    source: str
    target: str
    role: EdgeRole = "forward"
    label: str = ""
    detail: str = ""
    carries: str = ""
    state: State = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Group:
    """Nodes that belong together: the steps of a participant, or of a bounded context."""

    id: str
    title: str
    members: tuple[str, ...]
    subtitle: str = ""
    lane: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One picture, or a small multiple of several, which then are its `panels`.

    `outline` is a flow as nested blocks, for renderers that write lines; pictures that are no flow have none.
    """

    view: View
    title: str
    subtitle: str = ""
    caption: str = ""
    nodes: tuple[Node, ...] = ()
    edges: tuple[Edge, ...] = ()
    lanes: tuple[Lane, ...] = ()
    groups: tuple[Group, ...] = ()
    outline: Block | None = None
    panels: tuple[Figure, ...] = ()

    @property
    def drawn_caption(self) -> str:
        """The caption of a drawing, which has no room for what crowded edges carry."""
        carrying = sum(bool(edge.carries) for edge in self.edges)
        left_out = UNDRAWN if carrying > MOST_CARRYING else UNNAMED if carrying else ""
        return f"{self.caption} {left_out}".strip()

    @property
    def drawn_edges(self) -> tuple[Edge, ...]:
        """The edges of a drawing: without the crowded ones, if they are so many that they would hide the others."""
        if sum(bool(edge.carries) for edge in self.edges) <= MOST_CARRYING:
            return self.edges
        return tuple(edge for edge in self.edges if not edge.carries)

    def undo_of(self) -> dict[str, Node]:
        """The compensation that stands beside each step's node."""
        nodes = {node.id: node for node in self.nodes}
        return {edge.target: nodes[edge.source] for edge in self.edges if edge.role == "undoes"}


def lanes(names: Iterable[str]) -> tuple[Lane, ...]:
    """A colour for each name, in order of appearance; where there are more names than colours, they come again."""
    return tuple(Lane(id=name, colour=PALETTE[place % len(PALETTE)]) for place, name in enumerate(dict.fromkeys(names)))
