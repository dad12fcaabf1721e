"""What a YAML text is made of once it has been read: nodes, spans and comments.

Positions count from zero, in code points; printing adds one.
A node that an alias repeats is the same object in both places, so no walk may assume a tree without shared parts.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from itertools import accumulate
from typing import Literal, NamedTuple

NodeKind = Literal["scalar", "mapping", "sequence"]
Route = tuple[str | int, ...]


class Span(NamedTuple):
    """A stretch of text: lines and columns from zero, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Text:
    """A text and where its lines begin; lines end at LF, CR LF or a lone CR, as parsers and editors count them."""

    __slots__ = ("_lines", "_starts", "string")

    def __init__(self, string: str) -> None:
        self.string = string
        self._lines: list[str] | None = None
        self._starts: array[int] | None = None

    @property
    def lines(self) -> list[str]:
        """The lines without their ends; a text that ends with a line end has an empty last line."""
        if self._lines is None:
            string = self.string
            if "\r" in string:
                string = string.replace("\r\n", "\n").replace("\r", "\n")
            self._lines = string.split("\n")
        return self._lines

    def place(self, offset: int) -> tuple[int, int]:
        """The line and column of an offset."""
        starts = self._line_starts()
        line = bisect_right(starts, offset) - 1
        return line, min(offset - starts[line], len(self.lines[line]))

    def offset(self, line: int, column: int) -> int:
        """The inverse of `place`."""
        return self._line_starts()[line] + column

    def _line_starts(self) -> array[int]:
        if self._starts is None:
            lines = self.lines
            if "\r" in self.string:
                # The CR of a pair counts as the last character of its line here.
                lines = self.string.replace("\r\n", " \n").replace("\r", "\n").split("\n")
            # An array, because a file of nothing but line ends has millions of them.
            self._starts = array("I", accumulate((len(line) + 1 for line in lines), initial=0))
            self._starts.pop()
        return self._starts

    def span(self, start: int, end: int) -> Span:
        """The span between two offsets."""
        return Span(*self.place(start), *self.place(end))


class Node:
    """One value of the text.

    `value` is the text of a scalar (after unescaping), the entries of a mapping as (key, value) pairs of nodes,
    or the items of a sequence.  `plain` is true for a scalar written without quotes, so that its type is open.
    """

    # The reader fills in offsets and leaves `_span` unset: few spans are ever asked for, making each one while
    # reading costs a fifth of the reader's time, and keeping the parser's marks triples the work of the collector.
    __slots__ = ("_span", "end", "kind", "plain", "start", "text", "value")

    kind: NodeKind
    value: str | list[tuple[Node, Node]] | list[Node]
    plain: bool
    text: Text
    start: int
    end: int

    def __init__(
        self, kind: NodeKind, value: str | list[tuple[Node, Node]] | list[Node], span: Span, plain: bool
    ) -> None:
        self.kind = kind
        self.value = value
        self.plain = plain
        self._span: Span = span

    @property
    def span(self) -> Span:
        """The stretch of text that the node covers; that of a block ends where its last part ends."""
        try:
            return self._span
        except AttributeError:
            self._span = self.text.span(self.start, self.end)
            return self._span


class Comment(NamedTuple):
    """A comment, without its `#`: where it stands and whether it has the line to itself."""

    line: int
    column: int
    text: str
    own_line: bool


class Problem(NamedTuple):
    """Something that keeps the text from being read, said for the person who wrote it."""

    message: str
    span: Span
    help: str = ""
    note: str = ""
    related: tuple[tuple[str, Span], ...] = ()
