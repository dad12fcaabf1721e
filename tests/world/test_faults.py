"""Each fault happens where it can and does what its row says."""

from __future__ import annotations

import pytest

from sagactl.flow import FlowStep, flow
from sagactl.model import Step
from sagactl.world.faults import BY_NAME, FAULTS, Effect
from sagactl.world.parts import Message, Truth
from tests.builders import act, bare, local, participant, pivot, saga, undo, wait


def plan_of(step: Step) -> FlowStep:
    return flow(saga(step)).steps[0]


SAYS_NO = act("a", rejects="No")
FORGETS = act("a", rejects="No", remembers_failures=False)
REFUSABLE = act("a", compensation=undo(rejects=("Used",)))
ACTION, WAIT, UNDO, FALLBACK = (Message(0, op, 1) for op in ("action", "wait", "undo", "fallback"))
REPLY, UNDO_REPLY = Message(0, "action", 1, "ok"), Message(0, "undo", 1, "undone")
STATUS_REPLY = Message(0, "status", 1, "done")
NOTHING, DONE, UNDONE, REFUSES = Truth(), Truth(1), Truth(1, 1), Truth(refuses=True)


def test_the_table_names_every_fault_once() -> None:
    assert list(BY_NAME) == [
        "reject", "fail", "compensation-fail", "request-lost", "compensation-request-lost", "reply-lost",
        "duplicate", "compensation-duplicate", "late", "compensation-late", "crash", "cancel", "deadline",
        "key-expired", "send-lost", "write-lost",
    ]  # fmt: skip
    assert all(fault.sentence.endswith(".") and fault.source for fault in FAULTS)


@pytest.mark.parametrize(
    ("name", "messages"),
    [
        ("reject", {ACTION, WAIT}),
        ("fail", {ACTION}),
        ("compensation-fail", {UNDO, FALLBACK}),
        ("request-lost", {ACTION, WAIT}),
        ("compensation-request-lost", {UNDO, FALLBACK}),
        ("reply-lost", {REPLY, UNDO_REPLY, STATUS_REPLY}),
        ("duplicate", {ACTION}),
        ("compensation-duplicate", {UNDO, FALLBACK}),
        ("key-expired", {ACTION, UNDO}),
        ("send-lost", {ACTION}),
        ("write-lost", {ACTION}),
        *((name, set()) for name in ("late", "compensation-late", "crash", "cancel", "deadline")),
    ],
)
def test_a_fault_hits_messages_of_its_kind_alone(name: str, messages: set[Message]) -> None:
    every = {ACTION, WAIT, UNDO, FALLBACK, REPLY, UNDO_REPLY, STATUS_REPLY}
    assert {message for message in every if BY_NAME[name].hits(message)} == messages


@pytest.mark.parametrize(
    ("name", "step", "reason"),
    [
        ("reject", SAYS_NO, ""),
        ("reject", wait("a", rejects="No"), ""),
        ("reject", act("a"), "`a` lists no `rejects`, so it never says no"),
        ("fail", act("a"), ""),
        ("fail", local("a"), ""),
        ("fail", wait("a"), "`a` waits and does nothing that could fail"),
        ("compensation-fail", act("a"), ""),
        ("compensation-fail", bare("a"), "`a` has no compensation that could fail"),
        ("compensation-fail", local("a"), "`a` is undone in the saga's own transaction"),
        ("compensation-request-lost", act("a"), ""),
        ("compensation-request-lost", pivot("a"), "`a` has no compensation that could fail"),
        ("compensation-request-lost", local("a"), "`a` is undone in the saga's own transaction"),
        ("request-lost", act("a"), ""),
        ("request-lost", wait("a"), ""),
        ("request-lost", local("a"), "`a` is local: no message is sent"),
        ("reply-lost", act("a"), ""),
        ("reply-lost", local("a"), "`a` is local: no message is sent"),
        ("reply-lost", wait("a"), "`a` waits and does nothing that could fail"),
    ],
)
def test_a_step_that_can_never_have_a_fault_says_why(name: str, step: Step, reason: str) -> None:
    assert BY_NAME[name].possible(plan_of(step)) == reason


@pytest.mark.parametrize(
    ("name", "message", "truths"),
    [
        ("reject", ACTION, [NOTHING]),
        ("fail", ACTION, [NOTHING]),
        ("compensation-fail", UNDO, [DONE]),
        ("compensation-fail", FALLBACK, [DONE]),
        ("request-lost", ACTION, [NOTHING, DONE, UNDONE, REFUSES]),
        ("compensation-request-lost", UNDO, [NOTHING, DONE, UNDONE, REFUSES]),
        ("reply-lost", REPLY, [NOTHING, DONE, UNDONE, REFUSES]),
    ],
)
def test_a_participant_fails_only_at_what_it_would_do(name: str, message: Message, truths: list[Truth]) -> None:
    enabled = BY_NAME[name].enabled
    assert [truth for truth in (NOTHING, DONE, UNDONE, REFUSES) if enabled(plan_of(SAYS_NO), truth, message)] == truths


def test_a_participant_without_idempotency_may_fail_at_a_repetition() -> None:
    plan = flow(saga(act("a"), participants=[participant("shop", idempotency="none")])).steps[0]
    assert BY_NAME["fail"].enabled(plan, DONE, ACTION)
    assert BY_NAME["compensation-fail"].enabled(plan, UNDONE, UNDO)


@pytest.mark.parametrize(
    ("name", "step", "message", "truth", "effect"),
    [
        ("reject", SAYS_NO, ACTION, NOTHING, Effect(REFUSES, "no", "turned-down")),
        ("reject", FORGETS, ACTION, NOTHING, Effect(NOTHING, "no", "turned-down")),
        ("fail", SAYS_NO, ACTION, NOTHING, Effect(NOTHING, "error", "broke")),
        ("compensation-fail", SAYS_NO, UNDO, DONE, Effect(DONE, "not-undone", "broke")),
        ("compensation-fail", REFUSABLE, UNDO, DONE, Effect(DONE, "refuses-undo", "broke")),
        ("compensation-fail", REFUSABLE, FALLBACK, DONE, Effect(DONE, "not-undone", "broke")),
        ("request-lost", SAYS_NO, ACTION, NOTHING, Effect(NOTHING, "", "lost")),
        ("compensation-request-lost", SAYS_NO, UNDO, DONE, Effect(DONE, "", "lost")),
    ],
)
def test_a_fault_does_what_its_row_says(name: str, step: Step, message: Message, truth: Truth, effect: Effect) -> None:
    assert BY_NAME[name].effect(plan_of(step), truth, message) == effect
