"""What one event makes of a run: the record afterwards, what is told of it, and what has to be carried out.

Pure: no store, no clock, no network.  A change is written in one transaction, and only then carried out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any, Final, NamedTuple, TypeGuard

from sagactl.choosing import choose
from sagactl.flow import Flow
from sagactl.machine import commands as c
from sagactl.machine import events as e
from sagactl.machine.state import State, StepState, outcome, status
from sagactl.machine.transition import is_open, resume, start, transition
from sagactl.model import Choice
from sagactl.runtime.data import Scope, evaluation_data, scope_of
from sagactl.runtime.definition import Definition
from sagactl.runtime.orders import Letter, Order, data_of, letters_of, orders_of
from sagactl.runtime.record import Run, Timer
from sagactl.trace import Moment, RunOutcome, Status, What
from sagactl.world.moments import command_moment, participant_of, skipped_moments, wait_name
from sagactl.world.parts import Operation
from sagactl.world.world import ANSWERS

MAX_DECISIONS: Final = 1_000
"""Choices that one event may make due."""

Draw = Callable[[float, float], float]
"""A number between two: how long a pause really is."""


class Change(NamedTuple):
    """One transition of a run, to be written as a whole.

    `event` is what happened, "" for the start; `withdrawn` are the waits that are called off; `letters` go to the
    dead letters; `alerts` tell people something; `ended` is how the run ended, if it did with this.
    """

    run: Run
    event: str
    moments: tuple[Moment, ...]
    orders: tuple[Order, ...] = ()
    withdrawn: tuple[str, ...] = ()
    letters: tuple[Letter, ...] = ()
    alerts: tuple[str, ...] = ()
    status: Status = "STARTED"
    ended: RunOutcome | None = None


def queued(definition: Definition, run: Run) -> Run:
    """A run that waits for its turn: nothing has been started."""
    flow = definition.flow(run.input)
    idle = State("forward", (StepState(),) * len(flow.steps), (None,) * len(flow.saga.choices))
    return replace(run, state=idle, begun=False)


def begin(definition: Definition, run: Run, now_s: float, draw: Draw) -> Change:
    """The run starts; `run.state` does not matter yet."""
    flow = definition.flow(run.input)
    state, commands = start(flow)
    first = (Moment("started", status=status(flow, state)),)
    begun = replace(run, begun=True, state=State("forward", ()))
    return made(definition, flow, begun, state, commands, first, "Started", now_s, draw)


def react(definition: Definition, run: Run, event: e.Event, now_s: float, draw: Draw, result: Any = None) -> Change:
    """What the event makes of the run; an event that no longer matters leaves a change with its moment alone."""
    flow = definition.flow(run.input)
    state, commands = transition(flow, run.state, event)
    unchanged = state == run.state and not commands
    moment = event_moment(flow, event, result)
    if moment is not None and unchanged and moment.what in ANSWERS:
        moment = moment._replace(what="ignored", detail=f"{moment.what}, {moment.detail}".rstrip(", "))
    first = () if moment is None or (unchanged and moment.what != "ignored") else (moment,)
    wrong: list[str] = []
    if not unchanged and _tells_of_success(event, result):
        id = flow.steps[event.step].id
        run = replace(run, results={**run.results, id: result})
        wrong = [_without_data(problem) for problem in definition.problems_of_output(id, result)]
    if state.restarts > run.state.restarts:
        run = replace(run, results={})
    fired = Timer(0.0, event).name
    run = replace(run, timers=tuple(timer for timer in run.timers if timer.name != fired))
    change = made(definition, flow, run, state, commands, first, type(event).__name__, now_s, draw)
    return change._replace(alerts=(*wrong, *change.alerts)) if wrong else change


def _without_data(problem: str) -> str:
    """Where a result is not as the definition says; what it is instead has no business in a log."""
    return f"{problem.partition(': ')[0]} is not what the definition says"


def _tells_of_success(event: e.Event, result: Any) -> TypeGuard[e.ActionSucceeded | e.StatusAnswered]:
    """Whether the event brings a result; who was only asked what became of an action may know its result, too."""
    if isinstance(event, e.StatusAnswered):
        return event.answer == "done" and result is not None
    return isinstance(event, e.ActionSucceeded)


def outstanding(definition: Definition, run: Run) -> tuple[Order, ...]:
    """What a run waits for, to be carried out again after a crash; its timers go on as they were."""
    flow = definition.flow(run.input)
    return tuple(orders_of(definition, flow, run, resume(flow, run.state)))


def made(
    definition: Definition,
    flow: Flow,
    run: Run,
    state: State,
    commands: c.Commands,
    first: tuple[Moment, ...],
    event: str,
    now_s: float,
    draw: Draw,
) -> Change:
    """The change that a decision of the machine is: its commands are told and turned into orders, and choices are
    decided on the spot."""
    told = [*first, *_told(flow, run.state, state, commands)]
    alerts = [command.what for command in commands if isinstance(command, c.Alert)]
    everything = list(commands)
    before = replace(run, state=state)
    for _ in range(MAX_DECISIONS):
        due = _undecided(flow, before.state)
        if due is None:
            break
        chosen, why = decide(due, scope_of(data_of(definition, before), _scope_name(due.id)))
        if why:
            alerts.append(f"choice {due.id}: {chosen}, {why}")
        old = before.state
        state, more = transition(flow, old, e.Decided(due.id, chosen))
        before = replace(before, state=state)
        told += [Moment("decided", detail=f"{due.id}={chosen}"), *_told(flow, old, state, more)]
        everything += more
        alerts += [command.what for command in more if isinstance(command, c.Alert)]
    now = status(flow, before.state)
    timers = _timers(flow, run, before.state, everything, now_s, draw)
    after = replace(before, timers=timers, changed_s=now_s, revision=run.revision + 1)
    return Change(
        after,
        event,
        tuple(moment._replace(status=now, t_s=max(0.0, now_s - run.started_s)) for moment in told),
        tuple(orders_of(definition, flow, after, everything)),
        tuple(flow.steps[command.step].id for command in everything if isinstance(command, c.WithdrawWait)),
        tuple(letters_of(definition, flow, after, everything)),
        tuple(alerts),
        now,
        outcome(flow, after.state),
    )


# -- what is told


_TOLD: Final[Mapping[type, tuple[What, Operation]]] = {
    e.ActionSucceeded: ("done", "action"),
    e.ActionRejected: ("rejected", "action"),
    e.ActionFailed: ("failed", "action"),
    e.ActionTimedOut: ("timed-out", "action"),
    e.CompensationSucceeded: ("undone", "undo"),
    e.CompensationRejected: ("undo-rejected", "undo"),
    e.CompensationFailed: ("undo-failed", "undo"),
    e.CompensationTimedOut: ("undo-timed-out", "undo"),
    e.GivenUp: ("given-up", "action"),
}
"""The word for each event of a step, as a rehearsal tells it."""

_STATUS: Final[Mapping[str, tuple[What, str]]] = {
    "done": ("done", ""),
    "not-done": ("rejected", "not done, refused from now on"),
    "none": ("timed-out", "no answer about the status"),
}


def event_moment(flow: Flow, event: e.Event, result: Any = None) -> Moment | None:
    """What is told of the event itself."""
    if isinstance(event, e.CancelRequested):
        return Moment("cancel", detail=result if isinstance(result, str) else "")
    if isinstance(event, e.DeadlinePassed):
        return Moment("deadline", detail=f"of {event.scope}" if event.scope else "")
    if isinstance(event, e.Decided | e.Heard | e.RetryDue | e.CompensationRetryDue):
        return None
    plan = flow.steps[event.step]
    if isinstance(event, e.StatusAnswered):
        what, detail = _STATUS[event.answer]
        return Moment(what, plan.id, detail, participant_of(plan, "status"))
    if isinstance(event, e.ActionSucceeded) and plan.step.wait is not None:
        return Moment("arrived", plan.id, wait_name(plan), participant_of(plan, "wait"))
    what, operation = _TOLD[type(event)]
    detail = str(getattr(event, "error", getattr(event, "reason", "")))
    return Moment(what, plan.id, "" if detail == "error" else detail, participant_of(plan, operation))


def _told(flow: Flow, before: State, after: State, commands: c.Commands) -> Iterator[Moment]:
    yield from skipped_moments(flow, before, after)
    for command in commands:
        moment = command_moment(flow, command)
        if moment is not None:
            yield moment


# -- choices


def _undecided(flow: Flow, state: State) -> Choice | None:
    for choice, chosen in zip(flow.saga.choices.values(), state.choices, strict=True):
        if chosen == "":
            return choice
    return None


def _scope_name(choice: str) -> str:
    """A choice of a nested saga sees what the steps of that saga see."""
    outer, _, _ = choice.rpartition("/")
    return f"{outer}/" if outer else ""


def decide(choice: Choice, scope: Scope) -> tuple[str, str]:
    """The first outcome whose predicate holds; where a datum is missing, the last one, and why."""
    chosen = choose(choice, evaluation_data(scope))
    return chosen.outcome, f"because {chosen.lacks}" if chosen.lacks else ""


# -- timers


def _timers(
    flow: Flow, run: Run, state: State, commands: list[c.Command], now_s: float, draw: Draw
) -> tuple[Timer, ...]:
    """The timers that the record still waits for; one that was on already keeps its time."""
    running = {timer.name: timer for timer in run.timers}
    if state.restarts > run.state.restarts:
        running = {name: timer for name, timer in running.items() if timer.name == Timer(0.0, e.DeadlinePassed()).name}
    for command in commands:
        event, delay_s = timed(command, draw)
        if event is not None and delay_s is not None:
            of_the_run = isinstance(event, e.DeadlinePassed) and not event.scope
            timer = Timer((run.started_s if of_the_run else now_s) + delay_s, event)
            running[timer.name] = timer
    wanted = {Timer(0.0, event).name for event in _awaited(flow, state)}
    return tuple(sorted((timer for name, timer in running.items() if name in wanted), key=_due))


def _due(timer: Timer) -> float:
    return timer.due_s


def timed(command: c.Command, draw: Draw) -> tuple[e.Event | None, float | None]:
    """The event that a command lets happen by itself, and after how long."""
    match command:
        case c.RunAction(step, attempt, timeout_s):
            return e.ActionTimedOut(step, attempt), timeout_s
        case c.AwaitEvent(step, timeout_s):
            return e.ActionTimedOut(step, 1), timeout_s
        case c.AskStatus(step, timeout_s):
            return e.StatusAnswered(step, "none"), timeout_s
        case c.RunCompensation(step, attempt, timeout_s, fallback, _):
            return e.CompensationTimedOut(step, attempt, fallback), timeout_s
        case c.Pause(step, attempt, "forward", least_s, most_s, _):
            return e.RetryDue(step, attempt), draw(least_s, most_s)
        case c.Pause(step, attempt, _, least_s, most_s, fallback):
            return e.CompensationRetryDue(step, attempt, fallback), draw(least_s, most_s)
        case c.WatchDeadline(after_s, scope):
            return e.DeadlinePassed(scope), after_s
        case _:
            return None, None


def _awaited(flow: Flow, state: State) -> Iterator[e.Event]:
    """What may still happen by itself to a run with this record."""
    if state.phase == "ended":
        return
    if state.phase == "forward":
        yield e.DeadlinePassed()
        yield from (e.DeadlinePassed(scope.name) for scope in flow.scopes if is_open(flow, state, scope))
    for plan, step in zip(flow.steps, state.steps, strict=True):
        made = _BY_RECORD.get(step.record)
        if made is not None and not (plan.step.local and step.record in ("requested", "undoing")):
            yield made(plan.index, step.tries)


_BY_RECORD: Final[Mapping[str, Callable[[int, int], e.Event]]] = {
    "requested": e.ActionTimedOut,
    "paused": e.RetryDue,
    "asked": lambda step, tries: e.StatusAnswered(step, "none"),
    "undoing": e.CompensationTimedOut,
    "undo-paused": e.CompensationRetryDue,
    "falling-back": lambda step, tries: e.CompensationTimedOut(step, tries, True),
    "fallback-paused": lambda step, tries: e.CompensationRetryDue(step, tries, True),
}
