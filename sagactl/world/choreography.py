"""A run that nobody leads: each participant keeps a record of its own, fed by the events that it hears.

Rule 1.  The machine decides here too.  Every step has a *view*, a record in which only its own step is surely known;
         what it hears becomes an event of the machine, and of the commands only those for its own step are carried out.
Rule 2.  A participant does its work itself: nobody waits for a reply, so nobody times one out.  Tries that fail are
         repeated where they fail, and only how it ended is published.
Rule 3.  Every listener hears a published event by itself, in any order.  Hearing it twice would change nothing, by rule
         1 of the machine.  A success carries what its publisher knew to have passed before.
Rule 4.  Who knows of the way back and never started, or has nothing to undo, tells so: others wait for its word.
Rule 5.  The run is over when nothing is under way; a run in which somebody waits for what nobody tells is not.

`moves` and `apply` are those of `world.py` in shape, so whoever drives the one can drive the other.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, assert_never

from sagactl.errors import UsageError
from sagactl.flow import Flow, FlowStep
from sagactl.machine import events as e
from sagactl.machine.state import ACTIVE, State, StepState
from sagactl.machine.transition import is_open
from sagactl.styles import OUTSIDE
from sagactl.trace import Moment
from sagactl.world.faults import BY_NAME, FAULTS, SILENCED, Fault, impossible
from sagactl.world.keys import seen, treat_among
from sagactl.world.moments import detail_of, moment_of, wait_name
from sagactl.world.parts import Message, Move, Truth
from sagactl.world.routes import NOBODY, routes
from sagactl.world.telling import Telling
from sagactl.world.views import EventStep, EventWorld, Notice, View
from sagactl.world.world import DUPLICATES, MAX_COPIES, heard, is_silent, operation_of

CANCELLED: Final = "(cancelled)"
"""Among the deadlines that are over: no nested saga can be called so."""


def begin(flow: Flow) -> EventStep:
    """A world in which the event that starts a run has just been heard."""
    number = len(flow.steps)
    world = EventWorld((View(None),) * number, (), (), (Truth(),) * number, (None,) * len(flow.saga.choices))
    telling = Telling(flow, world)
    telling.add(Moment("started"))
    for event, listeners in routes(flow).begins.items():
        services = [(flow.steps[own].id, routes(flow).hosts[own]) for own in listeners]
        telling.moments += [Moment("heard", step, event, service) for step, service in services]
    for own in range(number):
        if own not in routes(flow).starts:
            telling.enter(own)
    return telling.step()


# -- what can happen


def moves(flow: Flow, world: EventWorld) -> Iterator[Move]:
    """Everything that can happen next: events are heard before work goes on, where both come at the same time."""
    for notice in world.notices:
        yield Move("hear", notice.listener, source=notice.source, detail=_what(notice))
    for message in world.messages:
        yield from _work_moves(flow, world, message)
    if world.ended:
        return
    state = world.state
    for plan in flow.steps:
        yield from _timer_moves(plan, state.steps[plan.index])
    for choice, chosen in zip(flow.saga.choices.values(), world.choices, strict=True):
        if chosen == "":
            yield from (Move("decide", detail=f"{choice.id}={outcome.id}") for outcome in choice.outcomes)
    yield from _interruptions(flow, world, state)


def _interruptions(flow: Flow, world: EventWorld, state: State) -> Iterator[Move]:
    """A deadline matters as long as anybody has not heard of a way back; whoever cancels sees the run as it is."""
    unaware = any(view.state is not None and view.state.phase == "forward" for view in world.views)
    if flow.saga.deadline is not None and "" not in world.over and unaware:
        yield Move("deadline")
    if state.phase == "forward":
        open_ones = (scope.name for scope in flow.scopes if is_open(flow, state, scope))
        yield from (Move("deadline", detail=name) for name in open_ones if name not in world.over)
        if CANCELLED not in world.over:
            yield Move("cancel")


def _what(notice: Notice) -> str:
    return f"{notice.kind} {notice.scope}" if notice.scope else notice.kind


def _work_moves(flow: Flow, world: EventWorld, message: Message) -> Iterator[Move]:
    plan, truth = flow.steps[message.step], seen(flow, world.truths, message)
    normal = Move("deliver", message.step, message.operation, message.attempt, copy=message.copy)
    yield normal
    copies = sum((other.step, other.operation) == message[:2] for other in world.messages)
    for fault in FAULTS:
        if not _hits(fault, message) or impossible(fault, plan, "choreography"):
            continue
        if fault.enabled(plan, truth, message) and (fault.name not in DUPLICATES or copies < MAX_COPIES):
            yield normal._replace(fault=fault.name)


def _hits(fault: Fault, message: Message) -> bool:
    """Of what a participant does itself the reply is the event that it publishes."""
    return fault.hits(message) or (fault.name in SILENCED and message.operation in ("action", "undo", "fallback"))


def _timer_moves(plan: FlowStep, step: StepState) -> Iterator[Move]:
    """Pauses between tries, and the patience of those who wait for something from outside."""
    operation = operation_of(step.record)
    if operation is None or step.record not in ACTIVE:
        return
    if step.record in ("paused", "undo-paused", "fallback-paused"):
        yield Move("retry", plan.index, operation, step.tries)
    elif plan.step.wait is not None and plan.action.timeout_s is not None:
        yield Move("timeout", plan.index, "wait", step.tries)


# -- what becomes of it


def apply(flow: Flow, world: EventWorld, move: Move) -> EventStep:
    """The world after the move."""
    telling = Telling(flow, world)
    match move.kind:
        case "hear":
            telling.hear(_taken_notice(telling, move))
        case "deliver":
            _work(telling, move)
        case "retry":
            telling.tell(move.step, _due(move))
        case "timeout":
            moment = moment_of(flow.steps[move.step], "timed-out", move)
            telling.tell(move.step, e.ActionTimedOut(move.step, move.attempt), moment)
        case "give-up":
            _give_up(telling, move)
        case "decide":
            _decide(telling, move)
        case "deadline" | "cancel":
            _interrupt(telling, move.kind, move.detail)
        case "repair":
            raise UsageError("nobody leads a choreography, so nobody keeps a run of it that people could repair")
        case "answer" | "crash":
            raise AssertionError(f"nobody leads, so there is no {move.kind}")
        case _:
            assert_never(move.kind)
    return telling.step()


def _taken_notice(telling: Telling, move: Move) -> Notice:
    for notice in telling.notices:
        if (notice.listener, notice.source, _what(notice)) == (move.step, move.source, move.detail):
            telling.notices.remove(notice)
            return notice
    raise AssertionError(f"no such event is on its way: {move}")


def _due(move: Move) -> e.Event:
    if move.operation == "action":
        return e.RetryDue(move.step, move.attempt)
    return e.CompensationRetryDue(move.step, move.attempt, move.operation == "fallback")


def _work(telling: Telling, move: Move) -> None:
    """The participant does its work; how that went is an event for its own view alone."""
    wanted = (move.step, move.operation, move.attempt, move.copy)
    message = next(each for each in telling.messages if (*each[:3], each.copy) == wanted)
    telling.messages.remove(message)
    plan = telling.flow.steps[move.step]
    if move.fault in DUPLICATES:
        telling.messages += [message, message._replace(copy=message.copy + 1)]
        telling.add(moment_of(plan, "duplicated", move))
    elif message.operation == "wait":
        _arrive(telling, plan, move)
    else:
        _treat(telling, plan, message, move)


def _treat(telling: Telling, plan: FlowStep, message: Message, move: Move) -> None:
    truth = telling.truths[plan.index]
    if move.fault and move.fault not in SILENCED:
        telling.truths[plan.index], answer, became = BY_NAME[move.fault].effect(plan, truth, message)
    else:
        telling.truths[plan.index], answer, became = treat_among(telling.flow, tuple(telling.truths), message)
    detail = detail_of(plan, became, move)
    telling.lost = move.fault if move.fault in SILENCED else ""
    shown = move._replace(fault="") if telling.lost else move
    telling.add(moment_of(plan, became, shown, detail))
    if answer and not (is_silent(plan, message) and telling.world.state.steps[plan.index].record not in ACTIVE):
        event, what = heard(message._replace(answer=answer, detail=detail))
        words = "not done, refused from now on" if answer == "not-done" else detail
        telling.tell(plan.index, event, moment_of(plan, what, move._replace(fault=""), words))


def _arrive(telling: Telling, plan: FlowStep, move: Move) -> None:
    """Something from outside comes, says no, or never comes."""
    if move.fault == "request-lost":
        telling.add(moment_of(plan, "lost", move))
    elif move.fault == "reject":
        error = detail_of(plan, "turned-down", move)
        telling.tell(plan.index, e.ActionRejected(plan.index, error), moment_of(plan, "rejected", move, error))
    else:
        telling.tell(plan.index, e.ActionSucceeded(plan.index), moment_of(plan, "arrived", move, wait_name(plan)))


def _give_up(telling: Telling, move: Move) -> None:
    """A step that still does something ends; one that was never told is handed to people."""
    plan = telling.flow.steps[move.step]
    record = telling.world.state.steps[move.step].record
    telling.add(moment_of(plan, "given-up", move, move.detail))
    if record in ACTIVE:
        telling.tell(move.step, e.GivenUp(move.step, move.detail))
        return
    telling.gives_up = True
    telling.add(moment_of(plan, "dead-letter", move, move.detail))
    telling.tell(move.step, e.Heard(move.step, "stuck" if record == "idle" else "standing", move.detail))


def _decide(telling: Telling, move: Move) -> None:
    choice, _, outcome = move.detail.partition("=")
    position = list(telling.flow.saga.choices).index(choice)
    telling.choices[position] = outcome
    telling.add(Moment("decided", detail=move.detail))
    for own, view in enumerate(telling.world.views):
        if view.state is not None and view.state.choices[position] == "":
            telling.tell(own, e.Decided(choice, outcome))


def _interrupt(telling: Telling, kind: Literal["deadline", "cancel"], scope: str) -> None:
    """Time is over, or somebody wants the run taken back: everybody but those who only react is told."""
    telling.over |= {CANCELLED if kind == "cancel" else scope}
    owner = routes(telling.flow).owner if kind == "deadline" else OUTSIDE
    telling.add(Moment(kind, detail=f"of {scope}" if scope else "", participant=owner, fault=kind))
    told = (plan.index for plan in telling.flow.steps if not plan.reacts and not telling.world.ended)
    telling.notices += [Notice(own, NOBODY, kind, scope) for own in told]
