"""The machine and its participants as tables, filled as they are asked: what makes it cheap to look at every run.

A world is one number: the record of the run and, for each step, the local state of its messages and its participant,
each by its place in a list.  What the machine does with an event is asked of the machine once for each record; what
becomes of a message is asked of the participants once for each local state.  Nothing of either is written here a
second time.

Worlds that differ in what no move depends on are one: the words of a cause, the number of tries beyond the second of
what is tried for ever, copies of a reply.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Set
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine import events as e
from sagactl.machine.state import ACTIVE, PASSED, State
from sagactl.machine.transition import resume, start, transition
from sagactl.world.faults import FAULTS
from sagactl.world.local import Change, Local, changes, sent, withdrawn
from sagactl.world.parts import HANGS, Move
from sagactl.world.timers import Send, Timer, plain, sends_of, timers_of

BITS: Final = 16
MASK: Final = (1 << BITS) - 1
"""Of the place of one local state in its list."""

Possible = Mapping[int, frozenset[str]]
"""The faults that may happen at each step, by its index; `crash`, `cancel` and `deadline` stand at any of them."""


Edge = tuple[int, int, int, Change | Timer]
"""One way on: how many faults it takes (none or one), the world that is reached, the step and the move."""


class Sending(NamedTuple):
    """What leaves for one step: how much that adds to a world, by the local state of the step.

    None stands for a request that has to wait; `added` is filled as it is asked.
    """

    shift: int
    sends: tuple[Send, ...]
    added: dict[int, int | None]


class Effect(NamedTuple):
    """What the machine makes of an event: what that adds to any world, and what it sends."""

    change: int
    sending: tuple[Sending, ...]


class Told(NamedTuple):
    """A change that the orchestrator hears of: the faults it takes, what it adds to the world, and what is heard."""

    faults: int
    change: int
    event: int
    move: Change


class Messages(NamedTuple):
    """What can happen to the messages of a step: what the orchestrator does not see as numbers to add, and the rest."""

    free: tuple[int, ...]
    faulty: tuple[int, ...]
    told: tuple[Told, ...]


class Ticking(NamedTuple):
    """A timer that a record has running, and what the machine makes of it.

    A timeout is early, and a fault, while what it waits for is on its way: `early` remembers for which local states of
    the step, which stand at `shift` in a world.
    """

    timer: Timer
    effect: Effect
    faults: int
    shift: int
    early: dict[int, int] | None


UNKNOWN: Final = 1 << 4096
"""In place of what an effect adds, where nobody has asked yet; no world is so large."""

LATE: Final = frozenset({"late", "compensation-late"})


def possible_faults(plan: FlowStep) -> frozenset[str]:
    """The rows of the table of faults that this step can have."""
    return frozenset(fault.name for fault in FAULTS if not fault.possible(plan))


class Tables:
    """A flow, the faults that may happen in it, and all that was asked of both so far.

    `patient` is a step before whose end nobody cancels, if there is one.
    """

    def __init__(self, flow: Flow, possible: Possible, patient: int | None = None) -> None:
        self.flow, self.possible, self.patient = flow, possible, patient
        self.number = len(flow.steps)
        self.shift = BITS * self.number
        self.interruptions = frozenset(
            name for names in possible.values() for name in names if name in ("crash", "cancel", "deadline")
        )
        self.records: list[State] = []
        self._ended: list[bool] = []
        self._records: dict[State, int] = {}
        self.locals: list[list[Local]] = [[] for _ in flow.steps]
        self._locals: list[dict[Local, int]] = [{} for _ in flow.steps]
        self.met = 0
        """How many local states there are so far, of all steps together."""
        self._changes: list[dict[int, tuple[tuple[Change, int], ...]]] = [{} for _ in flow.steps]
        self._messages: list[dict[int, Messages]] = [{} for _ in flow.steps]
        self._timers_known: list[tuple[Ticking, ...] | None] = []
        self._events: list[e.Event] = []
        self._event_numbers: dict[tuple[type, e.Event], int] = {}
        self._effects: list[dict[int, Effect]] = []
        self._sendings: dict[tuple[Send, ...], Sending] = {}
        for index in range(self.number):
            assert self._local(index, Local()) == 0

    # -- worlds as numbers

    def begin(self) -> int:
        """The world of a run that has just started."""
        state, commands = start(self.flow)
        begun = self._told(self._record(state) << self.shift, self._effect_of(0, sends_of(self.flow, commands)))
        assert begun is not None
        return begun

    def record_of(self, world: int) -> State:
        return self.records[world >> self.shift]

    def local_of(self, world: int, step: int) -> Local:
        return self.locals[step][world >> BITS * step & MASK]

    def is_at_rest(self, world: int) -> bool:
        """Whether the run has ended and nothing is in flight any more."""
        if not self._ended[world >> self.shift]:
            return False
        return all(self.local_of(world, step).is_quiet for step in range(self.number))

    def _record(self, state: State) -> int:
        bare = plain(self.flow, state)
        found = self._records.get(bare)
        if found is None:
            found = self._records[bare] = len(self.records)
            self.records.append(bare)
            self._ended.append(bare.phase == "ended")
            self._timers_known.append(None)
            self._effects.append({})
        return found

    def _local(self, step: int, local: Local) -> int:
        known = self._locals[step]
        found = known.get(local)
        if found is None:
            found = known[local] = len(known)
            self.locals[step].append(local)
            self.met += 1
            assert found <= MASK, "more local states than their number has room for"
        return found

    # -- what can happen next

    def edges(self, world: int) -> list[Edge]:
        """All that can happen next; where nothing happens of itself the driver gives up, as a rehearsal does."""
        record = world >> self.shift
        found = [edge for step in range(self.number) for edge in self._message_edges(world, record, step)]
        for ticking in self._timers(record):
            faults = self._faults_of(world, ticking)
            moved = self._told(world, ticking.effect) if faults >= 0 else None
            if moved is not None and moved != world:
                found.append((faults, moved, ticking.timer.step, ticking.timer))
        if all(edge[0] for edge in found):
            found += self._given_up(world, record)
        return found

    def after(self, world: int) -> tuple[list[int], list[int]]:
        """The worlds that come next, without a fault and with one: what `edges` says, at the speed of additions."""
        record, rest = world >> self.shift, world
        free: list[int] = []
        faulty: list[int] = []
        effects = self._effects[record]
        for step, known in enumerate(self._messages):
            at = rest & MASK
            rest >>= BITS
            if not at:
                continue
            own, own_faulty, told = known.get(at) or self._messages_of(step, at)
            free += map(world.__add__, own)
            faulty += map(world.__add__, own_faulty)
            for faults, change, event, _ in told:
                effect = effects.get(event) or self._heard_by(record, event)
                moved = self._told(world + change, effect) if effect.sending else world + change + effect.change
                if moved is not None:
                    (faulty if faults else free).append(moved)
        for ticking in self._timers_known[record] or self._timers(record):
            _, effect, faults, shift, early = ticking
            if early is not None:
                at = world >> shift & MASK
                faults = early[at] if at in early else self._faults_at(at, ticking)
            if faults < 0:
                continue
            moved = self._told(world, effect) if effect.sending else world + effect.change
            if moved is not None and moved != world:
                (faulty if faults else free).append(moved)
        if not free:
            free += [edge[1] for edge in self._given_up(world, record)]
        return free, faulty

    def _message_edges(self, world: int, record: int, step: int) -> Iterator[Edge]:
        at = world >> BITS * step & MASK
        for change, moved in self._changes_of(step, at):
            there: int | None = world + moved
            if change.event is not None:
                there = self._told(world + moved, self._heard_by(record, self._event(change.event)))
            if there is not None:
                yield 1 if change.fault else 0, there, step, change

    def _faults_of(self, world: int, ticking: Ticking) -> int:
        """How many faults it takes that the timer runs out now: one if it is early; -1 where it cannot be early."""
        if ticking.early is None:
            return ticking.faults
        return self._faults_at(world >> ticking.shift & MASK, ticking)

    def _faults_at(self, at: int, ticking: Ticking) -> int:
        timer, early = ticking.timer, ticking.early
        assert early is not None
        if at not in early:
            on_its_way = self.locals[timer.step][at].has(timer.operation, timer.attempt)
            early[at] = (1 if self.possible[timer.step] & LATE else -1) if on_its_way else 0
        return early[at]

    def _given_up(self, world: int, record: int) -> Iterator[Edge]:
        state = self.records[record]
        for index, step in enumerate(state.steps):
            if step.record in ACTIVE and state.phase != "ended":
                event = e.GivenUp(index, HANGS)
                moved = self._told(world, self._heard_by(record, self._event(event)))
                if moved is not None:
                    yield 0, moved, index, Timer("give-up", event, index, attempt=step.tries, detail=HANGS)
                return

    # -- what was asked so far, for those who write it down

    def heard(self) -> dict[tuple[int, type, e.Event], tuple[int, tuple[Send, ...]]]:
        """What the machine made of each event that it heard: the record after it, and what it sent."""
        return {
            (record, type(self._events[event]), self._events[event]): self._outcome(record, effect)
            for record, effects in enumerate(self._effects)
            for event, effect in effects.items()
        }

    def ticking(self, record: int) -> Iterator[tuple[Timer, int, tuple[Send, ...]]]:
        """The timers of a record, and what the machine makes of each."""
        for each in self._timers(record):
            yield each.timer, *self._outcome(record, each.effect)

    def giving_up(self) -> Iterator[tuple[int, int, tuple[Send, ...]]]:
        """The records in which nothing happens of itself without a message, and what giving up makes of them."""
        for record in range(len(self.records)):
            world = record << self.shift
            if all(edge[0] or (isinstance(edge[3], Timer) and edge[3].kind == "give-up") for edge in self.edges(world)):
                for _, after, _, _ in self._given_up(world, record):
                    yield record, after >> self.shift, ()

    def _outcome(self, record: int, effect: Effect) -> tuple[int, tuple[Send, ...]]:
        sends = tuple(send for sending in effect.sending for send in sending.sends)
        return record + (effect.change >> self.shift), sends

    # -- asked once

    def _changes_of(self, step: int, at: int) -> tuple[tuple[Change, int], ...]:
        found = self._changes[step].get(at)
        if found is None:
            plan, local = self.flow.steps[step], self.locals[step][at]
            found = self._changes[step][at] = tuple(
                (change, self._local(step, change.after) - at << BITS * step)
                for change in changes(plan, local, self.possible[step])
            )
        return found

    def _messages_of(self, step: int, at: int) -> Messages:
        found = self._changes_of(step, at)
        messages = self._messages[step][at] = Messages(
            tuple(moved for change, moved in found if change.event is None and not change.fault),
            tuple(moved for change, moved in found if change.event is None and change.fault),
            tuple(
                Told(1 if change.fault else 0, moved, self._event(change.event), change)
                for change, moved in found
                if change.event is not None
            ),
        )
        return messages

    def _timers(self, record: int) -> tuple[Ticking, ...]:
        found = self._timers_known[record]
        if found is None:
            timers = timers_of(self.flow, self.records[record], self._interruptions_in(record))
            ticking = (self._ticking(record, timer) for timer in timers)
            found = tuple(each for each in ticking if each.effect.change or each.effect.sending)
            self._timers_known[record] = found
        return found

    def _interruptions_in(self, record: int) -> Set[str]:
        if self.patient is None or self.records[record].steps[self.patient].record in PASSED:
            return self.interruptions
        return self.interruptions - {"cancel"}

    def _ticking(self, record: int, timer: Timer) -> Ticking:
        crash = timer.kind == "crash"
        effect = self._resumed(record) if crash else self._heard_by(record, self._event(timer.event))
        early: dict[int, int] | None = {} if timer.kind == "timeout" else None
        return Ticking(timer, effect, 1 if timer.fault else 0, BITS * timer.step, early)

    def _event(self, event: e.Event) -> int:
        key = (type(event), event)  # tuples of different classes may be equal
        found = self._event_numbers.get(key)
        if found is None:
            found = self._event_numbers[key] = len(self._events)
            self._events.append(event)
        return found

    def _told(self, world: int, effect: Effect) -> int | None:
        """The world once the machine has heard of something; None while what it sends has to wait."""
        change, sending = effect
        moved = world + change
        for each in sending:
            at = world >> each.shift & MASK
            added = each.added.get(at, UNKNOWN)
            if added is UNKNOWN:
                added = self._sent(each, at)
            if added is None:
                return None
            moved += added
        return moved

    def _heard_by(self, record: int, event: int) -> Effect:
        effect = self._effects[record].get(event)
        if effect is None:
            state, commands = transition(self.flow, self.records[record], self._events[event])
            change = self._record(state) - record << self.shift
            effect = self._effects[record][event] = self._effect_of(change, sends_of(self.flow, commands))
        return effect

    def _resumed(self, record: int) -> Effect:
        """After a crash what is outstanding is sent again, unless two messages of its step are on their way."""
        commands = resume(self.flow, self.records[record])
        sends = (send for send in sends_of(self.flow, commands) if not self.flow.steps[send.step].step.local)
        return self._effect_of(0, tuple(send._replace(again=True) for send in sends))

    def _effect_of(self, change: int, sends: tuple[Send, ...]) -> Effect:
        steps = dict.fromkeys(send.step for send in sends)
        return Effect(
            change, tuple(self._sending(tuple(each for each in sends if each.step == step)) for step in steps)
        )

    def _sending(self, sends: tuple[Send, ...]) -> Sending:
        known = self._sendings.get(sends)
        if known is None:
            known = self._sendings[sends] = Sending(BITS * sends[0].step, sends, {})
        return known

    def _sent(self, sending: Sending, at: int) -> int | None:
        """How much it adds to a world that something leaves for a step in this local state."""
        step = sending.shift // BITS
        local: Local | None = self.locals[step][at]
        for send in sending.sends:
            local = local and self._after(step, local, send)
        added = None if local is None else self._local(step, local) - at << sending.shift
        sending.added[at] = added
        return added

    def _after(self, step: int, local: Local, send: Send) -> Local | None:
        if send.request is None:
            return withdrawn(local)
        if send.again and send.request[0] == "wait" and not local.is_quiet:
            return local  # what a wait waits for comes once
        return sent(self.flow.steps[step], local, send.request) or (local if send.again else None)


def move_of(edge: Edge) -> Move:
    """The move of the world that an edge stands for, but for the number of its copy."""
    _, _, step, done = edge
    if isinstance(done, Change):
        return Move(done.kind, step, done.operation, done.attempt, done.fault, answer=done.answer)
    fault = "crash" if done.kind == "crash" else ""
    return Move(done.kind, done.step, done.operation, done.attempt, fault, done.detail)
