"""What has to be carried out, of whom it is asked, with which data and under which key; and what an answer means."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine import commands as c
from sagactl.machine import events as e
from sagactl.runtime.data import RunData, keys_of, render, scope_of
from sagactl.runtime.definition import Definition
from sagactl.runtime.record import Run
from sagactl.world.moments import participant_of
from sagactl.world.parts import Message, Operation
from sagactl.world.world import is_silent


class Order(NamedTuple):
    """One thing to carry out for a run: whom to ask, for what, with which data, under which key.

    `action_key` is the key of the action that a compensation undoes or a status is asked about; `result` is what the
    action answered, None when it is not known; `silent` says that nobody waits for the answer.
    """

    run: str
    saga: str
    restarts: int
    operation: Operation
    step: str
    attempt: int
    participant: str
    name: str
    key: str
    action_key: str
    correlation: str
    input: Mapping[str, Any]
    item: Any
    result: Any
    knows_result: bool
    timeout_s: float | None
    local: bool
    silent: bool


class Letter(NamedTuple):
    """A step that is handed to people, with everything that they need."""

    step: str
    direction: c.Direction
    reason: str
    tries: int
    order: Order


def data_of(definition: Definition, run: Run) -> RunData:
    """What the steps of a run see; after a restart the run has another name, so that no old key holds."""
    restarts = run.state.restarts
    saga_id = f"{run.id}~{restarts}" if restarts else run.id
    return RunData(saga_id, run.input, run.results, definition.saga, definition.sagas)


def orders_of(
    definition: Definition, flow: Flow, run: Run, commands: tuple[c.Command, ...] | list[c.Command]
) -> Iterator[Order]:
    for command in commands:
        match command:
            case c.RunAction(step) | c.AwaitEvent(step) | c.AskStatus(step) | c.RunCompensation(step):
                yield order_of(definition, flow, run, step, _operation(command), command)


def _operation(command: c.RunAction | c.AwaitEvent | c.AskStatus | c.RunCompensation) -> Operation:
    match command:
        case c.RunAction():
            return "action"
        case c.AwaitEvent():
            return "wait"
        case c.AskStatus():
            return "status"
        case c.RunCompensation():
            return "fallback" if command.fallback else "undo"


def order_of(definition: Definition, flow: Flow, run: Run, step: int, operation: Operation, command: Any) -> Order:
    """What has to be asked of whom."""
    plan = flow.steps[step]
    scope = scope_of(data_of(definition, run), plan.id)
    forward, back = keys_of(plan, scope)
    undoing = operation in ("undo", "fallback")
    wanted = plan.compensation.input if undoing and plan.compensation is not None else plan.step.input
    knows = run.state.steps[step].known
    attempt = getattr(command, "attempt", 1)
    return Order(
        run=run.id,
        saga=run.saga,
        restarts=run.state.restarts,
        operation=operation,
        step=plan.id,
        attempt=attempt,
        participant=participant_of(plan, operation),
        name=_name_of(plan, operation),
        key=(back + ":fallback" * (operation == "fallback")) if undoing else forward,
        action_key=forward,
        correlation=run.correlation,
        input=render(wanted, scope) if wanted is not None else scope.input,
        item=scope.item,
        result=run.results.get(plan.id),
        knows_result=knows,
        timeout_s=getattr(command, "timeout_s", None),
        local=plan.step.local,
        silent=is_silent(plan, Message(step, operation, attempt)),
    )


def _name_of(plan: FlowStep, operation: Operation) -> str:
    if operation == "wait":
        return plan.step.wait.name if plan.step.wait is not None else ""
    if operation in ("action", "status") or plan.compensation is None:
        return plan.step.action or ""
    return (plan.compensation.fallback if operation == "fallback" else plan.compensation.command) or ""


def letters_of(definition: Definition, flow: Flow, run: Run, commands: list[c.Command]) -> Iterator[Letter]:
    for command in commands:
        if isinstance(command, c.SendDeadLetter):
            operation: Operation = "undo" if command.direction == "back" else "action"
            order = order_of(definition, flow, run, command.step, operation, None)
            yield Letter(flow.steps[command.step].id, command.direction, command.reason, command.tries, order)


def event_of(flow: Flow, step: str, operation: str, attempt: int, answer: str, detail: str = "") -> e.Event | None:
    """What the answer to an order is to the machine; None for an answer that makes no sense there."""
    index = flow.index.get(step)
    made = _ANSWERED.get((operation, answer))
    return None if index is None or made is None else made(index, attempt, detail)


_ANSWERED: Final[Mapping[tuple[str, str], Callable[[int, int, str], e.Event]]] = {
    ("action", "ok"): lambda step, attempt, detail: e.ActionSucceeded(step),
    ("action", "no"): lambda step, attempt, detail: e.ActionRejected(step, detail),
    ("action", "error"): lambda step, attempt, detail: e.ActionFailed(step, attempt, detail or "error"),
    ("wait", "ok"): lambda step, attempt, detail: e.ActionSucceeded(step),
    ("wait", "no"): lambda step, attempt, detail: e.ActionRejected(step, detail),
    ("status", "done"): lambda step, attempt, detail: e.StatusAnswered(step, "done"),
    ("status", "not-done"): lambda step, attempt, detail: e.StatusAnswered(step, "not-done"),
    ("status", "none"): lambda step, attempt, detail: e.StatusAnswered(step, "none"),
    ("status", "error"): lambda step, attempt, detail: e.StatusAnswered(step, "none"),
    ("undo", "ok"): lambda step, attempt, detail: e.CompensationSucceeded(step),
    ("undo", "no"): lambda step, attempt, detail: e.CompensationRejected(step, detail),
    ("undo", "error"): lambda step, attempt, detail: e.CompensationFailed(step, attempt, detail or "error"),
    ("fallback", "ok"): lambda step, attempt, detail: e.CompensationSucceeded(step),
    ("fallback", "no"): lambda step, attempt, detail: e.CompensationRejected(step, detail, True),
    ("fallback", "error"): lambda step, attempt, detail: e.CompensationFailed(step, attempt, detail or "error", True),
}
