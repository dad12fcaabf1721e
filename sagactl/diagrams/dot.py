"""The drawing in DOT, the language of Graphviz.

Names are quoted strings, labels HTML-like; everything from a definition passes through `_quoted` or `_text`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from html import escape as escape_html
from itertools import pairwise
from typing import Final

from sagactl.diagrams.figure import STATE_TEXTS, Edge, Figure, Node
from sagactl.diagrams.text import cells, clip, wrap
from sagactl.escape import escape

INK: Final = "#1F2937"
QUIET: Final = "#4B5563"
FAINT: Final = "#6B7280"
PALE: Final = "#D1D5DB"
FAILURE: Final = "#B83A00"
BACK: Final = "#8A2D00"
NEUTRAL: Final = "#64748B"
FONT: Final = "Helvetica"

TITLE_WIDTH: Final = 34
LINE_WIDTH: Final = 44
PREDICATE_WIDTH: Final = 30
PREDICATE_LENGTH: Final = 90
CAPTION_WIDTH: Final = 76

GRAPH: Final = (
    'charset="UTF-8"',
    "rankdir=TB",
    "newrank=true",
    "nodesep=0.35",
    "ranksep=0.42",
    "pad=0.25",
    'bgcolor="#FFFFFF"',
    "splines=true",
    "labelloc=t",
    "labeljust=l",
    f'fontname="{FONT}"',
)
NODE: Final = (f'fontname="{FONT}"', "fontsize=12", f'fontcolor="{INK}"', "shape=box", 'margin="0.13,0.07"')
EDGE: Final = (f'fontname="{FONT}"', "fontsize=10", f'fontcolor="{INK}"', f'color="{QUIET}"', "arrowsize=0.7")

EDGES: Final[Mapping[str, str]] = {
    "forward": "weight=4",
    "undoes": f'style=dashed, color="{NEUTRAL}", dir=back, arrowtail=vee, weight=8',
    "rollback": f'color="{BACK}", penwidth=1.6, constraint=false',
}


_NAMES = re.compile(r"\\(?=[A-Za-z\\])")


def render(figure: Figure) -> str:
    """The whole drawing; the same figure gives the same text."""
    lines = [f"digraph {_quoted(figure.title)} {{"]
    lines.append(f"  graph [{', '.join(GRAPH)}, label=<{_heading(figure)}>];")
    lines.append(f"  node [{', '.join(NODE)}];")
    lines.append(f"  edge [{', '.join(EDGE)}];")
    colours = {lane.id: lane.colour for lane in figure.lanes}
    lines += [f"  {line}" for line in _nodes(figure, colours)]
    lines += [f"  {line}" for line in _edges(figure)]
    return "\n".join((*lines, "}", ""))


def _heading(figure: Figure) -> str:
    rows = [_row(f'<FONT POINT-SIZE="18"><B>{_text(figure.title)}</B></FONT>', 26)]
    if figure.subtitle:
        rows.append(_row(_font(_text(figure.subtitle), 11, QUIET), 16))
    rows += [_row(_font(_text(line), 11, INK), 16) for line in wrap(figure.caption, CAPTION_WIDTH) if line]
    return _table(rows, padding=2)


# -- nodes


def _nodes(figure: Figure, colours: Mapping[str, str]) -> Iterator[str]:
    undo_of = figure.undo_of()
    beside = {node.id for node in undo_of.values()}
    top = [node for node in figure.nodes if node.role == "start"]
    for place, node in enumerate(figure.nodes):
        if node.id in beside or node.role == "start":
            continue
        undo = undo_of.get(node.id)
        if node.id == "end:compensated":
            top.append(node)
        elif undo is None:
            yield _node(node, colours)
        else:
            pair = f"{_node(node, colours)} {_node(undo, colours)}"
            yield f'subgraph "cluster_{place}" {{ peripheries=0; margin=4; label=""; rank=same; {pair} }}'
    yield "{ rank=same; " + " ".join(_node(node, colours) for node in top) + " }"
    for left, right in pairwise(top):
        yield f"{_quoted(left.id)} -> {_quoted(right.id)} [style=invis, minlen=2];"


def _node(node: Node, colours: Mapping[str, str]) -> str:
    return f"{_quoted(node.id)} [{', '.join(_attributes(node, colours.get(node.lane or '', NEUTRAL)))}];"


def _attributes(node: Node, colour: str) -> Iterator[str]:
    faded = node.state == "idle"
    if node.role == "start":
        yield f'shape=circle, style=filled, fillcolor="#FFFFFF", color="{QUIET}", margin="0.02"'
        yield f"label={_plain([node.title])}"
        return
    if node.role == "end":
        yield from _end(node)
        return
    line = PALE if faded else FAILURE if node.state == "failing" or node.problem else _shade(colour)
    fill = "#FFFFFF" if faded or node.role == "compensation" else _tint(colour)
    if node.role == "choice":
        label = _plain(wrap(node.title, 12))
        line, ink = (PALE, FAINT) if faded else (NEUTRAL, INK)
        yield 'shape=diamond, style=filled, fillcolor="#FFFFFF", margin="0.01"'
        yield f'color="{line}", fontcolor="{ink}", label={label}'
        return
    style = {"compensation": "rounded,filled,dashed", "wait": "filled", "saga": "filled"}.get(
        node.role, "rounded,filled"
    )
    yield f'style="{style}", fillcolor="{fill}", color="{line}", label=<{_label(node)}>'
    yield f"penwidth={_pen(node)}"
    if node.role == "saga":
        yield "shape=folder"
    if node.pivot:
        yield "peripheries=2"


def _end(node: Node) -> Iterator[str]:
    colour = {"end:completed": "#00694C", "end:compensated": BACK, "end:parked": BACK}.get(node.id, QUIET)
    colour = PALE if node.state == "idle" else colour
    words = f"{node.subtitle}: {node.title}" if node.subtitle else node.title
    ink = FAINT if node.state == "idle" else colour
    yield f'shape=box, style="rounded,filled", fillcolor="#FFFFFF", color="{colour}", penwidth=2.2'
    yield f'fontname="{FONT}-Bold", fontcolor="{ink}", label={_plain([words])}'


def _pen(node: Node) -> str:
    if node.state == "failing" or node.problem:
        return "3"
    return "1" if node.state == "idle" else "1.6"


def _label(node: Node) -> str:
    faded = node.state == "idle"
    ink, quiet = (FAINT, FAINT) if faded else (INK, QUIET)
    title = wrap(node.title, TITLE_WIDTH)
    rows = [_row(f"<B>{_font(_text(part), 12, ink)}</B>", 17) for part in title]
    if node.number is not None:
        rows[0] = _row(f'<FONT COLOR="{BACK}"><B>{node.number}.</B></FONT> <B>{_text(title[0])}</B>', 17)
    rows += [_row(_font(_text(line), 10, quiet), 14) for line in wrap(node.subtitle, LINE_WIDTH) if line]
    rows += [_row(_font(line, 9, quiet), 13) for line in _badge_lines(node.badges)]
    if node.state in ("failing", "maybe"):
        words = _font(f"<B>{STATE_TEXTS[node.state]}</B>", 10, "#FFFFFF")
        rows.append(f'<TR><TD BGCOLOR="{FAILURE}" CELLPADDING="3">{words}</TD></TR>')
    rows += [_row(_font(f"<B>{_text(line)}</B>", 10, FAILURE), 14) for line in wrap(node.problem, LINE_WIDTH) if line]
    return _table(rows, padding=1)


def _badge_lines(badges: Iterable[str]) -> Iterator[str]:
    """The badges in lines, separated by dots, the pivot in bold."""
    line, used = "", 0
    for badge in badges:
        shown = clip(escape(badge), LINE_WIDTH)
        if line and used + cells(shown) > LINE_WIDTH:
            yield line
            line, used = "", 0
        written = f"<B>{_text(shown)}</B>" if badge == "pivot" else _text(shown)
        line = f"{line} · {written}" if line else written
        used += cells(shown) + 3
    if line:
        yield line


# -- edges


def _edges(figure: Figure) -> Iterator[str]:
    for edge in figure.edges:
        ends = (edge.source, edge.target)
        if edge.role == "undoes":
            ends = (edge.target, edge.source)
        yield f"{_quoted(ends[0])} -> {_quoted(ends[1])} [{', '.join(_edge(edge))}];"


def _edge(edge: Edge) -> Iterator[str]:
    yield EDGES[edge.role]
    if edge.state == "idle":
        yield f'style=dashed, color="{PALE}"'
    if edge.label:
        rows = [_row(f"&#160;<B>{_text(line)}</B>", 13) for line in wrap(edge.label, PREDICATE_WIDTH)]
        detail = wrap(clip(edge.detail, PREDICATE_LENGTH), PREDICATE_WIDTH)
        rows += [_row(_font("&#160;" + _text(line), 9, QUIET), 12) for line in detail if line]
        yield f"label=<{_table(rows, padding=0)}>"


# -- text


def _table(rows: Iterable[str], *, padding: int) -> str:
    return f'<TABLE BORDER="0" CELLBORDER="0" CELLSPACING="0" CELLPADDING="{padding}">{"".join(rows)}</TABLE>'


def _row(content: str, height: int) -> str:
    """One line; its height is said, because without a font Graphviz guesses too little."""
    return f'<TR><TD ALIGN="LEFT" HEIGHT="{height}">{content}</TD></TR>'


def _font(content: str, size: int, colour: str) -> str:
    return f'<FONT POINT-SIZE="{size}" COLOR="{colour}">{content}</FONT>'


def _text(text: str) -> str:
    r"""Text for an HTML-like label; an empty one is a space, because an empty element is an error.

    Graphviz replaces `\N` by the name of the node even here; a backslash in an element of its own is left alone.
    """
    shown = escape_html(escape(text)).replace("&#x27;", "&#39;")
    return _NAMES.sub("<FONT>&#92;</FONT>", shown) or " "


def _plain(lines: Iterable[str]) -> str:
    """A label that is no HTML; its characters stand for themselves, and its lines are centred."""
    return '"' + "\\n".join(_quoted(line)[1:-1].replace("&", "&amp;") for line in lines) + '"'


def _quoted(text: str) -> str:
    """A quoted string of the language; a backslash is written twice, so that none can swallow the closing quote."""
    return '"' + escape(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def _shade(colour: str) -> str:
    """The colour mixed with a little black, so that a pale one still makes a line."""
    return "#" + "".join(f"{round(int(colour[at : at + 2], 16) * 0.82):02X}" for at in (1, 3, 5))


def _tint(colour: str) -> str:
    """The colour mixed with much white, light enough for dark text."""
    parts = (int(colour[at : at + 2], 16) for at in (1, 3, 5))
    return "#" + "".join(f"{round(255 - (255 - part) * 0.16):02X}" for part in parts)
