"""The parser's events become nodes here, in one pass, without recursion and within limits.

Rule 1: a text nests at most MAX_DEPTH deep, holds at most MAX_NODES nodes and repeats at most as many through
        aliases, each alias counted as all it repeats, so that every walk over the result ends soon.
Rule 2: what two readers of YAML may understand differently is refused: equal keys, merge keys, tags, several documents.
Rule 3: a problem of the syntax ends the reading; every other problem is noted and reading goes on.
"""

from __future__ import annotations

from itertools import islice
from typing import TYPE_CHECKING, Any

from sagactl.source.characters import MAX_PROBLEMS, hidden_in_key, unshield
from sagactl.source.node import Node, Problem, Span, Text

if TYPE_CHECKING:
    from collections.abc import Callable

MAX_DEPTH = 64
MAX_NODES = 500_000

_STRING_TAGS = frozenset(("tag:yaml.org,2002:str", "!"))
_SNIPPET_LENGTH = 60
_LONGEST_TAG = 1000


class SyntaxFault(Exception):
    """The text cannot be read on from here."""

    def __init__(self, problem: Problem, offset: int) -> None:
        super().__init__(problem.message)
        self.problem = problem
        self.offset = offset


class Builder:
    """The state of one reading, and all of it that is not in the innermost loop."""

    def __init__(self, text: Text, shielded: bool) -> None:
        self.text = text
        self.shielded = shielded
        self.problems: list[Problem] = []
        self.quoted: list[tuple[int, int]] = []
        self.last_quoted: Any = None
        self._anchors: dict[str, Node] = {}
        # Expanded sizes of anchored nodes by identity; the anchored collections still open are in `_open`.
        self._sizes: dict[int, int] = {}
        self._open: set[int] = set()
        self._repeated = 0

    def build(self, get_event: Callable[[], Any]) -> tuple[Node | None, int]:
        """The events of one document are one node: its root, and the offset where the document ends.

        Raises `SyntaxFault`, and whatever the parser raises.  A text without a document has no root.
        """
        # One long function, because this loop takes a third of the time of reading and a call per event would
        # double that.  Branches are in the order of how often they are taken.
        from yaml import events

        scalar_event, alias_event = events.ScalarEvent, events.AliasEvent
        mapping_start, mapping_end = events.MappingStartEvent, events.MappingEndEvent
        sequence_start, sequence_end = events.SequenceStartEvent, events.SequenceEndEvent
        document_end = events.DocumentEndEvent

        new: Callable[[type[Node]], Node] = object.__new__
        text, shielded, still_open = self.text, self.shielded, self._open
        top: list[Node] = []
        items = top
        append = top.append
        stack: list[tuple[Node, list[Node], bool]] = []
        end = 0

        # Each node is at least one event, so the limit on events is one on nodes.
        for event in islice(iter(get_event, None), MAX_NODES):
            cls = event.__class__
            if cls is scalar_event:
                node = new(Node)
                node.kind = "scalar"
                node.value = event.value
                node.text = text
                node.start = event.start_mark.index
                node.end = end = event.end_mark.index
                append(node)
                if event.anchor is not None or event.tag is not None or shielded:
                    end = self._finish_scalar(node, event)
                elif style := event.style:
                    node.plain = False
                    if style in "|>":
                        end = self._trim_block(node)
                    else:
                        self.last_quoted = event
                else:
                    node.plain = True
            elif cls is mapping_start or cls is sequence_start:
                node = new(Node)
                node.kind = "mapping" if cls is mapping_start else "sequence"
                node.text = text
                node.start = event.start_mark.index
                node.plain = False
                append(node)
                if len(stack) == MAX_DEPTH:
                    raise self._fault(
                        node.start, f"the text nests more than {MAX_DEPTH} levels deep", "a saga needs about six"
                    )
                stack.append((node, items, event.flow_style))
                node.value = items = []
                append = items.append
                if event.anchor is not None or event.tag is not None:
                    self._open_collection(node, event)
            elif cls is mapping_end or cls is sequence_end:
                node, outer, flow = stack.pop()
                if flow:
                    end = event.end_mark.index
                node.end = end
                if cls is mapping_end:
                    parts = iter(items)
                    # Keys and values alternate, so there is always an even number of them.
                    node.value = list(zip(parts, parts))  # noqa: B905
                    keys: list[Any] = [key.value for key in items[::2]]
                    try:
                        distinct = set(keys)
                        if len(distinct) != len(keys) or "<<" in distinct or not "".join(keys).isprintable():
                            self._check_keys(node.value)
                    except TypeError:
                        # A list has no hash: some key is a collection.
                        self._check_keys(node.value)
                items = outer
                append = items.append
                if still_open and id(node) in still_open:
                    self._close_collection(node)
            elif cls is alias_event:
                end = event.end_mark.index
                append(self._repeat(event))
            elif cls is document_end:
                return top[0], event.end_mark.index
        if top:
            raise self._fault(end, f"the file holds more than {MAX_NODES:,} values", "split it")
        return None, 0

    def _is_full(self) -> bool:
        """Problems beyond the limit are not even made: a file may have one per key."""
        return len(self.problems) >= MAX_PROBLEMS

    def _note(self, problem: Problem) -> None:
        if not self._is_full():
            self.problems.append(problem)

    def _finish_scalar(self, node: Node, event: Any) -> int:
        """A scalar with an anchor or tag, or in a text with separators; returns where it ends."""
        style = event.style
        node.plain = not style and event.tag is None
        if event.tag is not None and event.tag not in _STRING_TAGS:
            self._refuse_tag(event)
        if event.anchor is not None or event.tag is not None:
            node.start = self._after_properties(node.start, node.end)
        if event.anchor is not None:
            self._anchors[event.anchor] = node
            self._sizes[id(node)] = 1
        if style and style in "|>":
            return self._trim_block(node)
        if style:
            self.last_quoted = event
        if style and self.shielded:
            node.value = unshield(event.value)
            self.quoted.append((node.start, node.end))
        return node.end

    def _trim_block(self, node: Node) -> int:
        """A block scalar ends with its last visible character; the parser counts the empty lines after it too."""
        string, start, end = self.text.string, node.start, node.end
        while end > start and string[end - 1] in " \t\r\n":
            end -= 1
        node.end = end
        return end

    def _after_properties(self, start: int, end: int) -> int:
        """A scalar's own text starts after its anchor and tag; an empty one keeps its start."""
        string, index = self.text.string, start
        while index < end and string[index] in "&!":
            while index < end and string[index] not in " \t\r\n":
                index += 1
            while index < end and string[index] in " \t\r\n#":
                if string[index] == "#":
                    while index < end and string[index] not in "\r\n":
                        index += 1
                else:
                    index += 1
        return index if index < end else start

    def _open_collection(self, node: Node, event: Any) -> None:
        if event.anchor is not None:
            self._anchors[event.anchor] = node
            self._open.add(id(node))
        # A bare `!` says nothing about a collection; every other tag does.
        if event.tag is not None and event.tag != "!":
            self._refuse_tag(event)

    def _close_collection(self, node: Node) -> None:
        """The expanded size of an anchored collection is known once it ends.

        Anchored parts have theirs already, so that over the whole text each node is counted once.
        """
        self._open.discard(id(node))
        sizes = self._sizes
        size = 0
        todo: list[Any] = [node]
        while todo:
            part = todo.pop()
            known = sizes.get(id(part))
            if known is not None:
                size += known
                continue
            size += 1
            if part.kind == "sequence":
                todo.extend(part.value)
            elif part.kind == "mapping":
                for pair in part.value:
                    todo.extend(pair)
        sizes[id(node)] = size

    def _repeat(self, event: Any) -> Node:
        """An alias stands for the very node that has its anchor."""
        start, end = event.start_mark.index, event.end_mark.index
        name = event.anchor
        node = self._anchors.get(name)
        if self._is_full():
            return Node("scalar", "", Span(0, 0, 0, 0), True)
        if node is None:
            known = ", ".join(f"`{_clip(anchor)}`" for anchor in islice(self._anchors, 5))
            self._note(
                Problem(
                    f"the alias `*{_clip(name)}` has no anchor `&{_clip(name)}` above it",
                    self.text.span(start, end),
                    help=f"the anchors above are {known}" if known else "write the value itself, or quote the text",
                )
            )
        elif id(node) in self._open:
            self._note(
                Problem(
                    f"the alias `*{_clip(name)}` repeats the value that it stands in, without end",
                    self.text.span(start, end),
                    related=(("the anchor is here", self._at(node.start)),),
                )
            )
        else:
            self._repeated += self._sizes[id(node)]
            if self._repeated > MAX_NODES:
                raise self._fault(start, f"the aliases repeat more than {MAX_NODES:,} values", "write fewer of them")
            return node
        return Node("scalar", "", self.text.span(start, end), True)

    def _refuse_tag(self, event: Any) -> None:
        if self._is_full():
            return
        start = event.start_mark.index
        self._note(refused_tag(self.text, max(self.text.string.find("!", start), start)))

    def _check_keys(self, pairs: list[tuple[Node, Node]]) -> None:
        """Keys are plain words: one line of text, each once in its mapping, and none of them merges."""
        first: dict[Any, Node] = {}
        for key, _ in pairs:
            if self._is_full():
                return
            name = key.value
            if not isinstance(name, str):
                self._note(Problem("a key must be text, not a list or mapping", self._at(key.start)))
                continue
            if name == "<<" and key.plain:
                self._note(
                    Problem(
                        "merge keys (`<<`) are not supported",
                        key.span,
                        help="write the keys out, or put what several steps share under `defaults`",
                        note="YAML 1.2 has no merge keys, and readers differ in what they make of them",
                    )
                )
            elif hidden := hidden_in_key(name):
                self._note(Problem(f"a key must not contain {hidden}", key.span, help="write the key without it"))
            elif name in first:
                self._note(
                    Problem(
                        f"the key `{_clip(name)}` is written twice in the same mapping",
                        key.span,
                        help="keep one of them",
                        note="most readers of YAML take the last one and drop the others silently",
                        related=(("first written here", first[name].span),),
                    )
                )
            else:
                first[name] = key

    def _fault(self, offset: int, message: str, help_text: str) -> SyntaxFault:
        return SyntaxFault(Problem(message, self._at(offset), help=help_text), offset)

    def _at(self, offset: int) -> Span:
        return self.text.span(offset, offset + 1)


def refused_tag(text: Text, start: int) -> Problem:
    """Only `!!str` and `!` are tags that every reader understands alike."""
    string, end = text.string, start + 1
    while end < len(string) and end - start < _LONGEST_TAG and string[end] not in " \t\r\n":
        end += 1
    return Problem(
        f"the tag `{_clip(string[start:end])}` is not supported",
        text.span(start, end),
        help="remove it; to make a value text, put it in quotes",
    )


def _clip(text: str) -> str:
    return text if len(text) <= _SNIPPET_LENGTH else text[:_SNIPPET_LENGTH] + "…"
