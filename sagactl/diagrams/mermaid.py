"""The drawing as a Mermaid flowchart, which many wikis and code hosts draw by themselves.

Nodes are numbered, so that no name of a definition is ever read as syntax; labels are quoted and every character in
them that is not plainly a letter, a digit or harmless is written as a number.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sagactl.diagrams.figure import STATE_TEXTS, Edge, Figure, Lane, Node
from sagactl.diagrams.text import wrap
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
}

CLASSES: Final[Mapping[str, str]] = {
    "undo": "fill:#ffffff,stroke:#8a2d00,stroke-dasharray:5 4,color:#1f2937",
    "pivot": "stroke-width:4px",
    "failing": "fill:#fde8df,stroke:#b83a00,stroke-width:4px,color:#1f2937",
    "idle": "fill:#ffffff,stroke:#d1d5db,color:#6b7280,stroke-dasharray:2 3",
    "problem": "stroke:#b83a00,stroke-width:4px",
}

LINE_WIDTH: Final = 60


def render(figure: Figure) -> str:
    """The whole drawing; the same figure gives the same text."""
    names = {node.id: f"n{place}" for place, node in enumerate(figure.nodes)}
    lanes = {lane.id: f"lane{place}" for place, lane in enumerate(figure.lanes)}
    lines = ["flowchart TB", f"  accTitle: {_words(figure.title)}"]
    about = _words(f"{figure.subtitle}. {figure.caption}" if figure.subtitle else figure.caption)
    lines += [f"  accDescr: {about}"] if about else []
    lines += [f"  {names[node.id]}{_node(node)}" for node in figure.nodes]
    lines += [f"  {_edge(edge, names)}" for edge in figure.edges]
    lines += [f"  classDef {lanes[each.id]} {_colours(each)}" for each in figure.lanes]
    lines += [f"  classDef {name} {style}" for name, style in CLASSES.items()]
    for node in figure.nodes:
        lines += [f"  class {names[node.id]} {name}" for name in _classes(node, lanes)]
    return "\n".join((*lines, ""))


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
    if edge.role == "rollback":
        return f"{source} ==> {target}"
    arrow = "-.->" if edge.state == "idle" else "-->"
    if not edge.label:
        return f"{source} {arrow} {target}"
    words = _label(edge.label) + (f"<br/>{_label(edge.detail)}" if edge.detail else "")
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
    parts = (int(lane.colour[at : at + 2], 16) for at in (1, 3, 5))
    light = "".join(f"{round(255 - (255 - part) * 0.16):02x}" for part in parts)
    return f"fill:#{light},stroke:{lane.colour},color:#1f2937"
