"""Edits change what they are meant to change and nothing else, however the text is laid out."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sagactl.finding import Change, Drop, Put, Rename, Reorder
from sagactl.model import Route
from sagactl.source.changed import changed
from sagactl.source.document import parse
from sagactl.source.edit import apply, edits_of
from sagactl.source.order import known
from sagactl.source.writing import written
from tests.hostile.test_fuzz import YAMLISH, mutations
from tests.source import layouts


def edited(text: str, *changes: Change) -> str:
    """The text with the changes made; the text itself where it does not allow them."""
    document = parse(text.encode())
    return apply(document.text, edits_of(document, changes))


# -- each layout by itself

CASES: list[tuple[str, Change, str]] = [
    # a block mapping
    ("a: 1\nb: 2\n", Drop(("a",)), "b: 2\n"),
    ("a: 1\nb: 2\n", Drop(("b",)), "a: 1\n"),
    ("a: 1\nb: 2", Drop(("b",)), "a: 1"),
    ("a: 1  # mine\n# yours\nb: 2\n", Drop(("a",)), "# yours\nb: 2\n"),
    ("a:\n  x: 1\n  # deeper\nb: 2\n", Drop(("a",)), "b: 2\n"),
    ("a:\n  x: 1  # mine\nb: 2\n", Drop(("a", "x")), "a: {}\nb: 2\n"),
    ("a: |\n  text\n  # text\nb: 2\n", Drop(("a",)), "b: 2\n"),
    ("- a: 1\n  b: 2\n", Drop((0, "a")), "- b: 2\n"),
    ("- a: 1\n  # about b\n  b: 2\n", Drop((0, "a")), "-\n  # about b\n  b: 2\n"),
    ("a: 1\n", Drop(("a",)), "{}\n"),
    ("&a:", Drop(("",)), "{}"),
    ("a: 1\r\nb: 2\r\n", Drop(("a",)), "b: 2\r\n"),
    ("a: 1\nb: 2\n", Put(("c",), 3, "a"), "a: 1\nc: 3\nb: 2\n"),
    ("a: 1  # mine\nb: 2\n", Put(("c",), 3, "a"), "a: 1  # mine\nc: 3\nb: 2\n"),
    ("a: 1\n\nb: 2\n", Put(("c",), 3, "a"), "a: 1\n\nc: 3\n\nb: 2\n"),
    ("a: 1", Put(("c",), [3]), "a: 1\nc: [3]"),
    ("a: 1\r\nb: 2\r\n", Put(("c",), 3, "a"), "a: 1\r\nc: 3\r\nb: 2\r\n"),
    ("- a: 1\n  b: 2\n", Put((0, "c"), {"x": "y z"}, "a"), "- a: 1\n  c: {x: y z}\n  b: 2\n"),
    ("a:\n  x:\n    y: 1\nb: 2\n", Put(("a", "z"), 3), "a:\n  x:\n    y: 1\n  z: 3\nb: 2\n"),
    ("a: 1\n", Put(("b", "c", "d"), 3), "a: 1\nb: {c: {d: 3}}\n"),
    # a flow mapping
    ("m: {a: 1, b: 2, c: 3}\n", Drop(("m", "a")), "m: {b: 2, c: 3}\n"),
    ("m: {a: 1, b: 2, c: 3}\n", Drop(("m", "b")), "m: {a: 1, c: 3}\n"),
    ("m: {a: 1, b: 2, c: 3}\n", Drop(("m", "c")), "m: {a: 1, b: 2}\n"),
    ("m: { a: 1 }\n", Drop(("m", "a")), "m: {}\n"),
    ("m: { a: 1, b: 2 }\n", Drop(("m", "a")), "m: { b: 2 }\n"),
    ("m: {a: 1,\n    b: 2, c: 3}\n", Drop(("m", "a")), "m: {b: 2, c: 3}\n"),
    ("m: {a: 1,\n    b: 2, c: 3}\n", Drop(("m", "b")), "m: {a: 1,\n    c: 3}\n"),
    ("m: {a: 1, b: 2,\n    c: 3}\n", Drop(("m", "b")), "m: {a: 1,\n    c: 3}\n"),
    ("m: {\n  a: 1,  # mine\n  b: 2\n}\n", Drop(("m", "a")), "m: {\n  b: 2\n}\n"),
    ("m: {\n  a: 1,\n  b: 2  # mine\n}\n", Drop(("m", "b")), "m: {\n  a: 1\n}\n"),
    ("m: {\n  a: 1,\n  b: 2,\n}\n", Drop(("m", "b")), "m: {\n  a: 1,\n}\n"),
    ("m: {a: 1, b: 2}\n", Put(("m", "c"), 3, "a"), "m: {a: 1, c: 3, b: 2}\n"),
    ("m: {}\n", Put(("m", "c"), 3), "m: {c: 3}\n"),
    ("m: {\n  a: 1,  # mine\n  b: 2\n}\n", Put(("m", "c"), 3, "a"), "m: {\n  a: 1,  # mine\n  c: 3,\n  b: 2\n}\n"),
    ("m: {\n  a: 1,\n  b: 2  # mine\n}\n", Put(("m", "c"), 3), "m: {\n  a: 1,\n  b: 2,  # mine\n  c: 3\n}\n"),
    ("m: {\n  a: 1,\n}\n", Put(("m", "c"), 3), "m: {\n  a: 1,\n  c: 3,\n}\n"),
    # lists
    ("l: [a, b, c]\n", Drop(("l", 1)), "l: [a, c]\n"),
    ("l: [a]\n", Drop(("l", 0)), "l: []\n"),
    ("l:\n  - a  # mine\n  - b\n", Drop(("l", 0)), "l:\n  - b\n"),
    ("l:\n- a\n", Drop(("l", 0)), "l: []\n"),
    ("l: [a]\n", Put(("l", 1), "b, c"), 'l: [a, "b, c"]\n'),
    ("l:\n- a\n- b\nm: 1\n", Put(("l", 2), "c"), "l:\n- a\n- b\n- c\nm: 1\n"),
    ("l: [a, b, c]\n", Reorder(("l",), (2, 0, 1)), "l: [c, a, b]\n"),
    ("- a: 1\n  b: 2  # mine\n\n# above\n- c\n", Reorder((), (1, 0)), "# above\n- c\n\n- a: 1\n  b: 2  # mine\n"),
    # values and keys
    ("a: x  # mine\n", Put(("a",), "z"), "a: z  # mine\n"),
    ("a: 'x'\n", Put(("a",), "it's"), "a: 'it''s'\n"),
    ('a: "x"\n', Put(("a",), "y"), 'a: "y"\n'),
    ("a: x\n", Put(("a",), "no"), 'a: "no"\n'),
    ("a: x\n", Put(("a",), "1:30"), 'a: "1:30"\n'),
    ("a: 007\n", Put(("a",), "007"), 'a: "007"\n'),
    ("a: 'x'\n", Put(("a",), True), "a: true\n"),
    ("a: >\n  long\n  text\nb: 1\n", Put(("a",), "x"), "a: x\nb: 1\n"),
    ("a:  # mine\nb: 1\n", Put(("a",), "x"), "a: x  # mine\nb: 1\n"),
    ("m: {a, b: 1}\n", Put(("m", "a"), "x"), "m: {a: x, b: 1}\n"),
    ("a:\n  - x\n  - y\nb: 1\n", Put(("a",), ["x"]), "a: [x]\nb: 1\n"),
    ("a: 1\n", Rename(("a",), "b"), "b: 1\n"),
    ("'a': 1\n", Rename(("a",), "b"), "'b': 1\n"),
]


@pytest.mark.parametrize(("text", "change", "wanted"), CASES, ids=[f"{text!r} {change}" for text, change, _ in CASES])
def test_an_entry_changes_in_the_style_of_its_text(text: str, change: Change, wanted: str) -> None:
    assert edited(text, change) == wanted
    assert parse(wanted.encode()).data() == changed(parse(text.encode()).data(), [change])


REFUSED: list[tuple[str, Change]] = [
    ("a: &x {b: 1}\nc: *x\n", Drop(("c", "b"))),
    ("a: &x {b: 1}\nc: *x\n", Put(("a", "b"), 2)),
    ("a: &x 1\nb: *x\n", Put(("b",), 2)),
    ("? a\n: 1\n? b\n: 2\n", Drop(("a",))),
    ("a: [b: 1, c]\n", Drop(("a", 0, "b"))),
    ("a:\n  b: 1  # mine\n  c: 2\n", Put(("a",), 3)),
    ("a: 1\nb: 2\n", Rename(("a",), "b")),
    ("a: 1\n", Rename(("b",), "c")),
    ("a: 1\n", Drop(("b",))),
    ("a: 1\n", Drop(())),
    ("a: 1\n", Put((), {})),
    ("{? a: 1, b: 2}\n", Put(("a",), 2)),
    ("a: 1\n", Put(("a", "b"), 2)),
    ("a: [1]\n", Reorder(("a",), (0, 1))),
    ("a: [1\n", Drop(("a",))),
]


@pytest.mark.parametrize(("text", "change"), REFUSED, ids=[f"{text!r} {change}" for text, change in REFUSED])
def test_where_it_is_not_safe_nothing_changes(text: str, change: Change) -> None:
    assert edits_of(parse(text.encode()), [change]) == ()


# -- a definition of a saga

STEP = """\
saga: order
steps:
  - step: reserve
    participant: inventory  # theirs
    action: ReserveItems
    # it comes back
    compensation: ReleaseItems  # in full
    after: pay
"""
UNDO = ("steps", 0, "compensation")


def test_a_new_key_stands_where_the_table_has_it() -> None:
    new = edited(STEP, Put(("steps", 0, "kind"), "pivot"), Put(("version",), 2), Put(("rollback", "retry"), 9))
    assert new == STEP.replace("order\n", "order\nversion: 2\nrollback: {retry: 9}\n").replace(
        "ReserveItems\n", "ReserveItems\n    kind: pivot\n"
    )


def test_a_new_key_stands_behind_no_key_that_goes() -> None:
    new = edited(STEP, Drop(UNDO), Put(("steps", 0, "no_compensation"), "why"))
    assert "    action: ReserveItems\n    no_compensation: why\n    # it comes back\n    after: pay\n" in new


@pytest.mark.parametrize(
    "changes",
    [
        [Put((*UNDO, "command"), "Other")],
        [Put((*UNDO, "retry"), 9)],
        [Put((*UNDO, "retry", "attempts"), 9), Put((*UNDO, "retry", "max"), "5m")],
        [Put(("steps", 0, "after", 0), "other")],
        [Drop(UNDO), Put(("steps", 0, "kind"), "pivot")],
        [Put(("rollback", "retry", "attempts"), 9), Put(("rollback", "retry", "max"), "5m")],
        [Put(("rollback",), None), Put(("version",), 2)],
        [Put(("steps", 0, "step"), "hold"), Put(("limits", "concurrency"), 9)],
    ],
    ids=str,
)
def test_the_data_of_a_definition_are_what_was_meant(changes: list[Change]) -> None:
    new = parse(edited(STEP, *changes).encode())
    assert new.data() != parse(STEP.encode()).data()
    assert new.data() == changed(parse(STEP.encode()).data(), changes)


def test_a_bare_value_grows_into_what_it_stands_for() -> None:
    assert "compensation: {command: ReleaseItems, retry: {attempts: 9}}  # in full" in edited(
        STEP, Put((*UNDO, "retry", "attempts"), 9)
    )
    assert "compensation: Other  # in full" in edited(STEP, Put((*UNDO, "command"), "Other"))
    assert "after: other" in edited(STEP, Put(("steps", 0, "after", 0), "other"))


def test_the_table_knows_order_and_bare_values() -> None:
    assert known(("steps", 0, "compensation")).bare == "command"
    assert known(()).before("version") == ("saga",)
    assert known(()).before("saga") == ()
    assert known(("steps", 0, "input", "nested")) == known(("nowhere",)) == ((), "")


def test_several_changes_that_meet_become_one_edit() -> None:
    document = parse(b"l: [a, b, c]\nm: {x: 1}\n")
    changes = [Drop(("l", 0)), Drop(("l", 1)), Put(("m", "z"), 2)]
    assert apply(document.text, edits_of(document, changes)) == "l: [c]\nm: {x: 1, z: 2}\n"
    assert len(edits_of(document, [Put(("m", "x", "y"), 1)])) == 0


def test_two_entries_may_need_a_parent_that_is_not_there_or_empty() -> None:
    changes = [Put(("rollback", "retry"), 9), Put(("rollback", "alert"), "us")]
    assert edited("saga: order\n", *changes) == "saga: order\nrollback: {retry: 9, alert: us}\n"
    assert edited("saga: order\nrollback:  # none\n", *changes) == (
        "saga: order\nrollback: {retry: 9, alert: us}  # none\n"
    )


def test_all_entries_of_a_collection_can_go() -> None:
    assert edited("a:\n  b: 1\n  c: 2\nd: 1\n", Drop(("a", "b")), Drop(("a", "c"))) == "a: {}\nd: 1\n"


# -- every layout


def routes(data: Any, above: Route = ()) -> list[Route]:
    """The routes of all entries."""
    entries = data.items() if isinstance(data, dict) else enumerate(data) if isinstance(data, list) else ()
    return [route for key, value in entries for route in ((*above, key), *routes(value, (*above, key)))]


def at(data: Any, route: Route) -> Any:
    for part in route:
        data = data[part]
    return data


@st.composite
def changes_of(draw: st.DrawFn, data: Any) -> Change:
    """Any change that the data allow."""
    route = draw(st.sampled_from(routes(data)))
    parent = at(data, route[:-1])
    kind = draw(st.sampled_from(("drop", "drop", "put", "new", "rename", "reorder")))
    if kind == "new":
        name = len(parent) if isinstance(parent, list) else "new"
        after = draw(st.sampled_from(["", *parent])) if isinstance(parent, dict) else ""
        return Put((*route[:-1], name), draw(layouts.data), after)
    if kind == "rename" and isinstance(route[-1], str):
        return Rename(route, draw(st.sampled_from(("named", "a b", "12"))))
    if kind == "reorder" and isinstance(parent, list):
        return Reorder(route[:-1], tuple(draw(st.permutations(range(len(parent))))))
    return Drop(route) if kind == "drop" else Put(route, draw(layouts.data))


@given(st.data())
def test_the_data_are_what_was_meant_and_comments_stay(draw: st.DataObject) -> None:
    data = draw.draw(layouts.roots)
    document = parse(draw.draw(layouts.texts(data)).encode())
    assert document.data() == data
    change = draw.draw(changes_of(data))
    edits = edits_of(document, [change])
    assume(edits)
    after = parse(apply(document.text, edits).encode())
    assert after.problems == ()
    assert after.data() == changed(data, [change])
    said, kept = ([comment.text for comment in each.comments] for each in (document, after))
    if isinstance(change, Drop):
        assert all(kept.count(each) <= said.count(each) for each in kept)
    else:
        assert sorted(kept) == sorted(said)


@given(st.data())
def test_without_comments_every_change_can_be_made_and_is_made_once(draw: st.DataObject) -> None:
    data = draw.draw(layouts.roots)
    document = parse(draw.draw(layouts.texts(data, comments=False)).encode())
    change = draw.draw(changes_of(data))
    assume(not isinstance(change, Drop | Reorder))
    text = apply(document.text, edits_of(document, [change]))
    assert parse(text.encode()).data() == changed(data, [change])
    if isinstance(change, Put):
        assert edited(text, change) == text


@given(st.data())
def test_two_changes_at_once_are_what_both_mean(draw: st.DataObject) -> None:
    data = draw.draw(layouts.roots)
    document = parse(draw.draw(layouts.texts(data)).encode())
    first, second = draw.draw(changes_of(data)), draw.draw(changes_of(data))
    common = min(len(first.route), len(second.route))
    assume(first.route[:common] != second.route[:common])
    assume(not isinstance(first, Rename) or not isinstance(second, Rename))
    edits = edits_of(document, [first, second])
    assume(edits)
    meant = changed(data, [first, second])
    if isinstance(first, Drop) or isinstance(second, Drop):
        assume(not isinstance(first, Rename | Reorder) and not isinstance(second, Rename | Reorder))
    assert parse(apply(document.text, edits).encode()).data() == meant


@settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)
@given(st.one_of(mutations(), YAMLISH), st.data())
def test_of_any_text_an_edit_makes_what_was_meant_or_there_is_none(text: str, draw: st.DataObject) -> None:
    document = parse(text.encode(errors="replace"))
    data = document.data()
    assume(routes(data))
    change = draw.draw(changes_of(data))
    edits = edits_of(document, [change])
    if edits:
        assert parse(apply(document.text, edits).encode()).data() == changed(data, [change])


@given(layouts.data)
def test_what_is_written_is_read_as_the_same(value: Any) -> None:
    assert parse(f"a: {written(value)}\n".encode()).data() == {"a": value}
    assert parse(f"- {{a: [{written(value)}], b: 1}}\n".encode()).data() == [{"a": [value], "b": 1}]


@given(st.text(st.characters(codec="utf-8")))
def test_any_text_can_be_written(text: str) -> None:
    for quote in ("", "'", '"'):
        assert parse(f"a: {written(text, quote)}\n".encode()).data() == {"a": text}
