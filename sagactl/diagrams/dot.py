"""The drawing in DOT, the language of Graphviz.

Names are quoted strings, labels HTML-like; everything from a definition passes through `quoted` or a label.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from math import ceil, sqrt
from typing import Final

from sagactl.diagrams import labels
from sagactl.diagrams.colours import BACK, FAILURE, FAINT, GOOD, INK, NEUTRAL, PALE, PAPER, QUIET, shade, tint
from sagactl.diagrams.figure import UNDONE, Edge, Figure, Group, Node, View
from sagactl.diagrams.labels import quoted
from sagactl.diagrams.legend import legend
from sagactl.diagrams.text import wrap
from sagactl.diagrams.wiring import START

FONT: Final = "Helvetica"

GRAPH: Final = (
    'charset="UTF-8"',
    "pad=0.25",
    f'bgcolor="{PAPER}"',
    "splines=true",
    "labelloc=t",
    "labeljust=l",
    f'fontname="{FONT}"',
    f'fontcolor="{INK}"',
)
NODE: Final = (f'fontname="{FONT}"', "fontsize=12", f'fontcolor="{INK}"', "shape=box", 'margin="0.13,0.07"')
EDGE: Final = (f'fontname="{FONT}"', "fontsize=10", f'fontcolor="{INK}"', f'color="{QUIET}"', "arrowsize=0.7")

TALL: Final = "rankdir=TB, nodesep=0.35, ranksep=0.42"
SMALL: Final = "rankdir=TB, nodesep=0.18, ranksep=0.2"

SPACES: Final[Mapping[View, str]] = {
    "flow": TALL,
    "rollback": TALL,
    "rollbacks": SMALL,
    "events": "rankdir=TB, nodesep=0.3, ranksep=0.34",
    "states": "rankdir=TB, nodesep=0.6, ranksep=0.55",
    "commands": "rankdir=LR, nodesep=0.22, ranksep=1.4",
    "hybrid": TALL,
}

EDGES: Final[Mapping[str, str]] = {
    "forward": "weight=4",
    "undoes": f'style=dashed, color="{NEUTRAL}", dir=back, arrowtail=vee, weight=8',
    "rollback": f'color="{BACK}", penwidth=1.6, constraint=false',
    "back": f'style=dashed, color="{BACK}", penwidth=1.2',
    "calls": "dir=both, arrowtail=vee",
}

UPWARDS: Final = "dir=back"
"""An arrow that is written the other way round, so that what it comes from stands below."""

STYLES: Final[Mapping[str, str]] = {
    "step": 'style="rounded,filled"',
    "wait": "style=filled",
    "saga": "style=filled, shape=folder",
    "compensation": 'style="rounded,filled,dashed"',
    "event": "style=filled, shape=note",
    "service": "style=filled",
    "status": 'style="rounded,filled", margin="0.2,0.1"',
}

ENDS: Final[Mapping[str, str]] = {"completed": GOOD, "compensated": BACK, "parked": BACK}

MOST_COLUMNS: Final = 4
"""Of a small multiple: as many as a page is wide."""


def render(figure: Figure) -> str:
    """The whole drawing; the same figure gives the same text."""
    heading = labels.heading(figure.title, figure.subtitle, figure.drawn_caption, legend(figure))
    lines = [f"digraph {quoted(figure.title)} {{"]
    lines.append(f"  graph [{', '.join((*GRAPH, *_graph(figure)))}, label=<{heading}>];")
    lines.append(f"  node [{', '.join(NODE)}];")
    lines.append(f"  edge [{', '.join(EDGE)}];")
    lines += [f"  {line}" for line in (_panels(figure) if figure.panels else _content(figure))]
    return "\n".join((*lines, "}", ""))


def _graph(figure: Figure) -> Iterator[str]:
    yield SPACES[figure.view]
    if not figure.panels:
        yield "newrank=true"
    else:
        yield f'pack=14, packmode="array_tu{_columns(len(figure.panels))}"'


def _columns(panels: int) -> int:
    return min(MOST_COLUMNS, ceil(sqrt(panels * 1.5)))


def _content(figure: Figure) -> Iterator[str]:
    colours = {lane.id: lane.colour for lane in figure.lanes}
    grouped = {id for group in figure.groups for id in group.members}
    for place, group in enumerate(figure.groups):
        yield from _group(place, group, figure, colours)
    yield from _nodes(figure, colours, grouped)
    yield from _edges(figure)


# -- nodes


def _group(place: int, group: Group, figure: Figure, colours: Mapping[str, str]) -> Iterator[str]:
    nodes = {node.id: node for node in figure.nodes}
    colour = colours.get(group.lane or "", NEUTRAL)
    inside = " ".join(_node(nodes[id], colours) for id in group.members)
    look = f'style="rounded,filled"; fillcolor="{tint(colour)}"; color="{shade(colour)}"; margin=10'
    yield f'subgraph "cluster_group_{place}" {{ label=<{labels.group(group)}>; {look}; {inside} }}'


def _nodes(figure: Figure, colours: Mapping[str, str], grouped: set[str]) -> Iterator[str]:
    undo_of = figure.undo_of()
    beside = {node.id for node in undo_of.values()}
    top = [node for node in figure.nodes if node.role == "start"]
    for place, node in enumerate(figure.nodes):
        if node.id in beside or node.id in grouped or node.role == "start":
            continue
        undo = undo_of.get(node.id)
        if node.id == UNDONE:
            top.append(node)
        elif undo is None:
            yield _node(node, colours)
        else:
            pair = f"{_node(node, colours)} {_node(undo, colours)}"
            yield f'subgraph "cluster_{place}" {{ peripheries=0; margin=4; label=""; rank=same; {pair} }}'
    if top:
        yield "{ rank=same; " + " ".join(_node(node, colours) for node in top) + " }"
    for left, right in pairwise(top):
        yield f"{quoted(left.id)} -> {quoted(right.id)} [style=invis, minlen=2];"


def _node(node: Node, colours: Mapping[str, str]) -> str:
    return f"{quoted(node.id)} [{', '.join(_attributes(node, colours.get(node.lane or '', NEUTRAL)))}];"


def _attributes(node: Node, colour: str) -> Iterator[str]:
    if node.role == "start":
        yield f'shape=circle, style=filled, fillcolor="{PAPER}", color="{QUIET}", margin="0.02"'
        yield f"label={labels.plain([node.title])}"
    elif node.role == "end":
        yield from _end(node)
    elif node.role == "choice":
        yield from _choice(node)
    else:
        yield STYLES[node.role]
        yield f'fillcolor="{_fill(node, colour)}", color="{_line(node, colour)}", label=<{labels.node(node)}>'
        yield f"penwidth={_pen(node)}"
        if node.pivot:
            yield "peripheries=2"


def _choice(node: Node) -> Iterator[str]:
    line, ink = (PALE, FAINT) if node.state == "idle" else (NEUTRAL, INK)
    yield f'shape=diamond, style=filled, fillcolor="{PAPER}", margin="0.01"'
    yield f'color="{line}", fontcolor="{ink}", label={labels.plain(wrap(node.title, 12))}'


def _end(node: Node) -> Iterator[str]:
    colour = PALE if node.state == "idle" else ENDS.get(node.id.removeprefix("end:"), QUIET)
    words = f"{node.subtitle}: {node.title}" if node.subtitle else node.title
    ink = FAINT if node.state == "idle" else colour
    yield f'shape=box, style="rounded,filled", fillcolor="{PAPER}", color="{colour}", penwidth=2.2'
    yield f'fontname="{FONT}-Bold", fontcolor="{ink}", label={labels.plain([words])}'


def _line(node: Node, colour: str) -> str:
    if node.state == "failing" or node.problem:
        return FAILURE
    if node.state == "idle":
        return PALE
    if node.role == "status":
        return ENDS.get(node.id.removeprefix("status:"), BACK if node.title == "COMPENSATING" else NEUTRAL)
    return shade(colour)


def _fill(node: Node, colour: str) -> str:
    plain = node.state == "idle" or node.role in ("compensation", "event", "status")
    return PAPER if plain else tint(colour)


def _pen(node: Node) -> str:
    if node.state == "failing" or node.problem:
        return "3"
    return "1" if node.state == "idle" else "1.6"


# -- edges


def _edges(figure: Figure) -> Iterator[str]:
    for edge in figure.drawn_edges:
        ends, look = (edge.source, edge.target), list(_edge(edge))
        if edge.role == "undoes":
            ends = (edge.target, edge.source)
        elif edge.role == "back" and figure.view == "hybrid":
            ends, look = (edge.target, edge.source), [*look, UPWARDS]
        yield f"{quoted(ends[0])} -> {quoted(ends[1])} [{', '.join(look)}];"


def _edge(edge: Edge) -> Iterator[str]:
    yield EDGES[edge.role]
    if edge.state == "idle":
        yield f'style=dashed, color="{PALE}"'
    label = labels.edge(edge)
    if label:
        yield f"label=<{label}>"
    if edge.carries:
        yield f"tooltip={quoted(edge.carries)}"


# -- a small multiple


def _panels(figure: Figure) -> Iterator[str]:
    """Each panel is a cluster of its own; nodes are small, and know in their names to which panel they belong."""
    yield 'node [fontsize=10, height=0.26, margin="0.08,0.03"];'
    yield "edge [arrowsize=0.5];"
    for place, panel in enumerate(figure.panels):
        look = f'style="rounded"; color="{PALE}"; margin=8; sortv={place + 1}'
        yield f'subgraph "cluster_panel_{place}" {{ label=<{labels.panel(panel)}>; {look};'
        yield from (f"  {line}" for line in _panel(panel, f"{place}/"))
        yield "}"


def _panel(panel: Figure, before: str) -> Iterator[str]:
    colours = {lane.id: lane.colour for lane in panel.lanes}
    for node in panel.nodes:
        colour = colours.get(node.lane or "", NEUTRAL)
        yield f"{quoted(before + node.id)} [{', '.join(_small(node, colour))}];"
    for action, undo in panel.undo_of().items():
        yield f"{{ rank=same; {quoted(before + action)}; {quoted(before + undo.id)} }}"
    top = [before + node.id for node in panel.nodes if node.id in (START, UNDONE)]
    for left, right in pairwise(top):
        yield f"{{ rank=same; {quoted(left)} -> {quoted(right)} [style=invis]; }}"
    for edge in panel.edges:
        source, target = (edge.target, edge.source) if edge.role == "undoes" else (edge.source, edge.target)
        yield f"{quoted(before + source)} -> {quoted(before + target)} [{', '.join(_small_edge(edge))}];"


def _small(node: Node, colour: str) -> Iterator[str]:
    if node.role in ("start", "end", "choice"):
        yield from _attributes(node, colour)
        return
    yield STYLES[node.role]
    yield f'fillcolor="{_fill(node, colour)}", color="{_line(node, colour)}", label={labels.small_node(node)}'
    yield f'penwidth={_pen(node)}, fontcolor="{FAINT if node.state == "idle" else INK}"'
    if node.pivot:
        yield "peripheries=2"


def _small_edge(edge: Edge) -> Iterator[str]:
    yield EDGES[edge.role]
    if edge.state == "idle":
        yield f'style=dashed, color="{PALE}"'
