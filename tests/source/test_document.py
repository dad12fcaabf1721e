"""A document has the nodes, places and comments of its text, or problems at the places where its writer has to act."""

from __future__ import annotations

import sys
from typing import Any

import pytest

import sagactl.source.parser
from sagactl.source.build import read as read_saga
from sagactl.source.characters import MAX_BYTES
from sagactl.source.document import Document, parse
from sagactl.source.node import Comment, Span
from sagactl.source.parser import python_events
from tests.hostile.cases import POSSIBLE

SAGA = """\
# The order saga.
saga: order
steps:
  - step: reserve  # first
    action: {command: Reserve, timeout: 10s}
    rejects: [OutOfStock, "a # b"]
  - step: pay
    note: |  # kept
      text # not a comment
    retry:
"""


def read(text: str) -> Document:
    return parse(text.encode())


def marked(text: str, span: Span) -> str:
    """The part of a text that a span covers, lines joined by `|`."""
    lines = read(text).lines[span.line : span.end_line + 1]
    lines[-1] = lines[-1][: span.end_column]
    lines[0] = lines[0][span.column :]
    return "|".join(lines)


PROBLEMS = [
    # text, message, line and column of the place as people count them
    ("a:\n\tb: 1\n", "a tab indents this line", 2, 1),
    ("a:\n  b: 1\n  \tc: 1\n", "a tab indents this line", 3, 3),
    ('a: 1\nb: "c\nd: 1\n', "the quote that opens here is never closed", 2, 4),
    ("a: 1\nb: 'c\nd: 1\n", "the quote that opens here is never closed", 2, 4),
    ('a: "b\nc: "d"\n', "the quote that opens here closes only in line 2", 1, 4),
    ("a:\n    b: 1\n  c: 2\n", "this line is indented by 2, and the mapping that it is in by 0", 3, 3),
    ("a: 1\n  b: 2\n", "this line is indented deeper than the line above, which has a value already", 2, 3),
    ("a: 1\nfoo\nbar: 1\n", "there is no `: ` after `foo`", 2, 1),
    ("a:1\nb: 2\n", "there is no `: ` after `a:1`", 1, 1),
    ("a: b: c\n", "a second `: ` in one value", 1, 5),
    ("a: [1, 2\nb: 3\n", "the `[` that opens here is never closed", 1, 4),
    ("a: {b: 1\nc: 3\n", "the `{` that opens here is never closed", 1, 4),
    ("a: [\n  1,\n  2\n", "the `[` that opens here is never closed", 1, 4),
    ("a: {\n  b: 1\n  c: 2\n}\n", "a `,` or `}` is missing before this", 3, 4),
    ("a: [1, 2]]\n", "this `]` closes nothing", 1, 10),
    ("a: }\n", "this `}` closes nothing", 1, 4),
    ("a: @b\n", "a value cannot start with `@`", 1, 4),
    ("a: %b\n", "a value cannot start with `%`", 1, 4),
    ("a: 1\n%b: 2\n", "a line cannot start with `%`", 2, 1),
    ("a: 1\n, b: 2\n", "a key cannot start with `,`", 2, 1),
    ("a: {b: 1, c: ]}\n", "a value is missing before this", 1, 14),
    ("a: `b`\n", "a value cannot start with a backtick", 1, 4),
    ("a: - b\n", "a list item cannot start here", 1, 4),
    ('a: "b" c\n', "the value has ended before this text", 1, 8),
    ("a: 'don't'\n", "the value has ended before this text", 1, 9),
    ("a: |b\n  c\n", "nothing but a comment may follow `|`", 1, 5),
    ("- a\nb: 1\n", "a key stands among the items of a list", 2, 1),
    ("b: 1\n- a\n", "a list item stands among the keys of a mapping", 2, 1),
    ("a: 1\n: 2\n", "a key is missing before this `:`", 2, 1),
    ('a: "\\q"\n', "`\\q` is no escape that YAML knows", 1, 5),
    ('a: "\\ud800"\n', "`\\ud800` is half of a character", 1, 5),
    ("a: *b\n", "the alias `*b` has no anchor `&b` above it", 1, 4),
    ("a: *.txt\n", "text that starts with `*` needs quotes", 1, 4),
    ("a: &b [*b]\n", "the alias `*b` repeats the value that it stands in, without end", 1, 8),
    ("a: 1\nb: 1\na: 2\n", "the key `a` is written twice in the same mapping", 3, 1),
    ("a: &a {}\nb: {<<: *a}\n", "merge keys (`<<`) are not supported", 2, 5),
    ("a: &b !!int 1\n", "the tag `!!int` is not supported", 1, 7),
    ("a: !e!b 1\n", "the tag `!e!b` is not supported", 1, 4),
    ("? [a]\n: 1\n", "a key must be text, not a list or mapping", 1, 3),
    ('a: 1\n"\\e": 2\n', "a key must not contain U+001B (escape)", 2, 1),
    ("a: 1\n---\nb: 1\n", "a second document starts here", 2, 1),
    ("{a: 1} b\n", "the saga has ended before this text", 1, 8),
    ("%YAML 1.3\n---\na: 1\n", "a saga is YAML 1.2", 1, 1),
    ("# x\n%YAML 1.2\na: 1\n", "the directive has no `---` after it", 2, 1),
    ("", "the file holds no saga", 1, 1),
    ("a: \u00e9\x1b\n", "the character U+001B (escape) is not allowed here", 1, 5),
    ("a: 1\r\nb: \x00\r\n", "the character U+0000 (NUL) is not allowed here", 2, 4),
    ("a: 'x\u2028y'\nb: x\u2028y\n", "the character U+2028 (line separator) is not allowed outside quotes", 2, 5),
    ("[" * 70, "the text nests more than 64 levels deep", 1, 65),
]


@pytest.mark.parametrize(("text", "message", "line", "column"), PROBLEMS)
def test_a_problem_says_what_is_wrong_where_the_writer_has_to_act(
    text: str, message: str, line: int, column: int
) -> None:
    document = read(text)
    problem = document.problems[0]
    assert (problem.message, problem.span.line + 1, problem.span.column + 1) == (message, line, column)
    assert document.root is None


def test_bytes_that_are_not_text_are_placed_by_what_is_before_them() -> None:
    problem = parse(b"a: 1\nb: caf\xe9\n").problems[0]
    assert (problem.message, problem.span[:2]) == ("the byte 0xE9 is not UTF-8 text", (1, 6))


def test_a_file_beyond_the_limit_is_not_read() -> None:
    assert "larger than" in parse(b"#" * (MAX_BYTES + 1)).problems[0].message


def test_equal_keys_name_both_places() -> None:
    (problem,) = read('a: 1\n"a": 2\n').problems
    assert problem.span == Span(1, 0, 1, 3)
    assert problem.related == (("first written here", Span(0, 0, 0, 1)),)


def test_several_problems_come_in_the_order_of_the_text() -> None:
    lines = [problem.span.line for problem in read("a: *x\nb: !!int 1\na: 2\n").problems]
    assert lines == [0, 1, 2]


DATA = [
    ("a: 1\nb: '1'\nc: no\nd: 010\ne: 1:30\nf: ~\n", {"a": 1, "b": "1", "c": "no", "d": 10, "e": "1:30", "f": None}),
    ("a: ! 1\nb: !!str 2\nc: !!str\n", {"a": "1", "b": "2", "c": ""}),
    ("a: &x [1]\nb: *x\nc: [*x, *x]\n", {"a": [1], "b": [1], "c": [[1], [1]]}),
    ("a: &x\n  b: 1\nc: *x\n", {"a": {"b": 1}, "c": {"b": 1}}),
    ("1: a\nno: b\n", {"1": "a", "no": "b"}),
    ("a: |\n  x\n\nb: >-\n  y\n  z\n", {"a": "x\n", "b": "y z"}),
    ("a: 'x\u2028y'\n", {"a": "x\u2028y"}),
    ("- a\n- {b: 1}\n", ["a", {"b": 1}]),
    ("a: 2024-13-45\n", {"a": "2024-13-45"}),
    ("{a, b: }", {"a": None, "b": None}),
]


@pytest.mark.parametrize(("text", "data"), DATA)
def test_data_is_typed_by_the_core_schema(text: str, data: object) -> None:
    assert read(text).data() == data


SPANS: list[tuple[tuple[str | int, ...], str, str]] = [
    ((), "value", "saga"),
    (("saga",), "value", "order"),
    (("saga",), "key", "saga"),
    (("steps",), "value", "steps"),
    (("steps", 0), "value", "step"),
    (("steps", 0, "step"), "value", "reserve"),
    (("steps", 0, "action"), "value", "action"),
    (("steps", 0, "action", "timeout"), "value", "10s"),
    (("steps", 0, "action", "timeout"), "key", "timeout"),
    (("steps", 0, "rejects", 1), "value", '"a # b"'),
    (("steps", 0, "rejects", 1), "key", '"a # b"'),
    (("steps", 1, "note"), "value", "|  # kept|      text # not a comment"),
    # A value that was left out is shown by its key, and a route that does not exist by what does.
    (("steps", 1, "retry"), "value", "retry"),
    (("steps", 1, "compensation"), "value", "step"),
    (("steps", 9, "step"), "value", "steps"),
    (("steps", 0, "step", "deeper"), "value", "reserve"),
    (("owner",), "value", "saga"),
]


@pytest.mark.parametrize(("route", "at", "shown"), SPANS)
def test_a_route_is_shown_by_a_scalar_or_a_key(route: tuple[str | int, ...], at: Any, shown: str) -> None:
    assert marked(SAGA, read(SAGA).span(route, at)) == shown


def test_nodes_and_keys_are_found_by_their_route() -> None:
    document = read(SAGA)
    step, key = document.node(("steps", 1, "step")), document.key_node(("steps", 1, "step"))
    assert step is not None and key is not None
    assert (step.value, step.plain, key.value) == ("pay", True, "step")
    assert document.node(("steps", 2)) is document.node(("saga", "x")) is document.key_node(("nothing",)) is None


def test_a_block_ends_with_its_last_part() -> None:
    text = "a:\n  b: 1\n  c: |\n    x\n\n\n# end\nd: [1,\n 2]\n"
    document = read(text)
    spans = [node.span for route in (("a",), ("a", "c"), ("d",)) if (node := document.node(route))]
    assert [marked(text, span) for span in spans] == ["b: 1|  c: ||    x", "||    x", "[1,| 2]"]


def test_an_anchor_is_no_part_of_a_scalar() -> None:
    text = "a: &x !!str one\nb: &y # why\n  two\nc: *x\n"
    document = read(text)
    assert [marked(text, document.span((name,))) for name in "abc"] == ["one", "two", "one"]


def test_places_count_code_points_and_every_line_end() -> None:
    document = parse("\ufeffa: \U0001f600 # x\r\nb: é\rc: z\n".encode())
    assert document.lines == ["a: \U0001f600 # x", "b: é", "c: z", ""]
    assert [document.span((name,)) for name in "abc"] == [Span(0, 3, 0, 4), Span(1, 3, 1, 4), Span(2, 3, 2, 4)]
    assert document.comments == (Comment(0, 5, " x", False),)


def test_comments_are_what_no_scalar_covers() -> None:
    assert read(SAGA).comments == (
        Comment(0, 0, " The order saga.", True),
        Comment(3, 19, " first", False),
        Comment(7, 13, " kept", False),
    )


def test_comments_stand_wherever_yaml_lets_them() -> None:
    text = "%YAML 1.2 #0\n--- #1\na: &x #2\n  - b#no #3\n  - 'c #no'#4\n  #5\n- {d: *x} #6\n... #7\n#8".replace(
        "- {d", "b: {d"
    )
    assert [comment.text for comment in read(text).comments] == list("012345678")


@pytest.mark.parametrize("case", [case for case in POSSIBLE if case.expect != "unopened"], ids=lambda case: case.name)
def test_both_parsers_give_the_same_answer(case: Any, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that take long without libyaml are compared as far as their size: both refuse, or neither."""
    data = case.write(tmp_path).read_bytes()[:20_000]
    fast = parse(data)
    monkeypatch.setattr(sagactl.source.parser, "open_events", python_events)
    slow = parse(data)
    assert (slow.root is None) == (fast.root is None), slow.problems
    digits = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)  # hexadecimal integers may be of any length
    try:
        assert repr(slow.data()) == repr(fast.data())
    finally:
        sys.set_int_max_str_digits(digits)
    assert slow.comments == fast.comments


@pytest.mark.parametrize(("text", "message", "line", "column"), PROBLEMS)
def test_problems_without_libyaml_are_in_the_same_line(
    text: str, message: str, line: int, column: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sagactl.source.parser, "open_events", python_events)
    assert read(text).problems[0].span.line + 1 == line


def test_a_sound_definition_is_read_without_asking_for_places() -> None:
    """Lines are split and counted only for those who are told something; a word where a number may stand is no wrong."""
    words = "\n".join(f"  - {{step: s{n}, local: true, action: Do, retry: {{attempts: forever}}}}" for n in range(3))
    reading = read_saga(f"saga: order\nsteps:\n{words}\n".encode(), "order")
    assert reading.valid and reading.document.text._starts is None
