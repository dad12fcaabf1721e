"""The machine and its participants as tables, filled as they are asked: what makes it cheap to look at every run.

A world is one number: the record of the run and, for each step, the local state of its messages and its participant,
each by its place in a list.  What the machine does with an event is asked of the machine once for each record; what
becomes of a message is asked of the participants once for each local state.  Nothing of either is written here a
second time.

Worlds that differ in what no move depends on are one: the words of a cause, the number of tries beyond the second of
what is tried for ever, copies of a reply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine import events as e
from sagactl.machine.commands import Command, WithdrawWait
from sagactl.machine.state import ACTIVE, State, StepState
from sagactl.machine.transition import is_open, resume, start, transition
from sagactl.world.faults import FAULTS
from sagactl.world.local import Change, Local, Request, changes, sent, withdrawn
from sagactl.world.parts import Move, MoveKind, Operation
from sagactl.world.world import message_for, operation_of

BITS: Final = 16
MASK: Final = (1 << BITS) - 1
"""Of the place of one local state in its list."""

HANGS: Final = "no answer, and no timeout notices it"

Possible = Mapping[int, frozenset[str]]
"""The faults that may happen at each step, by its index; `crash`, `cancel` and `deadline` stand at any of them."""


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
    """A request that the machine lets leave, or (None) a wait that it calls off."""

    step: int
    request: Request | None


Edge = tuple[int, int, int, Change | Timer]
"""One way on: how many faults it takes (none or one), the world that is reached, the step and the move."""


def possible_faults(plan: FlowStep) -> frozenset[str]:
    """The rows of the table of faults that this step can have."""
    return frozenset(fault.name for fault in FAULTS if not fault.possible(plan))


class Tables:
    """A flow, the faults that may happen in it, and all that was asked of both so far."""

    def __init__(self, flow: Flow, possible: Possible) -> None:
        self.flow, self.possible = flow, possible
        self.number = len(flow.steps)
        self.shift = BITS * self.number
        self.interruptions = frozenset(
            name for names in possible.values() for name in names if name in ("crash", "cancel", "deadline")
        )
        self.records: list[State] = []
        self._records: dict[State, int] = {}
        self.locals: list[list[Local]] = [[] for _ in flow.steps]
        self._locals: list[dict[Local, int]] = [{} for _ in flow.steps]
        self._changes: list[dict[int, tuple[tuple[Change, int], ...]]] = [{} for _ in flow.steps]
        self._timers: dict[int, tuple[Timer, ...]] = {}
        self._heard: dict[tuple[int, type, e.Event], tuple[int, tuple[Send, ...]]] = {}
        self._crashes: dict[int, tuple[Send, ...]] = {}
        for index in range(self.number):
            assert self._local(index, Local()) == 0

    # -- worlds as numbers

    def begin(self) -> int:
        """The world of a run that has just started."""
        state, commands = start(self.flow)
        begun = self._sent(self._record(state) << self.shift, _sends(commands))
        assert begun is not None
        return begun

    def record_of(self, world: int) -> State:
        return self.records[world >> self.shift]

    def local_of(self, world: int, step: int) -> Local:
        return self.locals[step][world >> BITS * step & MASK]

    def is_at_rest(self, world: int) -> bool:
        """Whether the run has ended and nothing is in flight any more."""
        if self.records[world >> self.shift].phase != "ended":
            return False
        return all(self.local_of(world, step).is_quiet for step in range(self.number))

    def _record(self, state: State) -> int:
        plain = _plain(self.flow, state)
        found = self._records.get(plain)
        if found is None:
            found = self._records[plain] = len(self.records)
            self.records.append(plain)
        return found

    def _local(self, step: int, local: Local) -> int:
        known = self._locals[step]
        found = known.get(local)
        if found is None:
            found = known[local] = len(known)
            self.locals[step].append(local)
            assert found <= MASK, "more local states than their number has room for"
        return found

    # -- what can happen next

    def edges(self, world: int) -> list[Edge]:
        """All that can happen next; where nothing happens of itself the driver gives up, as a rehearsal does."""
        found = [*self._of_messages(world), *self._of_the_run(world)]
        if all(edge[0] for edge in found):
            found += self._given_up(world)
        return found

    def _of_messages(self, world: int) -> Iterator[Edge]:
        record, shift = world >> self.shift, 0
        for step in range(self.number):
            at = world >> shift & MASK
            if at:
                for change, after in self._changes[step].get(at) or self._changes_of(step, at):
                    there = world + ((after - at) << shift)
                    moved = there if change.event is None else self._told(there, record, change.event)
                    if moved is not None:
                        yield 1 if change.fault else 0, moved, step, change
            shift += BITS

    def _of_the_run(self, world: int) -> Iterator[Edge]:
        record = world >> self.shift
        timers = self._timers.get(record)
        if timers is None:
            timers = self._timers[record] = tuple(self._timers_of(self.records[record]))
        for timer in timers:
            is_crash = timer.kind == "crash"
            moved = self._crashed(world, record) if is_crash else self._told(world, record, timer.event)
            if moved is None or moved == world:
                continue
            is_late = timer.kind == "timeout" and self.local_of(world, timer.step).has(timer.operation, timer.attempt)
            if is_late and not self.possible[timer.step] & {"late", "compensation-late"}:
                continue
            yield 1 if timer.fault or is_late else 0, moved, timer.step, timer

    def _given_up(self, world: int) -> Iterator[Edge]:
        record = world >> self.shift
        state = self.records[record]
        for index, step in enumerate(state.steps):
            if step.record in ACTIVE and state.phase != "ended":
                event = e.GivenUp(index, HANGS)
                moved = self._told(world, record, event)
                if moved is not None:
                    yield 0, moved, index, Timer("give-up", event, index, attempt=step.tries, detail=HANGS)
                return

    # -- asked once

    def _changes_of(self, step: int, at: int) -> tuple[tuple[Change, int], ...]:
        plan = self.flow.steps[step]
        found = changes(plan, self.locals[step][at], self.possible[step])
        kept = tuple((change, self._local(step, change.after)) for change in found)
        self._changes[step][at] = kept
        return kept

    def _timers_of(self, state: State) -> Iterator[Timer]:
        if state.phase == "ended":
            return
        for plan, step in zip(self.flow.steps, state.steps, strict=True):
            yield from _timers_of_step(plan, step)
        for choice, chosen in zip(self.flow.saga.choices.values(), state.choices, strict=True):
            if chosen == "":
                for outcome in choice.outcomes:
                    yield Timer("decide", e.Decided(choice.id, outcome.id), detail=f"{choice.id}={outcome.id}")
        yield from self._interruptions_of(state)

    def _interruptions_of(self, state: State) -> Iterator[Timer]:
        if state.phase == "forward" and "deadline" in self.interruptions:
            if self.flow.saga.deadline is not None:
                yield Timer("deadline", e.DeadlinePassed(), fault="deadline")
            for scope in self.flow.scopes:
                if is_open(self.flow, state, scope):
                    yield Timer("deadline", e.DeadlinePassed(scope.name), detail=scope.name, fault="deadline")
        if state.phase == "forward" and "cancel" in self.interruptions:
            yield Timer("cancel", e.CancelRequested(), fault="cancel")
        if "crash" in self.interruptions:
            yield Timer("crash", e.CancelRequested(), fault="crash")

    def _told(self, world: int, record: int, event: e.Event) -> int | None:
        """The world once the machine has heard of the event; None while what it sends has to wait."""
        key = (record, type(event), event)  # tuples of different classes may be equal
        heard = self._heard.get(key)
        if heard is None:
            state, commands = transition(self.flow, self.records[record], event)
            heard = self._heard[key] = (self._record(state), _sends(commands))
        after, sends = heard
        world += (after - record) << self.shift
        return self._sent(world, sends) if sends else world

    def _crashed(self, world: int, record: int) -> int:
        """What is outstanding is sent again, unless two copies of it are on their way."""
        sends = self._crashes.get(record)
        if sends is None:
            commands = resume(self.flow, self.records[record])
            found = (send for send in _sends(commands) if not self.flow.steps[send.step].step.local)
            sends = self._crashes[record] = tuple(found)
        for send in sends:
            if send.request is not None and send.request[0] == "wait" and not self.local_of(world, send.step).is_quiet:
                continue  # what a wait waits for comes once
            world = self._sent(world, (send,)) or world
        return world

    def _sent(self, world: int, sends: tuple[Send, ...]) -> int | None:
        for step, request in sends:
            at = world >> BITS * step & MASK
            local = self.locals[step][at]
            after = withdrawn(local) if request is None else sent(self.flow.steps[step], local, request)
            if after is None:
                return None
            world += (self._local(step, after) - at) << BITS * step
        return world


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


def _sends(commands: tuple[Command, ...]) -> tuple[Send, ...]:
    found: list[Send] = []
    for command in commands:
        message = message_for(command, 0)
        if message is not None:
            found.append(Send(message.step, (message.operation, message.attempt)))
        elif isinstance(command, WithdrawWait):
            found.append(Send(command.step, None))
    return tuple(found)


def _plain(flow: Flow, state: State) -> State:
    """The state without what no move depends on."""
    steps = tuple(map(_plain_step, flow.steps, state.steps))
    return state._replace(steps=steps, wish="wish" if state.wish else "")


def _plain_step(plan: FlowStep, step: StepState) -> StepState:
    cause = step.cause if step.record == "asked" else ""
    policy = plan.undo if operation_of(step.record) in ("undo", "fallback") else plan.action
    forever = step.tries > 2 and policy is not None and policy.tries is None
    tries = 2 if forever else step.tries
    if step.record not in ACTIVE:
        tries = 0
    return step if step == (step.record, tries, cause, step.known) else StepState(step.record, tries, cause, step.known)


def move_of(edge: Edge) -> Move:
    """The move of the world that an edge stands for, but for the number of its copy."""
    _, _, step, done = edge
    if isinstance(done, Change):
        return Move(done.kind, step, done.operation, done.attempt, done.fault, answer=done.answer)
    fault = "crash" if done.kind == "crash" else ""
    return Move(done.kind, done.step, done.operation, done.attempt, fault, done.detail)
