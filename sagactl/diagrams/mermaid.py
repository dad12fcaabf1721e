"""The drawing as a Mermaid flowchart, which many wikis and code hosts draw by themselves.

Nodes are numbered, so that no name of a definition is ever read as syntax; labels are quoted and every character in
them that is not plainly a letter, a digit or harmless is written as a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sagactl.diagrams.colours import tint
from sagactl.diagrams.figure import STATE_TEXTS, Edge, Figure, Lane, Node
from sagactl.diagrams.text import wrap
from sagactl.errors import SagactlError
from sagactl.escape import escape

HARMLESS: Final = frozenset(" .,-_/+=!?·…")
"""What may stand in a quoted label beside letters and digits."""

SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "start": ("((", "))"),
    "step": ("(", ")"),
    "wait": ("[", "]"),
    "saga": ("[[", "]]"),
    "choice": ("{", "}"),
    "compensation": ("(", ")"),
    "end": ("([", "])"),
    "event": (">", "]"),
    "service": ("[", "]"),
    "status": ("([", "])"),
}

CLASSES: Final[Mapping[str, str]] = {
    "undo": "fill:#ffffff,stroke:#8a2d00,stroke-dasharray:5 4,color:#1f2937",
    "pivot": "stroke-width:4px",
    "failing": "fill:#fde8df,stroke:#b83a00,stroke-width:4px,color:#1f2937",
    "idle": "fill:#ffffff,stroke:#d1d5db,color:#6b7280,stroke-dasharray:2 3",
    "problem": "stroke:#b83a00,stroke-width:4px",
}

ARROWS: Final[Mapping[str, str]] = {
    "forward": "-->",
    "undoes": "-.->",
    "rollback": "==>",
    "back": "-.->",
    "calls": "<-->",
}

MOST_EDGES: Final = 500
MOST_LETTERS: Final = 50_000
"""What Mermaid draws unless its host says otherwise.

Source: Mermaid, defaultConfig, `maxEdges` and `maxTextSize`.
"""

LINE_WIDTH: Final = 60


def render(figure: Figure) -> str:
    """The whole drawing; the same figure gives the same text.

    Raises SagactlError for a drawing that is larger than Mermaid draws.
    """
    lines = [f"flowchart {'LR' if figure.view == 'commands' else 'TB'}", f"  accTitle: {_words(figure.title)}"]
    about = _words(f"{figure.subtitle}. {figure.drawn_caption}" if figure.subtitle else figure.drawn_caption)
    lines += [f"  accDescr: {about}"] if about else []
    lines += _content(figure, "") if not figure.panels else _panels(figure)
    lines += [f"  classDef {name} {style}" for name, style in CLASSES.items()]
    text = "\n".join((*lines, ""))
    _refuse_too_large(figure, text)
    return text


def _refuse_too_large(figure: Figure, text: str) -> None:
    edges = len(figure.edges) + sum(len(panel.edges) for panel in figure.panels)
    if edges > MOST_EDGES or len(text) > MOST_LETTERS:
        raise SagactlError(
            f"Mermaid draws up to {MOST_EDGES} arrows and {MOST_LETTERS} letters; this picture has {edges} arrows and "
            f"{len(text)} letters",
            help="the formats svg, html, dot and text have no such limit, and `--fail STEP` draws one failure point",
        )


def _panels(figure: Figure) -> Iterator[str]:
    for place, panel in enumerate(figure.panels):
        yield f'  subgraph panel{place}["<b>{_label(panel.title)}</b><br/>{_label(panel.subtitle)}"]'
        yield from (f"  {line}" for line in _content(panel, f"p{place}"))
        yield "  end"


def _content(figure: Figure, before: str) -> Iterator[str]:
    names = {node.id: f"{before}n{place}" for place, node in enumerate(figure.nodes)}
    lanes = {lane.id: f"{before}lane{place}" for place, lane in enumerate(figure.lanes)}
    nodes = {node.id: node for node in figure.nodes}
    grouped = {id for group in figure.groups for id in group.members}
    for place, group in enumerate(figure.groups):
        more = f"<br/>{_label(group.subtitle)}" if group.subtitle else ""
        yield f'  subgraph {before}group{place}["<b>{_label(group.title)}</b>{more}"]'
        yield from (f"    {names[id]}{_node(nodes[id])}" for id in group.members)
        yield "  end"
    yield from (f"  {names[node.id]}{_node(node)}" for node in figure.nodes if node.id not in grouped)
    yield from (f"  {_edge(edge, names)}" for edge in figure.edges)
    yield from (f"  classDef {lanes[each.id]} {_colours(each)}" for each in figure.lanes)
    for node in figure.nodes:
        yield from (f"  class {names[node.id]} {name}" for name in _classes(node, lanes))


def _node(node: Node) -> str:
    left, right = SHAPES[node.role]
    return f'{left}"{"<br/>".join(_lines(node))}"{right}'


def _lines(node: Node) -> Iterator[str]:
    number = f"{node.number} · " if node.number is not None else ""
    title = f"{node.subtitle}: {node.title}" if node.role == "end" and node.subtitle else node.title
    yield f"<b>{_label(number + title)}</b>" if node.role not in ("start", "choice") else _label(title)
    if node.role != "end":
        yield from (_label(line) for line in wrap(escape(node.subtitle), LINE_WIDTH) if line)
    yield from (_label(line) for line in wrap(escape(" · ".join(node.badges)), LINE_WIDTH) if line)
    if node.state in ("failing", "maybe", "idle") and node.role != "end":
        yield f"<i>{_label(STATE_TEXTS[node.state])}</i>"
    if node.problem:
        yield f"<i>{_label(node.problem)}</i>"


def _edge(edge: Edge, names: Mapping[str, str]) -> str:
    source, target = names[edge.source], names[edge.target]
    if edge.role == "undoes":
        return f'{target} -. "undone by" .-> {source}'
    arrow = "-.->" if edge.state == "idle" else ARROWS[edge.role]
    if not edge.label:
        return f"{source} {arrow} {target}"
    words = "<br/>".join(map(_label, (*edge.label.split("; "), *filter(None, (edge.detail,)))))
    return f'{source} {arrow}|"{words}"| {target}'


def _classes(node: Node, lanes: Mapping[str, str]) -> Iterator[str]:
    if node.state == "idle":
        yield "idle"
        return
    if node.role == "compensation":
        yield "undo"
    elif node.lane is not None and node.lane in lanes:
        yield lanes[node.lane]
    if node.pivot:
        yield "pivot"
    if node.state == "failing":
        yield "failing"
    if node.problem:
        yield "problem"


def _label(text: str) -> str:
    """Text for a quoted label; `#40;` and the like are Mermaid's way to write a character by its number."""
    shown = escape(text) or " "
    return "".join(char if char.isalnum() or char in HARMLESS else f"#{ord(char)};" for char in shown)


def _words(text: str) -> str:
    """Text for a line without quotes: what could end the line or mean something becomes a space."""
    return " ".join("".join(char if char.isalnum() or char in " .,-_" else " " for char in escape(text)).split())


def _colours(lane: Lane) -> str:
    return f"fill:{tint(lane.colour).lower()},stroke:{lane.colour},color:#1f2937"
