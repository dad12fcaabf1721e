"""Entries are taken out of the text here, so that what is left looks as if they had never been there."""

from __future__ import annotations

from sagactl.source.layout import (
    CannotEdit,
    Extent,
    Splice,
    comma_in,
    dash,
    extents,
    head,
    is_blank,
    is_flow,
    line_end,
    opening,
    tail,
    whole_lines,
)
from sagactl.source.node import Node


def removal(string: str, node: Node, index: int, key: Node | None) -> list[Splice]:
    """Without one of its entries; `key` is that of the collection, if it is the value of a mapping."""
    every = extents(string, node)
    if is_flow(string, node):
        return _from_flow(string, node, every, index)
    if len(every) == 1:
        return _emptied(string, node, every[0], key)
    if node.kind == "sequence":
        return [_lines(string, Extent(dash(string, every[index]), every[index].end))]
    if index == 0 and head(string, every[0].start).strip(" "):
        return [_beside_dash(string, every)]
    return [_lines(string, every[index])]


def _lines(string: str, extent: Extent) -> Splice:
    if head(string, extent.start).strip(" "):
        raise CannotEdit
    return whole_lines(string, extent.start, tail(string, extent))


def _beside_dash(string: str, every: list[Extent]) -> Splice:
    """The first key of an item in a list: the next one moves up to the dash, unless a comment stands between."""
    first, second = every[0], every[1]
    if head(string, first.start).strip(" -"):
        raise CannotEdit
    if "#" not in string[first.end : second.start]:
        return Splice(first.start, second.start, "")
    start = first.start
    while string[start - 1] == " ":
        start -= 1
    return Splice(start, tail(string, first), "")


def _emptied(string: str, node: Node, only: Extent, key: Node | None) -> list[Splice]:
    """The last entry goes: an empty collection takes its place, beside the key if there is one."""
    empty = "{}" if node.kind == "mapping" else "[]"
    if key is None:
        return [Splice(node.start, only.end, empty)]
    colon = string.index(":", key.end)
    between = string[colon + 1 : line_end(string, colon)].lstrip(" \t")
    if between and not between.startswith("#"):
        raise CannotEdit
    start = dash(string, only) if node.kind == "sequence" else only.start
    return [Splice(colon + 1, colon + 1, " " + empty), _lines(string, Extent(start, only.end))]


# -- flow


def _from_flow(string: str, node: Node, every: list[Extent], index: int) -> list[Splice]:
    opened, closed = opening(string, node), node.end - 1
    extent, last = every[index], index == len(every) - 1
    left = every[index - 1].end if index else opened + 1
    right = closed if last else every[index + 1].start
    if index == 0 and last:
        return [_only(string, extent, opened, closed)]
    before, behind = string[left : extent.start], string[extent.end : right]
    if _owns_its_lines(string, extent, before, behind, last):
        comma = [] if not last or "," in behind else [_without_comma(string, left, extent.start)]
        return [*comma, whole_lines(string, extent.start, line_end(string, extent.end))]
    if index and (last or not _breaks(before) or _breaks(behind)) and "#" not in before:
        return [Splice(left, extent.end, "")]
    if not last and "#" not in behind:
        return [Splice(extent.start, right, "")]
    return _leaving_comments(string, extent, left, right)


def _only(string: str, extent: Extent, opened: int, closed: int) -> Splice:
    comma = comma_in(string, extent.end, closed)
    end = extent.end if comma < 0 else comma + 1
    if is_blank(string[opened + 1 : extent.start]) and is_blank(string[end:closed]):
        return Splice(opened + 1, closed, "")
    if "#" in string[extent.end : end]:
        raise CannotEdit
    return Splice(extent.start, end, "")


def _owns_its_lines(string: str, extent: Extent, before: str, behind: str, last: bool) -> bool:
    """Whether nothing else stands in the lines of an entry but its comma and its comment."""
    if not _breaks(behind) or not is_blank(head(string, extent.start)) or not _breaks(before):
        return False
    rest = string[extent.end : line_end(string, extent.end)].strip(" \t")
    if not last and not rest.startswith(","):
        return False
    rest = rest.removeprefix(",").lstrip(" \t")
    return not rest or rest.startswith("#")


def _without_comma(string: str, start: int, end: int) -> Splice:
    comma = comma_in(string, start, end)
    if comma < 0:
        raise CannotEdit
    return Splice(comma, comma + 1, "")


def _leaving_comments(string: str, extent: Extent, left: int, right: int) -> list[Splice]:
    """Comments on both sides stay where they are; only the entry goes, and one comma."""
    comma = comma_in(string, extent.end, right)
    if comma < 0:
        return [_without_comma(string, left, extent.start), Splice(extent.start, extent.end, "")]
    if "#" in string[extent.end : comma]:
        raise CannotEdit
    return [Splice(extent.start, comma + 1, "")]


def _breaks(string: str) -> bool:
    return "\n" in string or "\r" in string
