"""What participants leave unsaid, and what a saga would be if they promised it.

Nothing is assumed of what is not stated, so a rehearsal plays without it and a verification asks for it: the answer is
a contract that can be handed to the people behind a participant.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Set
from copy import copy
from dataclasses import replace
from typing import Final, Literal, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.policies import Promises

PromiseName = Literal["idempotency", "rejects_late_actions", "remembers_failures"]
PROMISES: Final[tuple[PromiseName, ...]] = ("idempotency", "rejects_late_actions", "remembers_failures")
"""What safety may hang on; the other facts about participants are either there or not."""


class Unsaid(NamedTuple):
    """One promise that a participant neither gives nor denies."""

    participant: str
    promise: PromiseName

    def __str__(self) -> str:
        return f"{self.participant}.{self.promise}"


def unsaid(flow: Flow) -> tuple[Unsaid, ...]:
    """Everything that participants leave unsaid about steps with effects, in the order of the steps."""
    return tuple(dict.fromkeys(each for plan in flow.steps for each in unsaid_of(plan)))


def unsaid_of(plan: FlowStep) -> Iterator[Unsaid]:
    """What is left unsaid about one step and its compensation."""
    if not plan.has_effects or plan.step.local:
        return
    stated = plan.promises
    here = plan.step.participant or plan.id
    if stated.idempotency is None:
        yield Unsaid(here, "idempotency")
    if plan.undo is not None:
        if plan.undo_promises.idempotency is None:
            yield Unsaid(undone_by(plan), "idempotency")
        if stated.rejects_late_actions is None:
            yield Unsaid(here, "rejects_late_actions")
    if plan.step.rejects and stated.remembers_failures is None:
        yield Unsaid(here, "remembers_failures")


def promised_by(flow: Flow, names: Iterable[str]) -> tuple[Unsaid, ...]:
    """The unsaid promises that go by these names, as `payment.idempotency`; those that are said by now are left out."""
    wanted = frozenset(names)
    return tuple(each for each in unsaid(flow) if str(each) in wanted) if wanted else ()


def undone_by(plan: FlowStep) -> str:
    """Who undoes the step: its participant, unless the compensation names another one."""
    elsewhere = plan.compensation.participant if plan.compensation is not None else None
    return elsewhere or plan.step.participant or plan.id


def assuming(flow: Flow, assumed: Iterable[Unsaid]) -> Flow:
    """The flow if these promises were given."""
    wanted = frozenset(assumed)
    if not wanted:
        return flow
    assuming = copy(flow)
    assuming.steps = tuple(_assuming(plan, wanted) for plan in flow.steps)
    return assuming


def _assuming(plan: FlowStep, wanted: frozenset[Unsaid]) -> FlowStep:
    new = wanted.intersection(unsaid_of(plan))
    if not new:
        return plan
    here = plan.step.participant or plan.id
    given = {each.promise for each in new if each.participant == here}
    undo = plan.undo_promises
    if undo.idempotency is None and Unsaid(undone_by(plan), "idempotency") in new:
        undo = undo._replace(idempotency="key")
    return replace(plan, promises=_given(plan.promises, given), undo_promises=undo)


def _given(stated: Promises, given: Set[PromiseName]) -> Promises:
    return stated._replace(
        idempotency=stated.idempotency or ("key" if "idempotency" in given else None),
        rejects_late_actions=_or(stated.rejects_late_actions, "rejects_late_actions" in given),
        remembers_failures=_or(stated.remembers_failures, "remembers_failures" in given),
    )


def _or(stated: bool | None, given: bool) -> bool | None:
    return True if stated is None and given else stated
