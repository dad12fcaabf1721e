"""Where the entries of a collection stand in the text, with their lines, commas, dashes and comments.

Offsets count code points from the start of the text.  What cannot be told apart safely raises `CannotEdit`: an alias
stands elsewhere, an explicit key (`? a`) has a sign of its own, and a comment has nobody to go with.
"""

from __future__ import annotations

from typing import NamedTuple, cast

from sagactl.source.node import Node

_BLANKS = " \t"
_ENDS = "\r\n"


class CannotEdit(Exception):
    """The text leaves no room for a small change that touches nothing else."""


class Splice(NamedTuple):
    """Replace the text between two offsets."""

    start: int
    end: int
    text: str


class Extent(NamedTuple):
    """What one entry covers: from its key, or the start of an item, to the end of its value."""

    start: int
    end: int


def extents(string: str, node: Node) -> list[Extent]:
    """The extents of all entries of a collection, in order."""
    if node.kind == "mapping":
        pairs = cast("list[tuple[Node, Node]]", node.value)
        return [Extent(key.start, _end(key.end, value)) for key, value in pairs]
    return [Extent(item.start, _end(item.start, item)) for item in cast("list[Node]", node.value)]


def _end(least: int, value: Node) -> int:
    if value.start < least:
        raise CannotEdit  # an alias: the value stands where its anchor is
    return max(least, value.end)


def is_flow(string: str, node: Node) -> bool:
    """Whether a collection is written in braces or brackets."""
    return string.startswith(("{", "["), opening(string, node))


def opening(string: str, node: Node) -> int:
    """Where a collection begins, its anchor left out."""
    start = node.start
    while start < node.end and string[start] in "&!":
        while start < node.end and string[start] not in _BLANKS + _ENDS:
            start += 1
        while start < node.end and string[start] in _BLANKS + _ENDS:
            start += 1
    return start


def is_explicit(string: str, key: Node) -> bool:
    """Whether a key has a sign of its own (`? a`) or goes over several lines, so that no value can stand beside it."""
    before = head(string, key.start).rstrip(_BLANKS)
    return before.endswith("?") or any(end in string[key.start : key.end] for end in _ENDS)


# -- lines


def line_end_of(string: str) -> str:
    """How the lines of a text end."""
    at = next((at for at, char in enumerate(string) if char in _ENDS), -1)
    return "\n" if at < 0 else string[at : at + 2] if string[at : at + 2] == "\r\n" else string[at]


def line_start(string: str, offset: int) -> int:
    """Where the line of an offset begins."""
    return max(string.rfind("\n", 0, offset), string.rfind("\r", 0, offset)) + 1


def line_end(string: str, offset: int) -> int:
    """Where the line of an offset ends, without its line end."""
    found = [at for at in (string.find("\n", offset), string.find("\r", offset)) if at >= 0]
    return min(found, default=len(string))


def next_line(string: str, offset: int) -> int:
    """Where the line after the one of an offset begins; the end of the text after the last."""
    end = line_end(string, offset)
    return min(end + (2 if string[end : end + 2] == "\r\n" else 1), len(string))


def is_blank(string: str) -> bool:
    """Whether a stretch of text shows nothing."""
    return not string.strip(_BLANKS + _ENDS)


def head(string: str, offset: int) -> str:
    """What stands before an offset in its line."""
    return string[line_start(string, offset) : offset]


def indentation(string: str, start: int) -> str:
    """The indentation that the siblings of a block entry have, which may itself stand behind dashes."""
    before = head(string, start)
    if before.strip(" -"):
        raise CannotEdit
    return " " * len(before)


# -- commas


def comma_in(string: str, start: int, end: int) -> int:
    """The offset of the comma between two entries of a flow collection, outside comments; -1 without one."""
    at = start
    while at < end:
        if string[at] == ",":
            return at
        at = line_end(string, at) if string[at] == "#" else at + 1
    return -1


# -- block entries


def tail(string: str, extent: Extent) -> int:
    """The end of the last line of a block entry: its own comment belongs to it, and so do those indented deeper."""
    end = line_end(string, extent.end)
    rest = string[extent.end : end].lstrip(_BLANKS)
    if rest and not rest.startswith("#"):
        raise CannotEdit
    column = len(head(string, extent.start))
    at = next_line(string, end)
    while at < len(string):
        line = string[at : line_end(string, at)]
        bare = line.lstrip(" ")
        if bare and not (bare.startswith("#") and len(line) - len(bare) > column):
            break
        if bare:
            end = line_end(string, at)
        if next_line(string, at) == at:
            break
        at = next_line(string, at)
    return end


def dash(string: str, item: Extent) -> int:
    """The dash of an item of a block list, before it or on a line above."""
    at = item.start - 1
    while at >= 0 and string[at] in _BLANKS + _ENDS:
        at -= 1
    if at < 0 or string[at] != "-":
        raise CannotEdit
    return at


def whole_lines(string: str, start: int, end: int) -> Splice:
    """The lines from the one of `start` to the one that ends at `end` go, with a line end of theirs."""
    first, last = line_start(string, start), next_line(string, end)
    if last == end:
        # The last line of a text without a line end takes the one before it along.
        first -= 2 if string[first - 2 : first] == "\r\n" else min(first, 1)
    return Splice(first, last, "")
