"""Commands under one key: the second is taken for a repetition of the first."""

from __future__ import annotations

import pytest

from sagactl.flow import flow
from sagactl.simulator import Plan, make_plan, rehearse
from sagactl.verifier import verify
from tests.linter.cases import load

TEXT = """
saga: pair
defaults: {timeout: 5s, retry: 3}
input: {order_id: string, lines: array}
participants:
  p: {idempotency: %s, rejects_late_actions: true, remembers_failures: true}
  q: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
steps:
  - {step: a, participant: p, action: DoA, compensation: {command: UndoA%s}%s}
  - {step: b, participant: p, action: DoB, compensation: {command: UndoB}%s}
  - {step: c, participant: q, action: DoC, kind: pivot, retry: forever}
"""


def broken(undo_a: str = "", a: str = "", b: str = "", by: str = "key") -> set[tuple[str, str]]:
    found = verify(load(TEXT % (by, undo_a, a, b)))
    return {(each.property, each.step) for each in found.violations}


@pytest.mark.parametrize(
    ("undo_a", "a", "b", "expected"),
    [
        ("", "", "", set()),
        ("", ", key: '{saga_id}'", "", set()),
        ("", ", key: '{saga_id}'", ", key: '{saga_id}'", {("S4", "b")}),
        ("", ", key: '{saga_id}:{step}'", ", key: '{saga_id}:{step}'", set()),
        (", key: '{saga_id}:{step}'", "", "", {("S6", "a")}),
        (", key: '{saga_id}:{step}:back'", "", "", set()),
        (", key: '{saga_id}:a'", ", key: '{saga_id}:{step}'", "", {("S6", "a")}),
        ("", ", key: 'fixed'", "", {("S4", "a")}),
        ("", ", key: '{input.order_id}:{step}'", "", set()),
        ("", ", for_each: input.lines, key: '{saga_id}:{step}'", "", {("S4", "a[2]")}),
        ("", ", for_each: input.lines, key: '{saga_id}:{step}:{item}'", "", set()),
    ],
)
def test_what_bears_the_same_key_is_mistaken(undo_a: str, a: str, b: str, expected: set[tuple[str, str]]) -> None:
    assert broken(undo_a, a, b) == expected


@pytest.mark.parametrize(
    ("undo_a", "a", "b", "faults"),
    [
        ("", ", key: '{saga_id}'", ", key: '{saga_id}'", ()),
        (", key: '{saga_id}:b:undo'", "", "", ("a!:cancel",)),
        (", key: '{saga_id}:{step}'", "", "", ("a:cancel",)),
        ("", ", key: '{saga_id}'", ", key: '{saga_id}', after: []", ()),
    ],
)
def test_what_is_mistaken_is_shown_by_a_run(undo_a: str, a: str, b: str, faults: tuple[str, ...]) -> None:
    """The steps that share a key are explored together; a rehearsal takes the second for the first, too."""
    drawn = load(TEXT % ("key", undo_a, a, b))
    verdict = verify(drawn)
    (found,) = verdict.violations
    assert (found.faults, "steps that share a key" in " ".join(verdict.covered)) == (faults, True)
    trace = rehearse(flow(drawn), Plan(moves=found.moves))
    assert [(each.property, each.step) for each in trace.violations] == [(found.property, found.step)]
    assert any(moment.what == "deduplicated" and moment.step == found.step for moment in trace.moments)


def test_a_rehearsal_shows_it_without_any_fault_and_without_anybody_who_leads() -> None:
    """Whoever does the work knows its keys."""
    drawn = load(TEXT % ("key", "", ", key: '{saga_id}'", ", key: '{saga_id}'"))
    for style in ("orchestration", "choreography"):
        trace = rehearse(flow(drawn), make_plan(flow(drawn), style=style))
        assert [(each.property, each.step) for each in trace.violations] == [("S4", "b")]


def test_a_key_whose_window_is_over_is_no_key() -> None:
    text = (TEXT % ("key, dedup_window: 1s", "", ", key: '{saga_id}'", ", key: '{saga_id}'")).replace(
        "retry: 3", "retry: 1"
    )
    trace = rehearse(flow(load(text)), make_plan(flow(load(text)), faults=["b:key-expired"]))
    assert ("S4", "b") not in [(each.property, each.step) for each in trace.violations]


def test_who_does_not_go_by_keys_mistakes_nothing() -> None:
    assert broken(a=", key: '{saga_id}'", b=", key: '{saga_id}'", by="natural") == set()
