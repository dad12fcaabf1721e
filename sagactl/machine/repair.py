"""What people may do to a run by hand, and what the run does then: as pure as a transition, by the same rules.

Rule 1.  Only a step that waits for people, or whose answer may never come, can be repaired; a run that ended completed
         or compensated is closed.
Rule 2.  The run is taken up in the direction in which it was going, and what follows is decided as ever: order, pivot
         and policies hold for a repaired run, too.
Rule 3.  A run never ends better than people vouch for.  What they waive lets the run go on, and what they settle on
         the way back leaves it parked; only what they found to be undone counts as undone.

Source: the dead letter queues of message brokers, and the operations on incidents of workflow engines (retry, skip).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine.commands import Commands, WithdrawWait
from sagactl.machine.state import ENDED_BACK, Record, State, StepState, outcome
from sagactl.machine.transition import NO_UNDO, _drop_wish, _end_of_step, _Run
from sagactl.model import Trigger

BY_HAND: Final = "settled by hand"
NOT_DONE: Final = "not done, as people found"
WENT_BACK: Final = ENDED_BACK | {"withdrawn", "rejected", "unknown"}
"""Records that only a rollback leaves behind at the end of a run."""


class RetryStep(NamedTuple):
    """What failed for good, or pauses, is tried again."""

    step: int


class SkipStep(NamedTuple):
    """People take responsibility for the step, and the run goes on without it."""

    step: int


class ResolveStep(NamedTuple):
    """People found out what became of the operation that was left open; `known` says that they know its result."""

    step: int
    done: bool
    known: bool = False


Repair = RetryStep | SkipStep | ResolveStep

WITH_RESULT: Final = " with its result"
BY_NAME: Final[Mapping[str, Callable[[int], Repair]]] = {
    "retry": RetryStep,
    "skip": SkipStep,
    "resolve done": lambda step: ResolveStep(step, True),
    f"resolve done{WITH_RESULT}": lambda step: ResolveStep(step, True, True),
    "resolve not-done": lambda step: ResolveStep(step, False),
}
"""The repairs as people name them."""


class Repaired(NamedTuple):
    """The run after a repair, and what to do now; with a `refusal` nothing has changed, and it says why."""

    state: State
    commands: Commands
    refusal: str = ""


def repair(flow: Flow, state: State, wanted: Repair) -> Repaired:
    """The run after the repair; a repair that makes no sense is refused with a reason and changes nothing."""
    if not 0 <= wanted.step < len(flow.steps):
        return Repaired(state, (), "the saga has no such step")
    how = outcome(flow, state)
    if how is not None and how != "parked":
        return Repaired(state, (), f"the run has ended {how}, so nothing is left to repair")
    run, plan = _taken_up(flow, state, wanted.step), flow.steps[wanted.step]
    handler = TABLE[type(wanted)].get(run.record(plan), _nothing_to_repair)
    refusal = handler(run, plan, wanted)
    if refusal:
        return Repaired(state, (), refusal)
    run.advance()
    return Repaired(*run.result())


def _taken_up(flow: Flow, state: State, step: int) -> _Run:
    """An ended run goes on in its direction; what a stopped rollback left is owed again, except the step itself."""
    run = _Run(flow, state)
    if state.phase == "ended":
        run.phase = "back" if any(each.record in WENT_BACK for each in state.steps) else "forward"
    for plan in flow.steps:
        if run.record(plan) == "left" and plan.index != step:
            _owe(run, plan)
    return run


def _owe(run: _Run, plan: FlowStep) -> None:
    """The step has to be undone again, as what it was before anybody tried."""
    if run.steps[plan.index].known:
        run.put(plan, "done", 0)
    else:
        run.put(plan, "rejected" if plan.failed_step == "always" else "unknown", 0)


# -- again


def _retry_action(run: _Run, plan: FlowStep, wanted: RetryStep) -> str:
    if run.phase == "back":
        return f"the run goes back, so `{plan.id}` is not tried again: say what became of it, or skip it"
    if run.wish:
        return f"the run waits for its pivot to go back, so `{plan.id}` is not tried again"
    run.send(plan, 1)
    return ""


def _retry_now(run: _Run, plan: FlowStep, wanted: RetryStep) -> str:
    run.send(plan, run.steps[plan.index].tries + 1)
    return ""


def _retry_undo(run: _Run, plan: FlowStep, wanted: RetryStep) -> str:
    """From the first try on, as soon as what depends on the step is settled."""
    if plan.undo is None:
        return f"`{plan.id}` has no compensation that could be tried again: settle it by hand, and skip it"
    if run._may_undo(plan):
        run.compensate(plan, "undoing", 1)
    else:
        _owe(run, plan)
    return ""


def _retry_undo_now(run: _Run, plan: FlowStep, wanted: RetryStep) -> str:
    falls_back = run.record(plan) == "fallback-paused"
    run.compensate(plan, "falling-back" if falls_back else "undoing", run.steps[plan.index].tries + 1)
    return ""


def _retry_left(run: _Run, plan: FlowStep, wanted: RetryStep) -> str:
    failed = [other.id for other in run.flow.steps if run.record(other) == "dead"]
    if failed and run._stopped():
        return f"the rollback stopped at `{failed[0]}`: retry or skip that, and `{plan.id}` follows"
    return _retry_undo(run, plan, wanted)


def _retry_standing(run: _Run, plan: FlowStep, wanted: RetryStep) -> str:
    if plan.undo is None:
        return _retry_undo(run, plan, wanted)
    return f"nobody knows whether `{plan.id}` was done: say what became of it, or skip it"


# -- without


def _waive(run: _Run, plan: FlowStep, wanted: SkipStep) -> str:
    """Forward the run goes on as if the step were done; on the way back it is not undone."""
    if run.phase == "back":
        return _settle(run, plan, wanted)
    if plan.step.wait is not None and run.record(plan) == "requested":
        run.commands.append(WithdrawWait(plan.index))
    run.put(plan, "waived", cause=run.steps[plan.index].cause)
    if plan.kind == "pivot" and run.wish:
        _drop_wish(run, "waived")
    return ""


def _settle(run: _Run, plan: FlowStep, wanted: SkipStep) -> str:
    reason = run.steps[plan.index].cause
    run.put(plan, "settled", cause=f"{BY_HAND}: {reason}" if reason else BY_HAND)
    return ""


def _settle_unknown(run: _Run, plan: FlowStep, wanted: SkipStep) -> str:
    if run.phase != "back":
        return f"the run waits for its pivot before it is decided what becomes of `{plan.id}`"
    return _settle(run, plan, wanted)


# -- found out


def _found(run: _Run, plan: FlowStep, wanted: ResolveStep) -> str:
    """What became of the action."""
    if wanted.done:
        _found_done(run, plan, wanted)
    elif run.phase == "back" or run.record(plan) == "unknown":
        run.put(plan, "rejected", cause=NOT_DONE)
    else:
        cause = run.steps[plan.index].cause
        trigger: Trigger = "timeout" if cause == "timeout" else "failure"
        _end_of_step(run, plan, "rejected", trigger, NOT_DONE)
    return ""


def _found_done(run: _Run, plan: FlowStep, wanted: ResolveStep) -> None:
    """A pivot that turns out to be done when the run went back stands: the two can only be joined by people."""
    _, tries, _, known = run.steps[plan.index]
    if run.phase == "back" and plan.kind == "pivot":
        run.park(plan, "standing", NO_UNDO, "back")
        return
    run.steps[plan.index] = StepState("done", tries, "", known or wanted.known)
    if plan.kind == "pivot" and run.wish:
        _drop_wish(run, "done")


def _found_undone(run: _Run, plan: FlowStep, wanted: ResolveStep) -> str:
    """What became of the compensation."""
    if not wanted.done:
        return f"that `{plan.id}` is not undone is what the run goes by: retry or skip it"
    run.put(plan, "undone")
    return ""


# -- the table

Handler = Callable[[_Run, FlowStep, Any], str]
"""Changes the run, or says why that makes no sense."""

_UNDER_WAY_BACK: Final[tuple[Record, ...]] = ("undoing", "undo-paused", "falling-back", "fallback-paused")
OF_THE_UNDO: Final[tuple[Record, ...]] = (*_UNDER_WAY_BACK, "dead", "left", "unconfirmed", "settled")
"""Of a step with such a record it is the compensation whose outcome can be found out, of any other the action."""

TABLE: Final[Mapping[type, Mapping[Record, Handler]]] = {
    RetryStep: {
        "stuck": _retry_action,
        "paused": _retry_now,
        "undo-paused": _retry_undo_now,
        "fallback-paused": _retry_undo_now,
        "dead": _retry_undo,
        "unconfirmed": _retry_undo,
        "settled": _retry_undo,
        "left": _retry_left,
        "standing": _retry_standing,
    },
    SkipStep: {
        **dict.fromkeys(("requested", "paused", "asked", "stuck"), _waive),
        **dict.fromkeys((*_UNDER_WAY_BACK, "dead", "left", "standing", "unconfirmed"), _settle),
        "unknown": _settle_unknown,
    },
    ResolveStep: {
        **dict.fromkeys(("requested", "paused", "asked", "stuck", "unheard", "unknown", "standing"), _found),
        **dict.fromkeys(OF_THE_UNDO, _found_undone),
    },
}
"""Which repair makes sense for a step with which record; every other one is refused."""

IS: Final[Mapping[Record, str]] = {
    "idle": "has not started",
    "skipped": "was not taken: its choice went another way",
    "requested": "is under way: its answer, or its timeout, decides",
    "asked": "is under way: its participant is asked what became of it",
    "done": "is done",
    "unheard": "was sent, and nobody waits for its answer: say what became of it",
    "rejected": "was rejected, so nothing of it was done",
    "unknown": "is undone when its turn comes",
    "withdrawn": "was called off, and waits for nothing",
    "waived": "was waived, and the run went on without it",
    "undoing": "is being undone: the answer, or the timeout, decides",
    "falling-back": "is being undone by its fallback: the answer, or the timeout, decides",
    "undone": "is undone",
    "settled": "was settled by hand",
}
"""Why a step with this record needs no repair, or not this one."""


def _nothing_to_repair(run: _Run, plan: FlowStep, wanted: Repair) -> str:
    return f"`{plan.id}` {IS.get(run.record(plan), 'needs nothing of the kind')}"
