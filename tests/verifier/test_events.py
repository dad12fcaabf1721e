"""Choreographies: every failure reaches those who must undo, in whatever order events arrive."""

from __future__ import annotations

import pytest

from sagactl.flow import flow
from sagactl.simulator import Plan, rehearse
from sagactl.trace import Trace
from sagactl.verdict import Counterexample, Verdict
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


# -- runs that are played again


def played(text: str, found: Counterexample) -> Trace:
    assert found.moves and found.style == "choreography" and len(found.story) <= 10
    return rehearse(flow(load(text)), Plan(moves=found.moves, assume=found.assumed, style=found.style))


def test_a_step_that_waits_for_ever_waits_again() -> None:
    """The saga tries oftener than the explored one, and fails at each of its tries."""
    text = HEAD + A % "{command: UndoA, listens: BFailed}" + B + C.replace("rejects: [Never]", "retry: 5")
    text = text.replace("status_query: true}\nsteps", "status_query: false}\nsteps")
    (found,) = (each for each in verify(load(text)).violations if each.property == "S8")
    assert found.faults == ("c:fail", "c#2:fail", "c#3:fail", "c#4:fail", "c#5:fail")
    assert [(each.step, each.reason) for each in played(text, found).dead_letters if each.step == "a"] == [
        ("a", found.explanation)
    ]


@pytest.mark.parametrize(
    ("promise", "expected"),
    [
        ("idempotency: none", {("S1", "a"), ("S2", "a")}),
        ("rejects_late_actions: false", {("S6", "a")}),
    ],
)
def test_what_a_step_breaks_is_shown_as_a_run_that_nobody_leads(promise: str, expected: set[tuple[str, str]]) -> None:
    """No orchestrator is there that could crash or time out: the work itself arrives twice."""
    name = promise.split(":")[0]
    kept = {"idempotency": "key", "rejects_late_actions": "true"}[name]
    text = (HEAD + A % "UndoA" + B + C).replace(f"{name}: {kept}", promise, 1)
    verdict = verify(load(text))
    assert {(each.property, each.step) for each in verdict.violations} == expected
    for found in verdict.violations:
        assert all(fault.partition(":")[2] not in ("crash", "late", "request-lost") for fault in found.faults)
        assert (found.property, "a") in {(each.property, each.step) for each in played(text, found).violations}


def test_what_answers_a_way_back_is_judged_as_what_stays() -> None:
    """It starts only when something fails, so no pivot waits for it and no run of an orchestrator shows it."""
    sorry = "  - {step: sorry, participant: r, listens: BFailed, action: Sorry, kind: retriable, retry: forever}\n"
    verdict = judged(c=C + sorry)
    assert (verdict.verdict, [each.step for each in verdict.parked]) == ("safe", ["a", "b", "c"])
    text = (HEAD + A % "UndoA" + B + C + sorry).replace("r: {idempotency: key", "r: {idempotency: none")
    found = next(each for each in verify(load(text)).violations if each.step == "sorry")
    assert ("S1", "sorry") in {(each.property, each.step) for each in played(text, found).violations}
