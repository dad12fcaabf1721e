"""All that can happen next, and what becomes of the world when one of it does.

Rule 1.  `moves` lists moves in a fixed order, a normal move before its faulty variants; nothing else decides.
Rule 2.  A move consumes what it happens to: a message is delivered or lost once, a timer fires once per try.
Rule 3.  What the orchestrator knows changes only through the machine, what is true only through a participant.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple, assert_never

from sagactl.flow import Flow, FlowStep
from sagactl.machine import commands as c
from sagactl.machine import events as e
from sagactl.machine.state import ACTIVE, Record, State, status
from sagactl.machine.transition import is_open, resume, start, transition
from sagactl.trace import Moment, What
from sagactl.world.faults import BY_NAME, FAULTS
from sagactl.world.keys import seen, treat_among
from sagactl.world.moments import command_moment, detail_of, moment_of, skipped_moments, wait_name
from sagactl.world.parts import HANGS, Answer, Message, Move, Operation, Truth, World

MAX_COPIES: Final = 2
"""Of one request in flight: two show whatever duplicates and late arrivals can do."""

DUPLICATES: Final = frozenset({"duplicate", "compensation-duplicate"})


class Step(NamedTuple):
    """The world after a move, with the moments of it: first what happened, then what the machine did about it."""

    world: World
    moments: tuple[Moment, ...]


def begin(flow: Flow) -> Step:
    """A world with a run that has just started."""
    state, commands = start(flow)
    world = World(state, (), (Truth(),) * len(flow.steps))
    first = Moment("started", status=status(flow, state))
    return _carry_out(flow, world, State("forward", ()), commands, (first,))


def take_up(flow: Flow, state: State, truths: tuple[Truth, ...]) -> Step:
    """A world in which a run goes on from its record: what is outstanding is sent again."""
    world = World(state, (), truths)
    first = Moment("started", detail="from a saved state", status=status(flow, state))
    return _carry_out(flow, world, state, resume(flow, state), (first,))


def moves(flow: Flow, world: World) -> Iterator[Move]:
    """Everything that can happen next."""
    for position, message in enumerate(world.messages):
        if not _is_held_back(flow, world.messages[:position], message):
            yield from _message_moves(flow, world, message)
    if world.state.phase == "ended":
        return
    for plan in flow.steps:
        yield from _timer_moves(plan, world.state)
    for choice, chosen in zip(flow.saga.choices.values(), world.state.choices, strict=True):
        if chosen == "":
            for outcome in choice.outcomes:
                yield Move("decide", detail=f"{choice.id}={outcome.id}")
    if world.state.phase == "forward":
        if flow.saga.deadline is not None:
            yield Move("deadline")
        yield from (Move("deadline", detail=scope.name) for scope in flow.scopes if is_open(flow, world.state, scope))
        yield Move("cancel")
    yield Move("crash", fault="crash")


def overdue(flow: Flow, world: World) -> Move | None:
    """A step on which a driver may give up, once nothing else can happen."""
    for plan, step in zip(flow.steps, world.state.steps, strict=True):
        if step.record in ACTIVE and world.state.phase != "ended":
            operation: Operation = "undo" if step.record in ("undoing", "falling-back") else "action"
            return Move("give-up", plan.index, operation, step.tries, detail=HANGS)
    return None


def _is_held_back(flow: Flow, earlier: tuple[Message, ...], message: Message) -> bool:
    """Whether a participant that receives in order must receive another request of this step first."""
    if message.is_reply or not flow.steps[message.step].promises.ordered_delivery:
        return False
    return any(other.step == message.step and not other.is_reply for other in earlier)


def _in_flight(world: World, message: Message) -> int:
    """How many requests for this operation are on the way; two are enough to show whatever copies can do."""
    return sum(
        other.step == message.step and other.operation == message.operation and not other.is_reply
        for other in world.messages
    )


def _message_moves(flow: Flow, world: World, message: Message) -> Iterator[Move]:
    plan, truth = flow.steps[message.step], seen(flow, _truths(world, message.run), message)
    normal = Move(
        "answer" if message.is_reply else "deliver",
        message.step,
        message.operation,
        message.attempt,
        answer=message.answer,
        detail=message.detail,
        copy=message.copy,
        run=message.run,
    )
    yield normal
    for fault in FAULTS:
        if not fault.hits(message) or fault.possible(plan) or not fault.enabled(plan, truth, message):
            continue
        if fault.name not in DUPLICATES or _in_flight(world, message) < MAX_COPIES:
            yield normal._replace(fault=fault.name)


def _timer_moves(plan: FlowStep, state: State) -> Iterator[Move]:
    """Timeouts and retries; a timer exists for as long as the record says so.

    A local step is one transaction with the record, so no timer can come between the two.
    """
    record, tries, _, _ = state.steps[plan.index]
    operation = operation_of(record)
    if operation is None:
        return
    if record in ("paused", "undo-paused", "fallback-paused"):
        yield Move("retry", plan.index, operation, tries)
        return
    policy = plan.action if operation in ("action", "status") else plan.undo
    if policy is not None and policy.timeout_s is not None and not plan.step.local:
        subject: Operation = "wait" if plan.step.wait is not None else operation
        yield Move("timeout", plan.index, subject, 1 if operation == "status" else tries)


ANSWERS: Final = frozenset({"done", "rejected", "failed", "undone", "undo-failed", "undo-rejected", "arrived"})
"""What the orchestrator may hear; when it does not matter any more, the moment says so."""

_OPERATIONS: Final[dict[Record, Operation]] = {
    "requested": "action",
    "paused": "action",
    "asked": "status",
    "undoing": "undo",
    "undo-paused": "undo",
    "falling-back": "fallback",
    "fallback-paused": "fallback",
}


def operation_of(record: Record) -> Operation | None:
    """What is under way at a step with this record, if anything is."""
    return _OPERATIONS.get(record)


def apply(flow: Flow, world: World, move: Move) -> Step:
    """The world after the move."""
    match move.kind:
        case "deliver":
            return _deliver(flow, world, move)
        case "answer":
            return _answer(flow, world, move)
        case "timeout" | "retry" | "give-up":
            return _timer(flow, world, move)
        case "decide":
            choice, _, outcome = move.detail.partition("=")
            return _tell(flow, world, e.Decided(choice, outcome), Moment("decided", detail=move.detail))
        case "deadline":
            moment = Moment("deadline", detail=f"of {move.detail}" if move.detail else "", fault="deadline")
            return _tell(flow, world, e.DeadlinePassed(move.detail), moment)
        case "crash":
            return _crash(flow, world)
        case "cancel":
            return _tell(flow, world, e.CancelRequested(), Moment("cancel", fault="cancel"))
        case "repair":
            from sagactl.world.by_hand import repaired  # of stored runs alone

            return repaired(flow, world, move)
        case "hear":
            raise AssertionError("an orchestrator hears answers, and no events")
        case _:
            assert_never(move.kind)


# -- messages


def _take(world: World, move: Move) -> tuple[Message, World]:
    wanted = (move.step, move.operation, move.attempt, move.answer, move.copy, move.run)
    for index, message in enumerate(world.messages):
        if (*message[:4], message.copy, message.run) == wanted:
            rest = world.messages[:index] + world.messages[index + 1 :]
            return message, world._replace(messages=rest)
    raise AssertionError(f"no such message is in flight: {move}")


def _truths(world: World, run: int) -> tuple[Truth, ...]:
    return world.truths if run == len(world.past) else world.past[run]


def _with_truth(world: World, message: Message, truth: Truth) -> World:
    truths = _truths(world, message.run)
    changed = (*truths[: message.step], truth, *truths[message.step + 1 :])
    if message.run == len(world.past):
        return world._replace(truths=changed)
    return world._replace(past=(*world.past[: message.run], changed, *world.past[message.run + 1 :]))


def _duplicate(flow: Flow, world: World, plan: FlowStep, message: Message, move: Move) -> Step:
    """The network keeps a copy: both will be delivered."""
    copies = (message, message._replace(copy=_next_copy(world, message)))
    moment = moment_of(plan, "duplicated", move)
    world = world._replace(messages=(*world.messages, *copies))
    return Step(world, (moment._replace(status=status(flow, world.state)),))


def _next_copy(world: World, message: Message) -> int:
    """A number that no copy of this request, or reply to one, bears; `message` itself may have been taken out."""
    same = [other.copy for other in world.messages if other[:3] == message[:3] and other.run == message.run]
    return max([message.copy, *same]) + 1


def _crash(flow: Flow, world: World) -> Step:
    """The orchestrator restarts from its record and sends again what is outstanding; that is no new try."""
    messages = list(world.messages)
    for command in resume(flow, world.state):
        message = message_for(command, len(world.past))
        here = world._replace(messages=tuple(messages))
        if message is None or flow.steps[message.step].step.local or _in_flight(here, message) >= MAX_COPIES:
            continue  # a local step is one transaction with the record: it is still to come, or was never begun
        on_the_way = any(other[:3] == message[:3] and other.run == message.run for other in messages)
        if message.operation != "wait":
            messages.append(message._replace(copy=_next_copy(here, message)) if on_the_way else message)
        elif not on_the_way:
            messages.append(message)
    moment = Moment("crashed", fault="crash", status=status(flow, world.state))
    return Step(world._replace(messages=tuple(messages)), (moment,))


def _deliver(flow: Flow, world: World, move: Move) -> Step:
    message, world = _take(world, move)
    plan, truth = flow.steps[move.step], _truths(world, move.run)[move.step]
    if move.fault in DUPLICATES:
        return _duplicate(flow, world, plan, message, move)
    if message.operation == "wait":
        return _arrive(flow, world, plan, move)
    if move.fault:
        truth, answer, became = BY_NAME[move.fault].effect(plan, truth, message)
    else:
        truth, answer, became = treat_among(flow, _truths(world, move.run), message)
    moment = moment_of(plan, became, move, detail=detail_of(plan, became, move))
    world = _with_truth(world, message, truth)
    told = moment._replace(status=status(flow, world.state))
    if answer and plan.step.local:
        event, what = heard(Message(move.step, message.operation, message.attempt, answer, moment.detail))
        after = _tell(flow, world, event, moment_of(plan, what, move._replace(fault=""), moment.detail))
        return after._replace(moments=(told, *after.moments))
    if answer and not is_silent(plan, message):
        reply = message._replace(answer=answer, detail=moment.detail if answer in ("no", "refuses-undo") else "")
        world = world._replace(messages=(*world.messages, reply))
    return Step(world, (told,))


def is_silent(plan: FlowStep, message: Message) -> bool:
    """Whether nobody waits for the answer, so that none is sent."""
    if message.operation == "action":
        return plan.step.reply is False
    undoing = message.operation in ("undo", "fallback") and plan.compensation is not None
    return undoing and plan.compensation is not None and plan.compensation.reply is False


def _arrive(flow: Flow, world: World, plan: FlowStep, move: Move) -> Step:
    """An event or a decision from outside reaches the run, says no, or never comes."""
    if move.fault == "request-lost":
        moment = moment_of(plan, "lost", move)
        return Step(world, (moment._replace(status=status(flow, world.state)),))
    if move.fault == "reject":
        error = detail_of(plan, "turned-down", move)
        return _tell(flow, world, e.ActionRejected(plan.index, error), moment_of(plan, "rejected", move, error))
    return _tell(flow, world, e.ActionSucceeded(plan.index), moment_of(plan, "arrived", move, wait_name(plan)))


def _answer(flow: Flow, world: World, move: Move) -> Step:
    message, world = _take(world, move)
    plan = flow.steps[move.step]
    if move.fault:
        moment = moment_of(plan, "lost", move)
        return Step(world, (moment._replace(status=status(flow, world.state)),))
    event, what = heard(message)
    if message.run != len(world.past):
        moment = moment_of(plan, "ignored", move, f"{what}, of an earlier try of the saga")
        return Step(world, (moment._replace(status=status(flow, world.state)),))
    detail = "not done, refused from now on" if message.answer == "not-done" else message.detail
    return _tell(flow, world, event, moment_of(plan, what, move, detail))


def heard(message: Message) -> tuple[e.Event, What]:
    """What the orchestrator makes of an answer."""
    event, what = HEARD[message.answer]
    return event(message), what


HEARD: Final[dict[Answer, tuple[Callable[[Message], e.Event], What]]] = {
    "ok": (lambda m: e.ActionSucceeded(m.step), "done"),
    "no": (lambda m: e.ActionRejected(m.step, m.detail), "rejected"),
    "error": (lambda m: e.ActionFailed(m.step, m.attempt), "failed"),
    "undone": (lambda m: e.CompensationSucceeded(m.step), "undone"),
    "not-undone": (
        lambda m: e.CompensationFailed(m.step, m.attempt, fallback=m.operation == "fallback"),
        "undo-failed",
    ),
    "refuses-undo": (lambda m: e.CompensationRejected(m.step, m.detail, m.operation == "fallback"), "undo-rejected"),
    "done": (lambda m: e.StatusAnswered(m.step, "done"), "done"),
    "not-done": (lambda m: e.StatusAnswered(m.step, "not-done"), "rejected"),
}
"""The event that an answer is to the machine, and the word for it in a trace."""


# -- timers


def _timer(flow: Flow, world: World, move: Move) -> Step:
    plan = flow.steps[move.step]
    undoing, fallback = move.operation in ("undo", "fallback"), move.operation == "fallback"
    if move.kind == "give-up":
        return _tell(flow, world, e.GivenUp(plan.index, move.detail), moment_of(plan, "given-up", move, move.detail))
    if move.kind == "retry":
        due = (
            e.CompensationRetryDue(plan.index, move.attempt, fallback)
            if undoing
            else e.RetryDue(plan.index, move.attempt)
        )
        return _tell(flow, world, due, None)
    if move.operation == "status":
        moment = moment_of(plan, "timed-out", move, "no answer about the status")
        return _tell(flow, world, e.StatusAnswered(plan.index, "none"), moment)
    if undoing:
        over = e.CompensationTimedOut(plan.index, move.attempt, fallback)
        return _tell(flow, world, over, moment_of(plan, "undo-timed-out", move))
    return _tell(flow, world, e.ActionTimedOut(plan.index, move.attempt), moment_of(plan, "timed-out", move))


# -- the machine


def _tell(flow: Flow, world: World, event: e.Event, moment: Moment | None) -> Step:
    """The machine hears of an event; what it commands is carried out."""
    state, commands = transition(flow, world.state, event)
    if moment is not None and moment.what in ANSWERS and state == world.state and not commands:
        moment = moment._replace(
            what="ignored", detail=f"{moment.what}, {moment.detail}" if moment.detail else moment.what
        )
    return follow(flow, world, state, commands, () if moment is None else (moment,))


def follow(flow: Flow, world: World, state: State, commands: c.Commands, moments: tuple[Moment, ...]) -> Step:
    """The world once the machine has decided; another try of the whole saga has truths of its own."""
    before = world.state
    world = world._replace(state=state)
    if state.restarts > before.restarts:
        world = world._replace(past=(*world.past, world.truths), truths=(Truth(),) * len(flow.steps))
    return _carry_out(flow, world, before, commands, moments)


def _carry_out(flow: Flow, world: World, before: State, commands: c.Commands, moments: tuple[Moment, ...]) -> Step:
    """Commands become messages in flight; each leaves its moment."""
    now = status(flow, world.state)
    messages = list(world.messages)
    told = [*moments, *skipped_moments(flow, before, world.state)]
    for command in commands:
        message = message_for(command, len(world.past))
        if message is not None:
            messages.append(message)
        moment = command_moment(flow, command)
        if moment is not None:
            told.append(moment)
    withdrawn = {command.step for command in commands if isinstance(command, c.WithdrawWait)}
    kept = tuple(m for m in messages if not (m.operation == "wait" and m.step in withdrawn))
    return Step(world._replace(messages=kept), tuple(moment._replace(status=now) for moment in told))


def message_for(command: c.Command, run: int) -> Message | None:
    match command:
        case c.RunAction(step, attempt, _):
            return Message(step, "action", attempt, run=run)
        case c.AwaitEvent(step, _):
            return Message(step, "wait", 1, run=run)
        case c.AskStatus(step, _):
            return Message(step, "status", 1, run=run)
        case c.RunCompensation(step, attempt, _, fallback, _):
            return Message(step, "fallback" if fallback else "undo", attempt, run=run)
        case _:
            return None
