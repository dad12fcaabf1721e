"""Participants keep their promises exactly, and none that they did not give."""

from __future__ import annotations

from typing import Any

import pytest

from sagactl.flow import FlowStep, flow
from sagactl.world.participants import Treatment, treat, would_execute
from sagactl.world.parts import Message, Truth
from tests.builders import act, local, participant, saga, undo

ACTION, UNDO, FALLBACK, STATUS = (Message(0, op, 1) for op in ("action", "undo", "fallback", "status"))
NOTHING, DONE, UNDONE = Truth(), Truth(done=1), Truth(done=1, undone=1)
REFUSES = Truth(refuses=True)


def plan_of(**promises: Any) -> FlowStep:
    """A step of a participant that promises only this."""
    none = {"messaging": None, "idempotency": None, "rejects_late_actions": None, "remembers_failures": None}
    return flow(saga(act("a"), participants=[participant("shop", **{**none, **promises})])).steps[0]


TREATMENTS = [
    # an action: done, done again, recognised, refused
    (ACTION, {}, NOTHING, Treatment(DONE, "ok", "executed")),
    (ACTION, {}, DONE, Treatment(Truth(2), "ok", "executed")),
    (ACTION, {}, Truth(2), Treatment(Truth(2), "ok", "executed")),
    (ACTION, {"idempotency": "none"}, DONE, Treatment(Truth(2), "ok", "executed")),
    (ACTION, {"idempotency": "key"}, DONE, Treatment(DONE, "ok", "deduplicated")),
    (ACTION, {"idempotency": "natural"}, DONE, Treatment(DONE, "ok", "deduplicated")),
    (ACTION, {"idempotency": "key"}, UNDONE, Treatment(UNDONE, "ok", "deduplicated")),
    (ACTION, {"idempotency": "key"}, REFUSES, Treatment(REFUSES, "no", "refused")),
    (ACTION, {}, REFUSES, Treatment(REFUSES, "no", "refused")),
    # an undo: nothing there yet, with and without a tombstone
    (UNDO, {}, NOTHING, Treatment(NOTHING, "undone", "nothing-to-undo")),
    (UNDO, {"rejects_late_actions": False}, NOTHING, Treatment(NOTHING, "undone", "nothing-to-undo")),
    (UNDO, {"rejects_late_actions": True}, NOTHING, Treatment(REFUSES, "undone", "nothing-to-undo")),
    (UNDO, {}, REFUSES, Treatment(REFUSES, "undone", "nothing-to-undo")),
    # an undo: done, done again, recognised
    (UNDO, {}, DONE, Treatment(UNDONE, "undone", "undo-executed")),
    (UNDO, {"rejects_late_actions": True}, DONE, Treatment(Truth(1, 1, True), "undone", "undo-executed")),
    (UNDO, {}, UNDONE, Treatment(Truth(1, 2), "undone", "undo-executed")),
    (UNDO, {}, Truth(1, 2), Treatment(Truth(1, 2), "undone", "undo-executed")),
    (UNDO, {"idempotency": "key"}, UNDONE, Treatment(UNDONE, "undone", "deduplicated")),
    (FALLBACK, {"idempotency": "key"}, DONE, Treatment(UNDONE, "undone", "undo-executed")),
    (FALLBACK, {"idempotency": "key"}, UNDONE, Treatment(UNDONE, "undone", "deduplicated")),
    # a question: what is not done will not be
    (STATUS, {"status_query": True}, NOTHING, Treatment(REFUSES, "not-done", "answered")),
    (STATUS, {"status_query": True}, DONE, Treatment(DONE, "done", "answered")),
    (STATUS, {"status_query": True}, REFUSES, Treatment(REFUSES, "not-done", "answered")),
]


@pytest.mark.parametrize(("message", "promises", "truth", "expected"), TREATMENTS)
def test_a_request_is_treated_as_promised(
    message: Message, promises: dict[str, Any], truth: Truth, expected: Treatment
) -> None:
    assert treat(plan_of(**promises), truth, message) == expected


@pytest.mark.parametrize(("message", "promises", "truth", "expected"), TREATMENTS)
def test_a_request_would_execute_exactly_if_it_takes_effect(
    message: Message, promises: dict[str, Any], truth: Truth, expected: Treatment
) -> None:
    assert would_execute(plan_of(**promises), truth, message) is (expected.what in ("executed", "undo-executed"))


def test_a_local_step_recognises_its_own_repetitions() -> None:
    plan = flow(saga(local("a"), participants=[])).steps[0]
    assert treat(plan, DONE, ACTION).what == "deduplicated"
    assert treat(plan, UNDONE, UNDO).what == "deduplicated"


def test_a_compensation_may_promise_less_than_its_action() -> None:
    plan = flow(saga(act("a", compensation=undo(idempotency="none")))).steps[0]
    assert treat(plan, DONE, ACTION).what == "deduplicated"
    assert treat(plan, UNDONE, UNDO).what == "undo-executed"
