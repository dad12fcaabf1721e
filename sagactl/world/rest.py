"""Whether a run that nobody leads is over, and who waits for what nobody will ever tell."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep, success_event
from sagactl.machine.state import ACTIVE, PASSED, Record, State, pivot_committed
from sagactl.machine.transition import owes_undo
from sagactl.trace import Moment
from sagactl.world.faults import SILENCED
from sagactl.world.parts import HANGS, Move, Operation
from sagactl.world.views import EventWorld

FAILED: Final[frozenset[Record]] = frozenset({"rejected", "unknown", "undone", "dead", "standing"})


class Waiting(NamedTuple):
    """A step that nobody tells what it has to know, what that is, and whether it knows of the way back."""

    step: int
    reason: str
    knows: bool = False


def notes(flow: Flow, moments: Iterable[Moment]) -> tuple[str, ...]:
    """What is to be known of a run that nobody leads: who owns the deadline, and who notices that an event is lost."""
    deadline = flow.saga.deadline
    found: list[str] = []
    if deadline is not None and deadline.owner is None:
        found.append("the deadline has no `owner`, and without an orchestrator somebody has to own its timer")
    lost = dict.fromkeys(moment.detail for moment in moments if moment.what == "lost" and moment.fault in SILENCED)
    if lost:
        events = ", ".join(f"`{name}`" for name in lost)
        noticing = "there is no deadline that would" if deadline is None else "only the deadline does"
        found.append(f"{events} never came, and nobody who waits for an event notices that: {noticing}")
    return tuple(found)


def stops(flow: Flow, state: State) -> bool:
    """Whether the rollback stops because a compensation failed for good."""
    return flow.saga.rollback.on_failure == "stop" and any(step.record == "dead" for step in state.steps)


def is_over(flow: Flow, world: EventWorld) -> bool:
    """Whether every step has passed, or else nothing is under way and nobody waits for anything."""
    state = world.state
    if all(step.record in PASSED or plan.reacts for plan, step in zip(flow.steps, state.steps, strict=True)):
        return all(notice.kind == "success" for notice in world.notices) and "" not in world.choices
    return _is_at_rest(world) and next(_waiting(flow, world), None) is None


def overdue(flow: Flow, world: EventWorld) -> Move | None:
    """A step on which a driver may give up, once nothing else can happen."""
    if world.ended:
        return None
    for own, step in enumerate(world.state.steps):
        if step.record in ACTIVE:
            operation: Operation = "undo" if step.record in ("undoing", "falling-back") else "action"
            return Move("give-up", own, operation, step.tries, detail=HANGS)
    waiting = next(_waiting(flow, world), None)
    return None if waiting is None else Move("give-up", waiting.step, detail=waiting.reason)


def _is_at_rest(world: EventWorld) -> bool:
    moving = world.messages or world.notices or "" in world.choices
    return not moving and not any(step.record in ACTIVE for step in world.state.steps)


def _waiting(flow: Flow, world: EventWorld) -> Iterator[Waiting]:
    """Steps that should go back and do not know it, or else steps that should start and do not know it."""
    state = world.state
    records = [step.record for step in state.steps]
    if state.phase == "back" or not FAILED.isdisjoint(records):
        if not pivot_committed(flow, state) and not stops(flow, state):
            yield from sorted(_owing(flow, world), key=lambda waiting: waiting.knows)
    elif "stuck" not in records:
        for plan in flow.steps:
            if records[plan.index] == "idle" and not plan.reacts and _might_start(plan, state):
                yield Waiting(plan.index, _unheard_success(flow, plan))


def _owing(flow: Flow, world: EventWorld) -> Iterator[Waiting]:
    """Those that have something to undo: each hears nothing of the failure, or waits for the word of others."""
    state = world.state
    failed = [plan.id for plan in flow.steps if state.steps[plan.index].record in ("rejected", "unknown")]
    for plan in flow.steps:
        view = world.views[plan.index].state
        if view is None or plan.reacts or not owes_undo(flow, state, plan.index):
            continue
        unheard = [other.id for other in flow.members(flow.descendants[plan.index]) if _is_open(other, view)]
        if view.phase == "back" and unheard:
            yield Waiting(plan.index, f"it waits to hear what becomes of {', '.join(unheard)}", knows=True)
        else:
            reason = f"it does not hear that {', '.join(failed)} failed" if failed else "it does not hear that it must"
            yield Waiting(plan.index, f"nobody tells it to undo: {reason}")


def _is_open(plan: FlowStep, view: State) -> bool:
    return view.steps[plan.index].record in ACTIVE


def _might_start(plan: FlowStep, state: State) -> bool:
    before = [state.steps[index].record for index in plan.after]
    return all(record in PASSED for record in before) or (plan.join == "any" and "done" in before)


def _unheard_success(flow: Flow, plan: FlowStep) -> str:
    events = (success_event(flow.steps[index].step) for index in plan.after)
    return f"it waits for {' and '.join(events)}, which never came"
