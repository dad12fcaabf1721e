"""Entries are put into the text here, in the style of those beside them."""

from __future__ import annotations

from sagactl.source.layout import (
    CannotEdit,
    Extent,
    Splice,
    comma_in,
    dash,
    extents,
    head,
    indentation,
    is_blank,
    is_flow,
    line_end,
    line_end_of,
    next_line,
    opening,
    tail,
)
from sagactl.source.node import Node


def insertion(string: str, node: Node, behind: int, text: str) -> list[Splice]:
    """With one entry more, behind the one of this index; -1 stands for the front."""
    every = extents(string, node)
    if is_flow(string, node):
        return _into_flow(string, node, every, behind, text)
    return [_into_block(string, node, every, behind, text)]


def _into_block(string: str, node: Node, every: list[Extent], behind: int, text: str) -> Splice:
    mark = "- " if node.kind == "sequence" else ""
    starts = [dash(string, extent) if mark else extent.start for extent in every]
    indent = indentation(string, starts[0])
    end = line_end_of(string)
    if behind < 0:
        return Splice(starts[0], starts[0], f"{mark}{text}{end}{indent}")
    at = tail(string, Extent(starts[behind], every[behind].end))
    gap = end if not indent and _has_blank_line(string, at) else ""
    return Splice(at, at, f"{gap}{end}{indent}{mark}{text}")


def _has_blank_line(string: str, at: int) -> bool:
    """Whether an empty line comes next: parts of the whole definition are set apart by them."""
    start = next_line(string, at)
    return start < len(string) and is_blank(string[start : line_end(string, start)])


# -- flow


def _into_flow(string: str, node: Node, every: list[Extent], behind: int, text: str) -> list[Splice]:
    opened, closed = opening(string, node), node.end - 1
    if not every:
        if not is_blank(string[opened + 1 : closed]):
            raise CannotEdit
        return [Splice(opened + 1, closed, text)]
    if behind < 0:
        start = every[0].start
        before = head(string, start)
        return [Splice(start, start, f"{text},{line_end_of(string)}{before}" if is_blank(before) else f"{text}, ")]
    extent = every[behind]
    right = every[behind + 1].start if behind + 1 < len(every) else closed
    before = head(string, extent.start)
    if is_blank(before) and ("\n" in string[extent.end : right] or "\r" in string[extent.end : right]):
        return _on_a_line_of_its_own(string, extent, right, behind + 1 == len(every), before, text)
    return [Splice(extent.end, extent.end, f", {text}")]


def _on_a_line_of_its_own(string: str, extent: Extent, right: int, last: bool, indent: str, text: str) -> list[Splice]:
    comma, end = comma_in(string, extent.end, right), line_end(string, extent.end)
    line = f"{line_end_of(string)}{indent}{text}"
    if 0 <= comma < end:
        return [Splice(end, end, f"{line},")]
    if not last or comma >= 0:
        raise CannotEdit
    if is_blank(string[extent.end : end]):
        return [Splice(extent.end, extent.end, f",{line}")]
    return [Splice(extent.end, extent.end, ","), Splice(end, end, line)]
