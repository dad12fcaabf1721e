"""What travels as a message: a copy of it may come twice or too late, and its answer may never come.

Local steps, waits and reads are not among it: a local step is one transaction with the saga's state, and a wait or a
read changes nothing, so that whatever becomes of its messages does no harm.
"""

from __future__ import annotations

from collections.abc import Callable, ItemsView, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Literal

from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import at_step
from sagactl.promises import PromiseName, undone_by

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

Promise = PromiseName | Literal["status_query"]
"""What a rule may hang on: a status query makes nothing safe, but finds out what became of a pivot."""


class Delivery:
    """The messages of one saga, its flow as its author means it, and where the promises about them are stated."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.saga = facts.saga

    @cached_property
    def sent(self) -> tuple[FlowStep, ...]:
        """The steps whose action has an effect and is a message."""
        return tuple(
            step
            for step in self.facts.meant.steps
            if step.step.action is not None and not step.step.local and step.kind != "read-only"
        )

    @cached_property
    def undone(self) -> tuple[FlowStep, ...]:
        """Those of them whose compensation some run may send."""
        never = self.facts.never_undone
        return tuple(
            step for step in self.sent if step.undo is not None and step.kind == "compensatable" and not never(step)
        )

    @cached_property
    def undone_unknown(self) -> tuple[FlowStep, ...]:
        """Those of them that are undone even when nobody knows whether they were done."""
        return tuple(step for step in self.undone if step.failed_step != "never" and self.may_be_unknown(step))

    @cached_property
    def hanging(self) -> tuple[FlowStep, ...]:
        """Those of them whose action may arrive after its compensation, as their messages may overtake each other."""
        return tuple(step for step in self.undone_unknown if not arrives_in_order(step))

    def may_be_unknown(self, step: FlowStep) -> bool:
        """Whether a rollback may begin while nobody knows whether the step was done.

        A cancellation or the deadline may always come in between; else it is the step itself that gives up, or one
        beside it.
        """
        triggers = self.saga.rollback.triggers
        if triggers is None or "cancel" in triggers or (self.saga.deadline is not None and "deadline" in triggers):
            return True
        gives_up = step.action.tries is not None and ("failure" in triggers or "timeout" in triggers)
        return gives_up or bool(self.facts.flow.beside(step.index) & self.facts.failing)

    def stated_at(self, step: FlowStep, promise: Promise) -> Place:
        """Where the promise about the action of a step is stated: on the step, or for its participant."""
        if getattr(step.step, promise) is not None:
            return at_step(step.step.route, promise)
        return Place(("participants", step.step.participant or "", promise))

    def undo_stated_at(self, step: FlowStep) -> Place:
        """Where it is stated how a repeated compensation is recognised: the nearest statement holds."""
        undo = step.compensation
        if undo is not None and undo.idempotency is not None:
            return Place((*step.step.route, "compensation", "idempotency"))
        if (
            undo is not None
            and undo.participant in self.saga.participants
            and undo.participant != step.step.participant
        ):
            return Place(("participants", undo.participant or "", "idempotency"))
        return self.stated_at(step, "idempotency")


def doer(step: FlowStep) -> str:
    """The participant of an action, as messages name it."""
    return f"`{step.step.participant}`"


def undoer(step: FlowStep) -> str:
    """The participant of a compensation, as messages name it."""
    return f"`{undone_by(step)}`"


def undo_command(step: FlowStep) -> str:
    """The compensation of a step that has one."""
    return step.compensation.command if step.compensation is not None else ""


def by_place(steps: Iterable[FlowStep], place: Callable[[FlowStep], Place]) -> ItemsView[Place, list[FlowStep]]:
    """The steps that hang on one statement together: one statement is one finding, however many rely on it."""
    found: dict[Place, list[FlowStep]] = {}
    for step in steps:
        found.setdefault(place(step), []).append(step)
    return found.items()


def and_more(steps: Sequence[FlowStep]) -> str:
    """How many steps a message means beside the one that it names."""
    return f" (and {len(steps) - 1} more)" if len(steps) > 1 else ""


def others(steps: Sequence[FlowStep], said: Callable[[FlowStep], str]) -> tuple[Related, ...]:
    """The steps that a message only counts, each with a word of its own."""
    return tuple(Related(said(step), at_step(step.step.route)) for step in steps[1:])


def arrives_in_order(step: FlowStep) -> bool:
    """Whether its compensation cannot overtake its action: one participant receives both as they were sent."""
    return bool(step.promises.ordered_delivery) and undone_by(step) == step.step.participant


def is_undone_after_a_no(step: FlowStep) -> bool:
    """Whether its compensation is sent after every rejection, when the action was surely not done."""
    return step.failed_step == "always" and bool(step.step.rejects)


def needs_memory(step: FlowStep) -> bool:
    """Whether a second copy of its request does harm after a rejection: nothing undoes it then.

    What a retriable step rejects is a matter of retriable-that-can-fail.
    """
    if not step.step.rejects or step.kind == "retriable":
        return False
    return step.failed_step != "always" or step.undo is None
