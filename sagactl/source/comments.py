"""Comments are not among the parser's events; they are found here, as every `#` that no scalar covers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sagactl.source.node import Comment, Node, Text

if TYPE_CHECKING:
    from collections.abc import Iterator


def find_comments(text: Text, root: Node) -> tuple[Comment, ...]:
    """The comments of a text that was read without problems, in order.

    Outside scalars a `#` always starts a comment: the text has no tags but `!!str` and `!`, and anchors hold none.
    """
    return tuple(_comments(text, _covered(text.string, root)))


def _comments(text: Text, covered: Iterator[tuple[int, int]]) -> Iterator[Comment]:
    string = text.string
    nowhere = (len(string), len(string))
    start, end = next(covered, nowhere)
    offset = string.find("#")
    while offset >= 0:
        while end <= offset:
            start, end = next(covered, nowhere)
        if start <= offset:
            offset = string.find("#", end)
            continue
        number, column = text.place(offset)
        line = text.lines[number]
        yield Comment(number, column, line[column + 1 :], not line[:column].strip(" \t"))
        offset = string.find("#", offset + len(line) - column)


def _covered(string: str, root: Node) -> Iterator[tuple[int, int]]:
    """The offsets of all scalars in the order of the text; of a block scalar only what is below its header."""
    seen: set[int] = set()
    todo: list[Any] = [root]
    while todo:
        node = todo.pop()
        if node.kind == "scalar":
            # A node that an alias repeats was passed before and is passed over by its offsets.
            is_block = not node.plain and string[node.start : node.start + 1] in ("|", ">")
            yield (_line_end(string, node.start) if is_block else node.start), node.end
        elif id(node) not in seen:
            seen.add(id(node))
            if node.kind == "sequence":
                todo.extend(reversed(node.value))
            else:
                for pair in reversed(node.value):
                    todo.extend(reversed(pair))


def _line_end(string: str, offset: int) -> int:
    while offset < len(string) and string[offset] not in "\r\n":
        offset += 1
    return offset
