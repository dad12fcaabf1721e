"""The drawing as lines of text: steps from top to bottom, each compensation at the right with an arrow back.

What runs in parallel stands in brackets, branch by branch; what depends on a choice stands under its outcome.  What is
no flow is written by `listing`.  No line is wider than asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sagactl.diagrams import listing
from sagactl.diagrams.figure import STATE_TEXTS, Figure, Node
from sagactl.diagrams.glyphs import ASCII, UNICODE, Glyphs
from sagactl.diagrams.outline import Block
from sagactl.diagrams.text import cells, clip, wrap
from sagactl.escape import escape

TIE: Final = "\u00a0"
"""Holds words together while lines are broken; `escape` leaves none of it in a text."""

NARROW: Final = 64
"""Below this many columns a compensation stands under its step, not beside it."""

SHORT: Final = 16
"""Up to so many steps there is an empty line between any two."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """One line before its width is known: what stands left, and what stands right of the arrow."""

    rail: str
    left: str = ""
    right: str = ""
    arrow: bool = False


def render(figure: Figure, *, width: int = 80, ascii: bool = False) -> str:
    """The whole drawing in lines of at most `width` columns; the same figure gives the same text."""
    width = max(width, 1)
    glyphs = ASCII if ascii else UNICODE
    lines = [*_heading(figure, width), *_body(figure, glyphs, width), *_legend(figure, glyphs, width)]
    if ascii:
        lines = [_in_ascii(line, glyphs) for line in lines]
    return "\n".join(clip(line, width, glyphs.more if width > 3 else "").rstrip() for line in lines) + "\n"


def _in_ascii(line: str, glyphs: Glyphs) -> str:
    known = line.replace("·", glyphs.dot).replace("→", "->")
    return known.encode("ascii", "backslashreplace").decode("ascii")


def _heading(figure: Figure, width: int) -> Iterator[str]:
    yield from wrap(escape(figure.title), width)
    for text in (figure.subtitle, figure.caption):
        yield from (line for line in wrap(escape(text), width) if line)
    yield ""


def _body(figure: Figure, glyphs: Glyphs, width: int) -> Iterator[str]:
    """A flow is drawn, what is no flow is listed, and the pictures of a small multiple come one after the other."""
    if figure.outline is not None:
        yield from _laid_out(list(_Rows(figure, glyphs, width).all()), glyphs, width)
        return
    yield from listing.lines(figure, glyphs, width)
    for place, panel in enumerate(figure.panels):
        yield from ([""] if place else [])
        yield glyphs.dash * width
        yield from (*_heading(panel, width), *_body(panel, glyphs, width))


class _Rows:
    """Walks the outline and says line by line what is to be written."""

    def __init__(self, figure: Figure, glyphs: Glyphs, width: int) -> None:
        self.figure, self.glyphs, self.width = figure, glyphs, width
        self.nodes = {node.id: node for node in figure.nodes}
        self.undo_of = figure.undo_of()
        steps = sum(node.role in ("step", "wait", "saga") for node in figure.nodes)
        self.airy = steps <= SHORT
        self.beside = width >= NARROW

    def all(self) -> Iterator[_Row]:
        yield _Row(rail="", left=f"{self.glyphs.start} start")
        for block in self.figure.outline.parts if self.figure.outline is not None else ():
            yield from self.gap("")
            yield from self.block(block, "", last=False)
        for node in self.figure.nodes:
            if node.role == "end" and node.state != "idle":
                yield _Row(rail="", left=self.glyphs.bar if self.figure.view == "flow" and self.airy else "")
                yield from self.end(node)

    def gap(self, rail: str) -> Iterator[_Row]:
        if self.airy:
            yield _Row(rail=rail + self.glyphs.bar)

    def block(self, block: Block, rail: str, *, last: bool) -> Iterator[_Row]:
        if block.form == "step":
            yield from self.step(block, rail, last=last)
        elif block.form == "parallel":
            yield from self.bracket(block, rail, f"in parallel, {len(block.parts)} branches")
        elif block.form == "net":
            words = "in a cycle, or behind one" if block.label else "partly in parallel"
            yield from self.bracket(block, rail, words)
        elif block.form == "choice":
            yield from self.choice(block, rail)
        else:
            yield from self.series(block, rail)

    def series(self, block: Block, rail: str) -> Iterator[_Row]:
        for place, part in enumerate(block.parts):
            if place:
                yield from self.gap(rail)
            yield from self.block(part, rail, last=place == len(block.parts) - 1)

    def bracket(self, block: Block, rail: str, words: str) -> Iterator[_Row]:
        """A block whose branches stand between corners; those of a net name what they come after."""
        g = self.glyphs
        one_by_one = block.form == "net"
        for place, part in enumerate(block.parts):
            if place == 0:
                yield _Row(rail=rail, left=f"{g.first}{g.dash} {words}")
            elif not one_by_one:
                yield _Row(rail=rail, left=g.middle + g.dash)
            yield from self.block(part, f"{rail}{g.bar}  ", last=not one_by_one or place == len(block.parts) - 1)
        yield _Row(rail=rail, left=f"{g.last}{g.dash} " + ("end of cycle" if block.label else "all done"))

    def choice(self, block: Block, rail: str) -> Iterator[_Row]:
        g = self.glyphs
        yield _Row(rail=rail, left=f"{g.choice} {escape(block.label)}")
        predicates = self.predicates(block.label)
        for place, part in enumerate(block.parts):
            final = place == len(block.parts) - 1
            detail = predicates.get(part.label, "")
            words = escape(part.label) + (f"  if {escape(detail)}" if detail else "")
            words += "" if part.parts else f" {g.dash}{g.dash} nothing to do"
            yield _Row(rail=rail, left=f"{g.last if final else g.middle}{g.dash} {words}")
            yield from self.series(part, f"{rail}{' ' if final else g.bar}  ")

    def predicates(self, choice: str) -> dict[str, str]:
        asked = {node.id for node in self.figure.nodes if node.role == "choice" and node.title == choice}
        return {edge.label: edge.detail for edge in self.figure.edges if edge.source in asked and edge.detail}

    def step(self, block: Block, rail: str, *, last: bool) -> Iterator[_Row]:
        node, g = self.nodes[block.id], self.glyphs
        undo = self.shown_undo(node)
        head = f"{self.mark(node)} {escape(node.title)}" + self.said(node)
        right, details = self.undo_words(undo) if undo is not None else ("", [])
        inner = f"{rail}{' ' if last else g.bar}   "
        below = [*self.detail(node, block, inner), *(f"! {escape(node.problem)}" for _ in node.problem[:1])]
        fits = self.beside and cells(rail) + cells(head) + cells(right) + 5 <= self.width
        yield _Row(rail=rail, left=head, right=right if fits else "", arrow=fits and bool(right))
        if right and not fits:
            below.append(f"{g.back}{g.leader} {right}")
        waiting = details[0] if fits and details else ""
        for text in below:
            room = self.width - cells(inner) - cells(text) - 2
            here = waiting if cells(waiting) <= room else ""
            waiting = "" if here else waiting
            yield _Row(rail=inner, left=text, right=here)
        if waiting and cells(inner) + cells(waiting) < self.width:
            yield _Row(rail=inner, right=waiting)

    def shown_undo(self, node: Node) -> Node | None:
        undo = self.undo_of.get(node.id)
        return None if undo is None or undo.state == "idle" else undo

    def undo_words(self, undo: Node) -> tuple[str, list[str]]:
        number = f"[{undo.number}] " if undo.number is not None else ""
        mark = "[?] " if undo.state == "maybe" else number
        detail = " · ".join(escape(text) for text in (undo.subtitle, *undo.badges) if text)
        return mark + escape(undo.title), [detail] if detail else []

    def said(self, node: Node) -> str:
        words = [word for word in ("pivot" if node.pivot else "",) if word]
        if node.state in ("failing", "idle"):
            words.append(STATE_TEXTS[node.state])
        return f"  ({', '.join(words)})" if words else ""

    def detail(self, node: Node, block: Block, rail: str) -> list[str]:
        room = max(self.width - cells(rail), 12)
        if self.beside and self.shown_undo(node) is not None:
            room = min(room, max(self.width // 2, room - 30))
        badges = [escape(badge) for badge in node.badges if badge != "pivot"]
        after = [f"after {escape(block.label)}"] if block.label else []
        parts = [part for part in (escape(node.subtitle), *badges, *after) if part]
        kept = " · ".join(part.replace(" ", TIE) if cells(part) + 2 <= room else part for part in parts)
        return [line.replace(TIE, " ") for line in wrap(kept, room) if line]

    def mark(self, node: Node) -> str:
        g = self.glyphs
        by_state = {"done": g.done, "failing": g.failing, "idle": g.idle}
        by_role = {"wait": g.wait, "saga": g.saga}
        return by_state.get(node.state) or (g.pivot if node.pivot else by_role.get(node.role, g.step))

    def end(self, node: Node) -> Iterator[_Row]:
        words = f"{node.subtitle}: {node.title}" if node.subtitle else node.title
        yield _Row(rail="", left=f"{self.glyphs.end} {words}")


def _laid_out(rows: list[_Row], glyphs: Glyphs, width: int) -> Iterator[str]:
    """The rows as lines, with everything that stands right in one column as far as there is room."""
    pairs = [row for row in rows if row.right]
    widest = max((cells(row.rail) + cells(row.left) for row in pairs), default=0) + 5
    room = max((cells(row.right) for row in pairs), default=0)
    column = max(min(widest, width - room), 0)
    for row in rows:
        text = _short_rail(row.rail, width) + row.left
        if row.right:
            text = _joined(text, row, min(max(column, cells(text) + 4), width - cells(row.right)), glyphs)
        yield from [text] if cells(text) <= width else _folded(row, text, glyphs, width)


def _joined(text: str, row: _Row, column: int, glyphs: Glyphs) -> str:
    gap = column - cells(text)
    if not row.arrow:
        return text + " " * max(gap, 1) + row.right
    return f"{text} {glyphs.back}{glyphs.leader * max(gap - 3, 0)} {row.right}"


def _folded(row: _Row, text: str, glyphs: Glyphs, width: int) -> Iterator[str]:
    """A line that is too long goes on below itself."""
    rail = _short_rail(row.rail, width)
    branch = glyphs.bar if row.left.startswith((glyphs.first, glyphs.middle)) else " "
    indent = rail + (f"{branch}   " if cells(rail) + 16 < width else "")
    first, *rest = wrap(text[len(rail) :], max(width - cells(indent), 1))
    yield rail + first
    yield from (indent + line for line in rest)


def _short_rail(rail: str, width: int) -> str:
    """Rails that would leave no room for words are cut to their innermost part."""
    room = width // 2
    return rail if cells(rail) <= room else rail[len(rail) - room :]


def _legend(figure: Figure, glyphs: Glyphs, width: int) -> Iterator[str]:
    """What the marks mean, those only that occur."""
    words = list(dict.fromkeys(_meanings(figure, glyphs)))
    if words:
        yield ""
        yield from wrap(" · ".join(words), width)


def _meanings(figure: Figure, glyphs: Glyphs) -> Iterable[str]:
    marks: Mapping[str, str] = {"wait": f"{glyphs.wait} waits", "saga": f"{glyphs.saga} another saga"}
    shown = [node for panel in figure.panels for node in panel.nodes]
    for node in (*figure.nodes, *shown):
        if node.state == "plain" and node.role in marks:
            yield marks[node.role]
        if node.state == "plain" and node.pivot and node.role != "status":
            yield f"{glyphs.pivot} pivot: no way back behind it"
        if node.state == "done":
            yield f"{glyphs.done} done"
        if node.role == "compensation" and node.state == "plain" and figure.outline is not None:
            yield f"{glyphs.back} undone by"
        if node.state == "maybe":
            yield "[?] undone first, but only if its outcome is unknown"
        if node.number is not None:
            yield f"{glyphs.back} [1] undone first"
