"""A file's bytes become a document here: nodes with places, comments, and the problems that kept it from being read.

Rule 1: `parse` answers for every input; it never raises, never recurses on the input and never types a value.
Rule 2: a document has a root exactly when it has no problems, so what comes after reads an honest tree or nothing.
Rule 3: lines end at LF, CR LF or CR and nowhere else; every position is one of an editor.

Source: YAML 1.2.2, and the limits and refusals in `characters.py` and `events.py`.
"""

from __future__ import annotations

import gc
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

from sagactl.source.characters import (
    MAX_BYTES,
    MAX_PROBLEMS,
    decode,
    has_separators,
    shield,
    stray_separators,
)
from sagactl.source.node import Comment, Node, Problem, Route, Span, Text

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sagactl.source.events import Builder

__all__ = ["MAX_BYTES", "MAX_PROBLEMS", "Document", "parse"]

_START = Span(0, 0, 0, 0)
_UTF_8_MARK = b"\xef\xbb\xbf"
_EMPTY_HELP = "start with `saga: <name>`"
# Mappings longer than this are looked up through an index, made when first needed.
_INDEX_FROM = 8


def parse(data: bytes) -> Document:
    """The document of a file's bytes, whatever they are."""
    string, problems = decode(data)
    text, is_marked = Text(string), data.startswith(_UTF_8_MARK)
    if problems:
        return Document(text, None, tuple(problems), is_marked)
    root, problems = _read(text, data)
    problems.sort(key=lambda problem: problem.span)
    return Document(text, None if problems else root, tuple(problems[:MAX_PROBLEMS]), is_marked)


class Document:
    """A text that was read: its root node when all is well, and otherwise its problems.

    `is_marked` says whether a byte order mark stood before the text.
    Every method asks for a route: the keys and indexes that lead from the root to a value.
    """

    __slots__ = ("_comments", "_indexes", "is_marked", "problems", "root", "text")

    def __init__(self, text: Text, root: Node | None, problems: tuple[Problem, ...], is_marked: bool = False) -> None:
        self.is_marked = is_marked
        self.text = text
        self.root = root
        self.problems = problems
        self._comments: tuple[Comment, ...] | None = None
        self._indexes: dict[int, dict[str, tuple[Node, Node]]] = {}

    @property
    def lines(self) -> list[str]:
        """The lines of the text without their ends; a text that ends with a line end has an empty last line."""
        return self.text.lines

    @property
    def comments(self) -> tuple[Comment, ...]:
        """The comments of the text, in order; none while there are problems, since what is one is not known then."""
        if self._comments is None:
            if self.root is None or "#" not in self.text.string:
                self._comments = ()
            else:
                from sagactl.source.comments import find_comments

                self._comments = find_comments(self.text, self.root)
        return self._comments

    def encode(self, string: str) -> bytes:
        """Another text as the bytes of this document's file: a mark at its start stays."""
        return (_UTF_8_MARK if self.is_marked else b"") + string.encode()

    def node(self, route: Route) -> Node | None:
        """The value at the end of a route, if it is there."""
        steps = self._walk(route)
        return steps[-1][1] if steps and len(steps) == len(route) + 1 else None

    def key_node(self, route: Route) -> Node | None:
        """The key that the last part of a route names, if it is there and not an index."""
        steps = self._walk(route)
        return steps[-1][0] if len(steps) == len(route) + 1 else None

    def span(self, route: Route, at: Literal["key", "value"] = "value") -> Span:
        """The stretch of text to underline for a route: a scalar, or the key of anything larger.

        Where a part of the route is missing, that of the nearest value which is there.
        The root is shown by its first key, and so is a mapping in a list.
        """
        steps = self._walk(route)
        if not steps:
            return _START
        key, value = steps[-1]
        if key is not None and (at == "key" or value.kind != "scalar" or _is_nothing(value)):
            return key.span
        return _first_scalar(value).span

    def route_at(self, line: int, column: int) -> Route:
        """The route of the innermost entry that holds a position; the empty route outside of all."""
        route: list[str | int] = []
        node, here = self.root, (line, column)
        while node is not None and node.kind != "scalar":
            found = _entry_at(node, here)
            if found is None:
                break
            part, value = found
            route.append(part)
            inside = (value.span.line, value.span.column) <= here
            node = value if inside else None
        return tuple(route)

    def data(self) -> Any:
        """The values as plain Python data, typed by the core schema of YAML 1.2.

        What an alias repeats is one object in all its places: the result is to be read, not changed.
        Keys are always text.  An integer of more digits than Python converts is a float, see `resolve_core`.
        """
        from sagactl.source.data import plain_data

        return None if self.root is None else plain_data(self.root)

    def _walk(self, route: Route) -> list[tuple[Node | None, Node]]:
        """The (key, value) pairs along a route as far as it exists, the root with no key first."""
        if self.root is None:
            return []
        steps: list[tuple[Node | None, Node]] = [(None, self.root)]
        for part in route:
            step = self._step(steps[-1][1], part)
            if step is None:
                break
            steps.append(step)
        return steps

    def _step(self, node: Node, part: str | int) -> tuple[Node | None, Node] | None:
        value: Any = node.value
        if node.kind == "mapping":
            return self._entry(node, str(part))
        if node.kind == "sequence" and isinstance(part, int) and 0 <= part < len(value):
            return None, value[part]
        return None

    def _entry(self, node: Node, name: str) -> tuple[Node, Node] | None:
        pairs: Any = node.value
        if len(pairs) <= _INDEX_FROM:
            for pair in pairs:
                if pair[0].value == name:
                    found: tuple[Node, Node] = pair
                    return found
            return None
        index = self._indexes.get(id(node))
        if index is None:
            index = self._indexes[id(node)] = {pair[0].value: pair for pair in pairs}
        return index.get(name)


def _entry_at(node: Node, here: tuple[int, int]) -> tuple[str | int, Node] | None:
    """The last entry of a collection that starts at the position or before it."""
    entries: Any = node.value
    found: tuple[str | int, Node] | None = None
    for index, entry in enumerate(entries):
        first, value = entry if node.kind == "mapping" else (entry, entry)
        if (first.span.line, first.span.column) > here:
            break
        found = (str(first.value) if node.kind == "mapping" else index), value
    return found


def _is_nothing(node: Node) -> bool:
    """A value that was left out covers no text."""
    return node.plain and not node.value


def _first_scalar(node: Node) -> Node:
    """The first key or item, as deep as need be; an empty collection is itself."""
    value: Any = node.value
    while node.kind != "scalar" and value:
        node = value[0] if node.kind == "sequence" else value[0][0]
        value = node.value
    return node


def _read(text: Text, data: bytes) -> tuple[Node | None, list[Problem]]:
    """The root of a text that may be parsed, or the problems in it."""
    from sagactl.source.framing import directive_problems, trailing_problems

    if problems := directive_problems(text):
        return None, problems
    shielded = has_separators(text.string)
    if shielded:
        data = shield(text.string).encode()
    elif data.startswith(_UTF_8_MARK):
        data = data[3:]
    from sagactl.source.events import Builder, SyntaxFault
    from sagactl.source.parser import FAULTS, open_events

    builder = Builder(text, shielded)
    try:
        with _collector_paused():
            root, end = builder.build(open_events(data))
    except SyntaxFault as fault:
        return None, _with_strays(builder, fault.offset, [*builder.problems, fault.problem])
    except FAULTS as error:
        from sagactl.source.syntax import translate

        problem, offset = translate(text, error, builder.last_quoted)
        return None, _with_strays(builder, offset, [*builder.problems, problem])
    if root is None or (root.kind == "scalar" and root.plain and not root.value):
        return None, [*builder.problems, Problem("the file holds no saga", _START, help=_EMPTY_HELP)]
    problems = [*builder.problems, *trailing_problems(text, end)]
    return root, _with_strays(builder, len(text.string), problems)


@contextmanager
def _collector_paused() -> Iterator[None]:
    """No garbage is collected while nodes are made.

    All of them stay, so the collector would only walk them again and again: three quarters of the time for 1 MB.
    """
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _with_strays(builder: Builder, stop: int, problems: list[Problem]) -> list[Problem]:
    """A stray separator is the likelier cause of a fault after it, so it is told first."""
    if not builder.shielded:
        return problems
    return stray_separators(builder.text.string, builder.quoted, stop) + problems
