"""What is no flow, as lines of text: node by node, each with the arrows that leave it or end at it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sagactl.diagrams.figure import Edge, EdgeRole, Figure, Node, View
from sagactl.diagrams.glyphs import Glyphs
from sagactl.diagrams.text import wrap
from sagactl.escape import escape

OUT: Final[Mapping[tuple[View, EdgeRole], str]] = {
    ("events", "forward"): "publishes ",
    ("events", "back"): "publishes ",
    ("states", "forward"): "",
    ("states", "back"): "",
    ("commands", "calls"): "",
    ("hybrid", "forward"): "then ",
    ("hybrid", "calls"): "then ",
    ("hybrid", "back"): "tells back to ",
}
"""What stands before the end of an arrow at the node that it leaves."""

INTO: Final[Mapping[tuple[View, EdgeRole], str]] = {
    ("events", "forward"): "starts on ",
    ("events", "back"): "goes back on ",
}
"""What stands before the start of an arrow at the node where it ends; where nothing does, it is told only once."""


def lines(figure: Figure, glyphs: Glyphs, width: int) -> Iterator[str]:
    """The nodes in their boxes, then those in none; an event is told where it is published and heard."""
    nodes = {node.id: node for node in figure.nodes}
    rows = _Rows(figure, nodes, glyphs, width)
    grouped = [id for group in figure.groups for id in group.members]
    for place, group in enumerate(figure.groups):
        yield from ([""] if place else [])
        more = f" ({escape(group.subtitle)})" if group.subtitle else ""
        yield from wrap(escape(group.title) + more, width)
        for id in group.members:
            yield from rows.node(nodes[id], "  ")
    rest = [node for node in figure.nodes if node.id not in grouped and not rows.is_told(node)]
    for place, node in enumerate(rest):
        yield from ([""] if place or figure.groups else [])
        yield from rows.node(node, "")


class _Rows:
    """What is said of each node."""

    def __init__(self, figure: Figure, nodes: Mapping[str, Node], glyphs: Glyphs, width: int) -> None:
        self.figure, self.nodes, self.glyphs, self.width = figure, nodes, glyphs, width
        self.leaving: dict[str, list[Edge]] = {}
        self.ending: dict[str, list[Edge]] = {}
        for edge in figure.edges:
            self.leaving.setdefault(edge.source, []).append(edge)
            self.ending.setdefault(edge.target, []).append(edge)

    def is_told(self, node: Node) -> bool:
        """Whether the arrows of other nodes say all there is to say of this one."""
        touched = node.id in self.leaving or node.id in self.ending
        return node.role == "start" or (node.role == "event" and touched)

    def node(self, node: Node, indent: str) -> Iterator[str]:
        mark = self.mark(node)
        pivot = "  (pivot)" if node.pivot and node.role != "status" else ""
        yield from self.folded(f"{indent}{mark} ", escape(node.title) + pivot)
        inner = f"{indent}{' ' * len(mark)} "
        badges = [badge for badge in node.badges if badge != "pivot"]
        if node.role in ("service", "status"):
            for text in filter(None, (node.subtitle, *badges)):
                yield from self.folded(inner, escape(text))
        elif node.subtitle or badges:
            yield from self.folded(inner, escape(" · ".join(filter(None, (node.subtitle, *badges)))))
        if node.problem:
            yield from self.folded(inner, f"! {escape(node.problem)}")
        yield from self.arrows(node, inner)

    def mark(self, node: Node) -> str:
        g = self.glyphs
        return (
            g.pivot if node.pivot else {"wait": g.wait, "saga": g.saga, "compensation": g.back}.get(node.role, g.step)
        )

    def arrows(self, node: Node, indent: str) -> Iterator[str]:
        yield from self.coming(node, indent)
        yield from self.going(node, indent)

    def coming(self, node: Node, indent: str) -> Iterator[str]:
        g = self.glyphs
        for edge in self.ending.get(node.id, ()):
            verb = INTO.get((self.figure.view, edge.role))
            if verb is not None:
                stroke = g.leader if edge.role == "back" else g.dash
                carried = f"{escape(edge.carries)} of " if edge.carries else ""
                yield from self.folded(f"{indent}{g.back}{stroke} ", verb + carried + self.named(edge.source))

    def going(self, node: Node, indent: str) -> Iterator[str]:
        """What leaves the node; what its edges carry is told once, however many hear it."""
        g, leaving = self.glyphs, self.leaving.get(node.id, ())
        for edge in (each for each in leaving if not each.carries):
            stroke = g.leader if edge.role == "back" else g.dash
            verb = OUT.get((self.figure.view, edge.role), "")
            parts = [part for part in (*escape(edge.label).split("; "), escape(edge.detail)) if part]
            said = f": {parts[0]}" if len(parts) == 1 else ":" if parts else ""
            yield from self.folded(f"{indent}{stroke}{g.forth} ", verb + self.named(edge.target) + said)
            for text in parts if len(parts) > 1 else ():
                yield from self.folded(f"{indent}     ", text)
        for carried in dict.fromkeys(each.carries for each in leaving if each.carries):
            yield from self.folded(f"{indent}{g.leader}{g.forth} ", f"publishes {escape(carried)}")

    def named(self, id: str) -> str:
        """The other end of an arrow; of an event all there is to say, because it has no place of its own."""
        node = self.nodes[id]
        if node.role != "event":
            past = " (no way back)" if node.pivot and node.role == "status" else ""
            return escape(node.title) + past
        said = ", ".join(filter(None, (*node.badges, "from outside" if id not in self.ending else "")))
        problem = f" ! {escape(node.problem)}" if node.problem else ""
        return escape(node.title) + (f" ({escape(said)})" if said else "") + problem

    def folded(self, start: str, text: str) -> Iterator[str]:
        """A text that goes on below itself where it is too long."""
        room = max(self.width - len(start), min(self.width, 12))
        for place, line in enumerate(wrap(text, room)):
            yield (start if place == 0 else " " * len(start)) + line
