"""What is told of a run: a moment for each command that the machine gives and each thing that happens."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import assert_never

from sagactl.flow import Flow, FlowStep
from sagactl.machine import commands as c
from sagactl.machine.state import State, StepState
from sagactl.trace import Moment, What
from sagactl.world.parts import Move, Operation


def detail_of(plan: FlowStep, what: What, move: Move) -> str:
    """The name of the business error: the one that the move names, or the first that is listed."""
    if what == "refused":
        return "not accepted any more"
    if what not in ("turned-down", "broke"):
        return ""
    undoing = move.operation in ("undo", "fallback")
    if undoing and plan.compensation is not None and plan.compensation.rejects:
        return move.detail or plan.compensation.rejects[0]
    if what == "turned-down":
        return move.detail or (plan.step.rejects[0] if plan.step.rejects else "rejected")
    return ""


def command_moment(flow: Flow, command: c.Command) -> Moment | None:
    match command:
        case c.RunAction(step, attempt, _):
            name = _numbered(flow.steps[step].step.action, attempt)
            return _of(flow, step, "sent" if attempt == 1 else "retrying", name)
        case c.AwaitEvent(step, _):
            return _of(flow, step, "waiting", wait_name(flow.steps[step]))
        case c.WithdrawWait(step):
            return _of(flow, step, "withdrawn", wait_name(flow.steps[step]))
        case c.AskStatus(step, _):
            return _of(flow, step, "asked", "what became of it?")
        case c.RunCompensation():
            return _undo_moment(flow, command)
        case c.Pause() | c.Decide() | c.WatchDeadline():
            return None
        case c.SendDeadLetter(step, _, reason, _):
            return _of(flow, step, "dead-letter", reason)
        case c.Alert(what, _) if what.startswith("restart "):
            return Moment("restarted", detail=what)
        case c.Alert(what, _):
            rollback = what.startswith("rollback: ")
            return Moment("rollback" if rollback else "alert", detail=what.removeprefix("rollback: "))
        case c.Finish(how):
            return Moment("ended", detail=how)
        case _:
            assert_never(command)


def skipped_moments(flow: Flow, before: State, after: State) -> Iterator[Moment]:
    """That steps are not taken, of those of which it has just been found out."""
    chosen = dict(zip(flow.saga.choices, after.choices, strict=True))
    for plan, old, new in zip(flow.steps, before.steps, after.steps, strict=False):
        yield from skipped_moment(plan, old, new, chosen)


def skipped_moment(plan: FlowStep, old: StepState, new: StepState, chosen: Mapping[str, str | None]) -> list[Moment]:
    """That a step is not taken, if it has just been found out, and which choice says so."""
    if new.record != "skipped" or old.record == "skipped":
        return []
    when = plan.step.when.items()
    reasons = [f"{choice} is not {wanted}" for choice, wanted in when if chosen[choice] not in (None, "", wanted)]
    return [Moment("skipped", plan.id, ", ".join(reasons), plan.step.participant or "")]


def _undo_moment(flow: Flow, command: c.RunCompensation) -> Moment:
    plan = flow.steps[command.step]
    compensation = plan.compensation
    assert compensation is not None
    name = compensation.fallback if command.fallback else compensation.command
    attached = "with its result" if command.result_of is not None else "result unknown"
    participant = participant_of(plan, "undo")
    what: What = "undo-retrying" if command.attempt > 1 else "fallback-sent" if command.fallback else "undo-sent"
    return Moment(what, plan.id, f"{_numbered(name, command.attempt)}, {attached}", participant)


def _numbered(name: str | None, attempt: int) -> str:
    return f"{name} (try {attempt})" if attempt > 1 else name or ""


def wait_name(plan: FlowStep) -> str:
    wait = plan.step.wait
    if wait is None:
        return ""
    return f"{wait.name} by {wait.by}" if wait.by else wait.name


def _of(flow: Flow, step: int, what: What, detail: str) -> Moment:
    plan = flow.steps[step]
    return Moment(what, plan.id, detail, plan.step.participant or "")


def moment_of(plan: FlowStep, what: What, move: Move, detail: str = "") -> Moment:
    return Moment(what, plan.id, detail, participant_of(plan, move.operation), move.fault)


def participant_of(plan: FlowStep, operation: Operation) -> str:
    """Who carries the operation out: a compensation may be somebody else's."""
    compensation = plan.compensation if operation in ("undo", "fallback") else None
    elsewhere = compensation.participant if compensation is not None else None
    return elsewhere or plan.step.participant or ""
