"""The words in a DOT drawing: HTML-like labels, in which everything from a definition is made harmless."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from html import escape as escape_html
from typing import Final

from sagactl.diagrams.colours import BACK, FAILURE, FAINT, INK, PAPER, QUIET
from sagactl.diagrams.figure import STATE_TEXTS, Edge, Figure, Group, Node
from sagactl.diagrams.text import cells, clip, wrap
from sagactl.escape import escape

TITLE_WIDTH: Final = 34
LINE_WIDTH: Final = 44
PREDICATE_WIDTH: Final = 30
PREDICATE_LENGTH: Final = 120
EDGE_LENGTH: Final = 360
CAPTION_WIDTH: Final = 76
LEGEND_WIDTH: Final = 84
SMALL_WIDTH: Final = 26

MARKS: Final = {"done": "✓ ", "failing": "✗ ", "maybe": "? "}
"""What stands before a name where there is no room for words."""

_NAMES = re.compile(r"\\(?=[A-Za-z\\])")


def heading(title: str, subtitle: str, caption: str = "", legend: str = "") -> str:
    """The name of the picture, what it shows, and what its signs mean."""
    rows = [_row(f'<FONT POINT-SIZE="18"><B>{_text(title)}</B></FONT>', 26)]
    if subtitle:
        rows.append(_row(words(subtitle, 11, QUIET), 16))
    rows += [_row(words(line, 11, INK), 16) for line in wrap(caption, CAPTION_WIDTH) if line]
    rows += [_row(words(line, 10, QUIET), 15) for line in wrap(legend, LEGEND_WIDTH) if line]
    return _table(rows, padding=2)


def panel(figure: Figure) -> str:
    """The name of one picture of a small multiple, and how it ends."""
    rows = [_row(f"<B>{_font(_text(line), 11, INK)}</B>", 15) for line in wrap(figure.title, TITLE_WIDTH)]
    return _table([*rows, _row(_font(_text(figure.subtitle), 9, QUIET), 12)], padding=1)


def group(group: Group) -> str:
    """The name of a box around nodes."""
    rows = [_row(f"<B>{_font(_text(line), 11, INK)}</B>", 15) for line in wrap(group.title, TITLE_WIDTH)]
    rows += [_row(_font(_text(group.subtitle), 9, QUIET), 12)] if group.subtitle else []
    return _table(rows, padding=1)


def node(node: Node) -> str:
    """All that is said of a node, line by line."""
    faded = node.state == "idle"
    ink, quiet = (FAINT, FAINT) if faded else (INK, QUIET)
    title = wrap(node.title, TITLE_WIDTH)
    rows = [_row(f"<B>{_font(_text(part), 12, ink)}</B>", 17) for part in title]
    if node.number is not None:
        rows[0] = _row(f'<FONT COLOR="{BACK}"><B>{node.number}.</B></FONT> <B>{_text(title[0])}</B>', 17)
    rows += [_row(_font(_text(line), 10, quiet), 14) for line in wrap(node.subtitle, LINE_WIDTH) if line]
    rows += [_row(_font(line, 9, quiet), 13) for line in _badge_lines(node)]
    if node.state in ("failing", "maybe"):
        words = _font(f"<B>{STATE_TEXTS[node.state]}</B>", 10, PAPER)
        rows.append(f'<TR><TD BGCOLOR="{FAILURE}" CELLPADDING="3">{words}</TD></TR>')
    rows += [_row(_font(f"<B>{_text(line)}</B>", 10, FAILURE), 14) for line in wrap(node.problem, LINE_WIDTH) if line]
    return _table(rows, padding=1)


def small_node(node: Node) -> str:
    """The name of a node, with a mark or a number for its part in a rollback."""
    before = MARKS.get(node.state, "") if node.number is None else f"{node.number}. "
    return plain(wrap(before + node.title, SMALL_WIDTH))


def edge(edge: Edge) -> str:
    """What is written on an arrow, empty for nothing."""
    if not edge.label:
        return ""
    lines = [line for part in clip(edge.label, EDGE_LENGTH).split("; ") for line in wrap(part, PREDICATE_WIDTH)]
    rows = [_row(f"&#160;<B>{_text(line)}</B>", 13) for line in lines]
    detail = wrap(clip(edge.detail, PREDICATE_LENGTH), PREDICATE_WIDTH)
    rows += [_row(_font("&#160;" + _text(line), 9, QUIET), 12) for line in detail if line]
    return _table(rows, padding=0)


def plain(lines: Iterable[str]) -> str:
    """A label that is no HTML; its characters stand for themselves, and its lines are centred."""
    return '"' + "\\n".join(quoted(line)[1:-1].replace("&", "&amp;") for line in lines) + '"'


def quoted(text: str) -> str:
    """A quoted string of the language; a backslash is written twice, so that none can swallow the closing quote."""
    return '"' + escape(text).replace("\\", "\\\\").replace('"', '\\"') + '"'


def words(text: str, size: int, colour: str) -> str:
    """Text within an HTML-like label."""
    return _font(_text(text), size, colour)


def _badge_lines(node: Node) -> Iterator[str]:
    """The badges in lines, separated by dots, the pivot in bold; what a service or a state has is wrapped, not cut."""
    if node.role in ("service", "status"):
        yield from (_text(line) for badge in node.badges for line in wrap(badge, LINE_WIDTH))
        return
    line, used = "", 0
    for badge in node.badges:
        shown = clip(escape(badge), LINE_WIDTH)
        if line and used + cells(shown) > LINE_WIDTH:
            yield line
            line, used = "", 0
        written = f"<B>{_text(shown)}</B>" if badge == "pivot" else _text(shown)
        line = f"{line} · {written}" if line else written
        used += cells(shown) + 3
    if line:
        yield line


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
