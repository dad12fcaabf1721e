"""Choreographies: every failure reaches those who must undo, in whatever order events arrive."""

from __future__ import annotations

import pytest

from sagactl.verdict import Verdict
from sagactl.verifier import verify
from tests.linter.cases import load

HEAD = """
saga: order
style: choreography
correlation: input.order_id
input: {order_id: string}
starts_on: [Placed]
ends_with: [CDone, AFailed, AUndone]
defaults: {timeout: 10s, retry: 3}
participants:
  p: {idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true}
  q: {idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true}
  r: {idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true}
steps:
"""
A = "  - {step: a, participant: p, listens: Placed, action: DoA, compensation: %s}\n"
B = "  - {step: b, participant: q, listens: ADone, action: DoB, rejects: [No], compensation: UndoB}\n"
C = "  - {step: c, participant: r, listens: BDone, action: DoC, rejects: [Never], kind: pivot}\n"


def judged(a: str = "UndoA", b: str = B, c: str = C) -> Verdict:
    return verify(load(HEAD + A % a + b + c))


def test_what_is_derived_is_heard() -> None:
    found = judged()
    assert (found.verdict, found.violations) == ("safe", ())
    assert "every order of events" in found.covered[-1]


def test_a_failure_that_is_not_heard_leaves_a_step_standing() -> None:
    found = judged(a="{command: UndoA, listens: BFailed}")
    assert found.verdict == "unsafe"
    shown = next(each for each in found.violations if each.property == "S8")
    assert (shown.step, shown.faults) == ("a", ("c:reject",))
    assert shown.explanation == "nobody tells it to undo: it does not hear that c failed"
    assert len(shown.story) <= 10


@pytest.mark.parametrize("listens", ["{any: [BFailed, BUndone]}", "{any: [BFailed, CFailed]}"])
def test_a_failure_may_be_heard_at_once_or_through_others(listens: str) -> None:
    assert judged(a=f"{{command: UndoA, listens: {listens}}}").verdict == "safe"
