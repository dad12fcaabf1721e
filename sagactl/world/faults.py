"""What can go wrong, as one table: where each fault may happen, what it does, and where the knowledge comes from.

Names are stable: they are the same on the command line, in traces and in replay files.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal, NamedTuple

from sagactl.flow import FlowStep
from sagactl.trace import What
from sagactl.world.participants import would_execute
from sagactl.world.parts import Answer, Message, Operation, Truth

Subject = Literal["request", "reply", "run"]


class Effect(NamedTuple):
    """What a fault makes of a request: the truth afterwards, the answer ("" for none), the word for the trace."""

    truth: Truth
    answer: Answer
    what: What


class Fault(NamedTuple):
    """One row: `possible` says why a step can never have it (empty when it can)."""

    name: str
    subject: Subject
    operations: tuple[Operation, ...]
    what: What
    sentence: str
    source: str
    possible: Callable[[FlowStep], str]
    enabled: Callable[[FlowStep, Truth, Message], bool]
    effect: Callable[[FlowStep, Truth, Message], Effect]

    def hits(self, message: Message) -> bool:
        """Whether the fault can concern a message of this kind at all."""
        return message.operation in self.operations and message.is_reply == (self.subject == "reply")


def _reject(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    remembers = truth.refuses or bool(plan.promises.remembers_failures)
    return Effect(truth._replace(refuses=remembers), "no", "turned-down")


def _fail(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    return Effect(truth, "error", "broke")


def _undo_fail(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    rejects = plan.compensation is not None and message.operation == "undo" and bool(plan.compensation.rejects)
    return Effect(truth, "refuses-undo" if rejects else "not-undone", "broke")


def _lose(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    return Effect(truth, "", "lost")


def _always(plan: FlowStep, truth: Truth, message: Message) -> bool:
    return True


def _rejects(plan: FlowStep) -> str:
    if plan.step.rejects:
        return ""
    return f"`{plan.id}` lists no `rejects`, so it never says no"


def _acts(plan: FlowStep) -> str:
    return "" if plan.step.wait is None else f"`{plan.id}` waits and does nothing that could fail"


def _has_undo(plan: FlowStep) -> str:
    if plan.undo is None:
        return f"`{plan.id}` has no compensation that could fail"
    return f"`{plan.id}` is undone in the saga's own transaction" if plan.step.local else ""


def _sends(plan: FlowStep) -> str:
    return f"`{plan.id}` is local: no message is sent" if plan.step.local else ""


def _sends_action(plan: FlowStep) -> str:
    return _sends(plan) or _acts(plan)


FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "reject", "request", ("action", "wait"), "turned-down",
        "The participant says no for a business reason; nothing is done.",
        "Richardson, Microservices Patterns, ch. 4",
        _rejects, would_execute, _reject,
    ),
    Fault(
        "fail", "request", ("action",), "broke",
        "The participant fails technically; nothing is done, and the try may be repeated.",
        "Garcia-Molina and Salem, SIGMOD 1987",
        _acts, would_execute, _fail,
    ),
    Fault(
        "compensation-fail", "request", ("undo", "fallback"), "broke",
        "The participant fails to undo; the effect stands, and the try may be repeated.",
        "Garcia-Molina and Salem, SIGMOD 1987, section 5",
        _has_undo, would_execute, _undo_fail,
    ),
    Fault(
        "request-lost", "request", ("action", "wait"), "lost",
        "The request never arrives: the participant is down, or crashes before it commits.",
        "Gray, Notes on Data Base Operating Systems, 1978",
        _sends, _always, _lose,
    ),
    Fault(
        "compensation-request-lost", "request", ("undo", "fallback"), "lost",
        "The request to undo never arrives.",
        "Gray, Notes on Data Base Operating Systems, 1978",
        lambda plan: _has_undo(plan), _always, _lose,
    ),
    Fault(
        "reply-lost", "reply", ("action", "undo", "fallback", "status"), "lost",
        "The answer never arrives: it was done, but nobody knows.",
        "Gray, Notes on Data Base Operating Systems, 1978",
        _sends_action, _always, _lose,
    ),
)  # fmt: skip

BY_NAME: Final[dict[str, Fault]] = {fault.name: fault for fault in FAULTS}
