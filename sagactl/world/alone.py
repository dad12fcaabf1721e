"""One step among the most general rest of the world: a small saga stands for all that the others may do.

A step sees the rest of its saga only through the phase of the run, "all before it are done" and "all after it are
settled".  So one step can be explored alone, with faults without number, beside a wait that may last for ever, a
cancel at any time, and a pivot before or beside it where there is one.  Tries are 1, 2 (for all that are more) or for
ever.

Source: assume-guarantee reasoning (Jones 1983; Henzinger, Qadeer and Rajamani, CAV 1998); the most general environment
of open systems (Kupferman and Vardi, 1996).
"""

from __future__ import annotations

from collections.abc import Hashable
from copy import copy
from dataclasses import replace
from typing import Literal, NamedTuple

from sagactl.flow import Flow, FlowStep, Place, exclusive
from sagactl.machine.transition import ALL_TRIGGERS
from sagactl.model import Rollback, Saga, Step, Trigger, Wait
from sagactl.policies import Policy, Promises
from sagactl.world.tables import Tables, possible_faults

_REST = Step(id="(rest)", after=(), wait=Wait(event="rest"))
_PIVOT = Step(id="(pivot)", after=(), local=True, action="commit", kind="pivot")
_OPENING = Step(id="(opening)", after=(), wait=Wait(event="opening"))


class Alone(NamedTuple):
    """One step, the flow that stands for the rest of its saga, and where in it the step is.

    `key` is equal for steps that behave alike, so that what was found of one holds for the other.  `is_late` says that
    a run is taken back only once the step is done.
    """

    key: Hashable
    flow: Flow
    step: int
    faults: frozenset[str]
    is_late: bool = False

    def tables(self) -> Tables:
        others = dict.fromkeys(range(len(self.flow.steps)), frozenset[str]())
        return Tables(self.flow, {**others, self.step: self.faults}, self.step if self.is_late else None)


def alone(flow: Flow, plan: FlowStep, promises: Promises, undo_promises: Promises) -> Alone:
    """The step among the most general rest of the world, its participant keeping these promises."""
    plan = replace(plan, place=place_to_others(flow, plan) or plan.place)
    triggers = flow.saga.rollback.triggers
    taken_back = _taken_back(flow, plan)
    if triggers is not None and taken_back != "never":
        triggers = (*triggers, "cancel")
    around = _around(plan, is_last=not (flow.descendants[plan.index] or flow.beside(plan.index)))
    saga = Saga(id="alone", steps=around, rollback=Rollback(triggers=triggers))
    small = Flow(saga)
    index = next(index for index, step in enumerate(around) if step.id == plan.id)
    step = replace(
        small.steps[index],
        kind=plan.kind,
        place=plan.place,
        action=fewer_tries(plan.action),
        undo=fewer_tries(plan.undo) if plan.undo is not None else None,
        promises=promises,
        undo_promises=undo_promises,
        failed_step=plan.failed_step,
    )
    with_steps(small, (*small.steps[:index], step, *small.steps[index + 1 :]))
    faults = possible_faults(plan) - {"deadline"}
    is_late = taken_back == "late"
    return Alone((_key(step, triggers, faults), len(around), is_late), small, index, faults, is_late)


def place_to_others(flow: Flow, plan: FlowStep) -> Place | None:
    """Where a step stands to the pivots other than itself, if a run may have both; None before them.

    What answers a way back is meant to stay, like what comes after a pivot.
    """
    if plan.reacts:
        return "after"
    if plan.kind != "pivot":
        return plan.place if plan.place in ("after", "beside") else None
    others = (flow.steps[index] for index in flow.pivots if index != plan.index)
    both = [other.index for other in others if not exclusive(other.step, plan.step)]
    if any(flow.sure_ancestors[plan.index] >> index & 1 for index in both):
        return "after"
    return "beside" if any(flow.beside(plan.index) >> index & 1 for index in both) else None


def _taken_back(flow: Flow, plan: FlowStep) -> Literal["never", "late", "any time"]:
    """When something other than the step itself may start a rollback: at any time, or once the step is done.

    What comes after it can fail only then.
    """
    triggers = ALL_TRIGGERS if flow.saga.rollback.triggers is None else flow.saga.rollback.triggers
    if "cancel" in triggers or ("deadline" in triggers and (flow.saga.deadline is not None or flow.scopes)):
        return "any time"
    if any(fails_by(other, triggers) for other in flow.members(flow.beside(plan.index))):
        return "any time"
    later = flow.members(flow.descendants[plan.index])
    return "late" if any(fails_by(other, triggers) for other in later) else "never"


def fails_by(plan: FlowStep, triggers: tuple[Trigger, ...]) -> bool:
    """Whether the step can end in a way that starts a rollback where only these do."""
    if "rejection" in triggers and plan.step.rejects:
        return True
    if plan.step.wait is not None:
        return "timeout" in triggers and plan.action.timeout_s is not None and plan.step.on_timeout != "continue"
    if plan.action.tries is None:
        return False
    return "failure" in triggers or ("timeout" in triggers and plan.action.timeout_s is not None)


def _around(plan: FlowStep, *, is_last: bool) -> tuple[Step, ...]:
    """The steps of the small saga; the one under test starts at once, or once the pivot before it is done.

    Where nothing comes after it and nothing runs beside it, the run ends with it, and nothing can be taken back then.
    """
    own = plan.step
    if plan.place == "pivot":
        return (_free(own),)
    if plan.place == "after":
        return _PIVOT, _free(own, _PIVOT.id)
    if plan.place == "beside":
        return _free(own), _OPENING, replace(_PIVOT, after=(_OPENING.id,)), _REST
    return (_free(own),) if is_last else (_free(own), _REST)


def _free(step: Step, *after: str) -> Step:
    return replace(step, after=after, when={}, listens=None)


def fewer_tries(policy: Policy) -> Policy:
    """The policy with two tries for all that are more: what the third can do, the second can."""
    return policy if policy.tries is None or policy.tries <= 2 else policy._replace(tries=2)


def with_steps(flow: Flow, steps: tuple[FlowStep, ...]) -> Flow:
    """The flow with other policies and promises; its shape stays."""
    flow.steps = steps
    return flow


def plainer(flow: Flow) -> Flow:
    """The flow with two tries for all that are more, and without restarts: a new try of a saga has new keys."""
    plain = copy(flow)
    plain.saga = replace(flow.saga, rollback=replace(flow.saga.rollback, then=None, max_restarts=None))
    steps = (
        replace(plan, action=fewer_tries(plan.action), undo=plan.undo and fewer_tries(plan.undo)) for plan in flow.steps
    )
    return with_steps(plain, tuple(steps))


def _key(step: FlowStep, triggers: object, faults: frozenset[str]) -> Hashable:
    undo = step.compensation
    how_undone = undo and (undo.reply, bool(undo.rejects), bool(undo.fallback))
    own = step.step
    return (
        *(step.kind, step.place, step.failed_step, faults, triggers),
        *(own.local, own.reply, own.wait is not None, own.on_timeout, bool(own.rejects)),
        *(_manner(step.action), step.undo and _manner(step.undo), how_undone),
        *(_kept(step.promises), step.undo_promises.idempotency in ("key", "natural")),
    )


def _manner(policy: Policy) -> Hashable:
    return policy.tries, policy.timeout_s is not None, policy.retries("timeout"), policy.retries("error")


def _kept(promises: Promises) -> Hashable:
    return (
        promises.idempotency in ("key", "natural"),
        *map(bool, promises[1:4]),
        promises.messaging == "dual-write",
        bool(promises.ordered_delivery),
    )
