"""What a participant does with a request, keeping its promises exactly and keeping none that it did not give."""

from __future__ import annotations

from typing import NamedTuple

from sagactl.flow import FlowStep
from sagactl.trace import What
from sagactl.world.parts import Answer, Message, Truth


class Treatment(NamedTuple):
    """What became of a request: the truth afterwards, the answer, and the word for it in the trace."""

    truth: Truth
    answer: Answer
    what: What


def would_execute(plan: FlowStep, truth: Truth, message: Message) -> bool:
    """Whether the request would take effect if it arrived now; only then can it fail in a way of its own."""
    if message.operation == "action":
        return not truth.refuses and not (truth.done > 0 and is_idempotent(plan, message))
    if message.operation in ("undo", "fallback"):
        return truth.done > 0 and not (truth.undone > 0 and is_idempotent(plan, message))
    return message.operation == "wait"


def is_idempotent(plan: FlowStep, message: Message) -> bool:
    """Whether the participant recognises a repetition of this request."""
    promises = plan.promises if message.operation == "action" else plan.undo_promises
    return plan.step.local or promises.idempotency in ("key", "natural")


def treat(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    """What the participant does when the request arrives and nothing goes wrong."""
    if message.operation == "action":
        return _treat_action(plan, truth, message)
    if message.operation == "status":
        return _treat_status(truth)
    return _treat_undo(plan, truth, message)


def _treat_action(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    if truth.refuses:
        return Treatment(truth, "no", "refused")
    if truth.done > 0 and is_idempotent(plan, message):
        return Treatment(truth, "ok", "deduplicated")
    return Treatment(truth._replace(done=min(truth.done + 1, 2)), "ok", "executed")


def _treat_undo(plan: FlowStep, truth: Truth, message: Message) -> Treatment:
    """Nothing to undo is a success; a participant that rejects late actions then refuses the action for good."""
    if truth.done == 0:
        refuses = truth.refuses or bool(plan.promises.rejects_late_actions)
        return Treatment(truth._replace(refuses=refuses), "undone", "nothing-to-undo")
    if truth.undone > 0 and is_idempotent(plan, message):
        return Treatment(truth, "undone", "deduplicated")
    refuses = truth.refuses or bool(plan.promises.rejects_late_actions)
    return Treatment(Truth(truth.done, min(truth.undone + 1, 2), refuses), "undone", "undo-executed")


def _treat_status(truth: Truth) -> Treatment:
    """Asked and not done means refused from now on: a late request must not be done after all."""
    if truth.done > 0:
        return Treatment(truth, "done", "answered")
    return Treatment(truth._replace(refuses=True), "not-done", "answered")
