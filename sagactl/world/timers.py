"""What comes of itself or from outside, as a record says: timeouts, retries, decisions, deadlines, cancels, crashes."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine import events as e
from sagactl.machine.commands import Command, WithdrawWait
from sagactl.machine.state import State, StepState
from sagactl.machine.transition import is_open
from sagactl.world.local import Request
from sagactl.world.parts import MoveKind, Operation
from sagactl.world.world import message_for, operation_of


class Timer(NamedTuple):
    """Something that comes of itself, or from outside: the move, what the machine hears, and what it is about."""

    kind: MoveKind
    event: e.Event
    step: int = -1
    operation: Operation = "action"
    attempt: int = 0
    detail: str = ""
    fault: str = ""


class Send(NamedTuple):
    """A request that the machine lets leave, or (None) a wait that it calls off; `again` after a crash, if it can."""

    step: int
    request: Request | None
    again: bool = False


def timers_of(flow: Flow, state: State, interruptions: Set[str]) -> Iterator[Timer]:
    if state.phase == "ended":
        return
    for plan, step in zip(flow.steps, state.steps, strict=True):
        yield from _timers_of_step(plan, step)
    for choice, chosen in zip(flow.saga.choices.values(), state.choices, strict=True):
        if chosen == "":
            for outcome in choice.outcomes:
                yield Timer("decide", e.Decided(choice.id, outcome.id), detail=f"{choice.id}={outcome.id}")
    yield from _interruptions_of(flow, state, interruptions)


def _interruptions_of(flow: Flow, state: State, interruptions: Set[str]) -> Iterator[Timer]:
    if state.phase == "forward" and "deadline" in interruptions:
        if flow.saga.deadline is not None:
            yield Timer("deadline", e.DeadlinePassed(), fault="deadline")
        for scope in flow.scopes:
            if is_open(flow, state, scope):
                yield Timer("deadline", e.DeadlinePassed(scope.name), detail=scope.name, fault="deadline")
    if state.phase == "forward" and "cancel" in interruptions:
        yield Timer("cancel", e.CancelRequested(), fault="cancel")
    if "crash" in interruptions:
        yield Timer("crash", e.CancelRequested(), fault="crash")


def _timers_of_step(plan: FlowStep, step: StepState) -> Iterator[Timer]:
    """Timeouts and retries, as the world has them."""
    operation = operation_of(step.record)
    if operation is None:
        return
    undoing, fallback = operation in ("undo", "fallback"), operation == "fallback"
    index, tries = plan.index, step.tries
    if step.record in ("paused", "undo-paused", "fallback-paused"):
        due = e.CompensationRetryDue(index, tries, fallback) if undoing else e.RetryDue(index, tries)
        yield Timer("retry", due, index, operation, tries)
        return
    policy = plan.undo if undoing else plan.action
    if policy is None or policy.timeout_s is None or plan.step.local:
        return
    if operation == "status":
        yield Timer("timeout", e.StatusAnswered(index, "none"), index, operation, 1)
    elif undoing:
        yield Timer("timeout", e.CompensationTimedOut(index, tries, fallback), index, operation, tries)
    else:
        subject: Operation = "wait" if plan.step.wait is not None else operation
        yield Timer("timeout", e.ActionTimedOut(index, tries), index, subject, tries)


def sends_of(flow: Flow, commands: tuple[Command, ...]) -> tuple[Send, ...]:
    """What leaves; tries are numbered as `plain` numbers them, so that their answers are heard as those of this try."""
    found: list[Send] = []
    for command in commands:
        message = message_for(command, 0)
        if message is not None:
            attempt = _counted(flow.steps[message.step], message.operation, message.attempt)
            found.append(Send(message.step, (message.operation, attempt)))
        elif isinstance(command, WithdrawWait):
            found.append(Send(command.step, None))
    return tuple(found)


def plain(flow: Flow, state: State) -> State:
    """The state without what no move depends on."""
    steps = tuple(map(_plain_step, flow.steps, state.steps))
    return state._replace(steps=steps, wish="wish" if state.wish else "")


def _plain_step(plan: FlowStep, step: StepState) -> StepState:
    operation = operation_of(step.record)
    cause = step.cause if step.record == "asked" else ""
    tries = _counted(plan, operation, step.tries) if operation is not None else 0
    return step if step == (step.record, tries, cause, step.known) else StepState(step.record, tries, cause, step.known)


def _counted(plan: FlowStep, operation: Operation, attempt: int) -> int:
    """Of what is tried for ever, the second try stands for all that follow."""
    policy = plan.undo if operation in ("undo", "fallback") else plan.action
    forever = policy is not None and policy.tries is None
    return 2 if forever and attempt > 2 else attempt
