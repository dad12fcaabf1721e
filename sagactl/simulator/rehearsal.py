"""A rehearsal: the earliest of the world's moves happens, again and again, until nothing is left to happen.

Time is virtual: a message takes half of its participant's latency each way, timers take what the machine allows
(the longest pause), and the moment of each move is the heap's, not the clock's.  A latency that is longer than the
timeout is the fault `late` and is reported as such.  With chance (`Draw`) times are drawn, and faults may be.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.machine.state import BACK, PARKED, State, outcome, pivot_committed, status
from sagactl.promises import assuming, promised_by
from sagactl.simulator.chance import Chance
from sagactl.simulator.decisions import Decisions
from sagactl.simulator.delays import delay_of, is_of_the_run, request_of, timer_of, typical_delay_s
from sagactl.simulator.hazards import (
    INTERRUPTIONS,
    Flight,
    Hazard,
    chosen,
    flight_of,
    hazards,
    interruption_of,
    name_of,
)
from sagactl.simulator.plan import Plan, PlannedFault, refuse_unsupported
from sagactl.simulator.rates import Rates
from sagactl.simulator.saved import truth_of
from sagactl.simulator.script import Script
from sagactl.trace import DeadLetter, Moment, Trace, Violation
from sagactl.world.by_style import BY_STYLE, AnyStep, AnyWorld
from sagactl.world.parts import Move
from sagactl.world.properties import disorders, violations
from sagactl.world.world import DUPLICATES, take_up

MAX_MOVES: Final = 200_000
"""More than a rehearsal needs, unless somebody asks for hundreds of thousands of tries."""

OUTLIVE_A_RESTART: Final = ("deliver", "answer", "deadline")

STILL_RETRYING: Final = "still retrying"


def rehearse(flow: Flow, plan: Plan = Plan(), state: State | None = None, draw: Draw | None = None) -> Trace:
    """The trace of one run under the plan, from the start or from a saved state; with `draw` as chance has it.

    Raises NotSupported for constructs that cannot be run yet.
    """
    refuse_unsupported(flow, plan.style)
    promised = assuming(flow, promised_by(flow, plan.assume))
    return Rehearsal(bounded(promised, plan.max_tries), plan, state or plan.state, draw).play()


def bounded(flow: Flow, most: int) -> Flow:
    """A saga that is tried again for ever is tried again only so often here."""
    rollback = flow.saga.rollback
    if rollback.then != "restart" or rollback.max_restarts is not None:
        return flow
    saga = replace(flow.saga, rollback=replace(rollback, max_restarts=most))
    return Flow(saga, scopes=flow.scopes, parts=flow.parts)


class Draw(NamedTuple):
    """Chance, how probable faults are, and which participants are slower than they say."""

    chance: Chance
    rates: Rates = Rates()
    slow: Mapping[str, float] = {}


Ready = tuple[int, Move]
"""A move that waits for its time, with its place among all moves, which decides between equal times."""


class Look(NamedTuple):
    """What can come next: one move whatever the time is, or the earliest of several; neither at the end."""

    forced: Move | None
    ready: tuple[Ready, ...] = ()
    faulty: tuple[Move, ...] = ()


class Rehearsal:
    """The world, the virtual time, and what has been seen so far."""

    def __init__(self, flow: Flow, plan: Plan, state: State | None = None, draw: Draw | None = None) -> None:
        self.flow, self.plan, self.draw = flow, plan, draw
        self.now_s = 0.0
        self.due_s: dict[tuple[object, ...], float] = {}
        self.legs_s: dict[tuple[object, ...], float] = {}
        self.moments: list[Moment] = []
        self.executed: list[str] = []
        self.compensated: list[str] = []
        self.disorders: dict[Violation, None] = {}
        self.used: set[PlannedFault] = set()
        self.decisions = Decisions(plan)
        self.deadlines_over: set[str] = set()
        self.pending: Move | None = None
        self.copied: set[tuple[object, ...]] = set()
        self.interrupted: set[Flight] = set()
        self.crashes = 0
        self.script = Script(plan.moves)
        self.ended_s: float | None = None
        self.conduct = BY_STYLE[plan.style]
        first = self.conduct.begin(flow) if state is None else take_up(flow, state, tuple(map(truth_of, state.steps)))
        self.world: AnyWorld = first.world
        self._take(first)
        if state is not None:
            self.executed = [step.id for step, saved in zip(flow.steps, state.steps, strict=True) if saved.known]
        if plan.cancel_now:
            self.pending = Move("cancel")

    def play(self) -> Trace:
        for _ in range(MAX_MOVES):
            move = self._next()
            if move is None:
                return self.trace()
            self.happen(move)
        raise UsageError(
            f"the rehearsal of `{self.flow.saga.id}` has not ended after {MAX_MOVES} moves",
            help="let it try less often: `--max-tries`, or smaller `attempts`",
        )

    def happen(self, move: Move) -> None:
        """The move happens now."""
        if move.kind == "deadline":
            self.deadlines_over.add(move.detail)
        self._take(self.conduct.apply(self.flow, self.world, move), late=self._is_late(move))
        if self.draw is not None:
            self.crashes += move.kind == "crash"
            self._forget_what_arrived()

    def _forget_what_arrived(self) -> None:
        """Which messages were copied, or had something happen beside them, matters while they are on their way."""
        if self.copied and not self.plan.faults:
            self.copied &= {("deliver", *message[:3]) for message in self.world.messages if not message.is_reply}
        if self.interrupted:
            self.interrupted &= {(*message[:3], message.copy, message.run) for message in self.world.messages}

    def _take(self, step: AnyStep, late: bool = False) -> None:
        before = self.world.state
        self.world = step.world
        self._record(before, step.world.state)
        self.disorders |= dict.fromkeys(disorders(self.flow, before, step.world.state))
        for position, moment in enumerate(step.moments):
            fault = "late" if late and position == 0 else moment.fault
            self.moments.append(moment._replace(t_s=self.now_s, fault=fault))
        if step.world.state.phase != "ended":
            self.ended_s = None  # a run that is repaired ends once more
        elif self.ended_s is None:
            self.ended_s = self.now_s

    def _record(self, before: State, after: State) -> None:
        if after.restarts > before.restarts:
            # Nothing was left, so whatever was being undone is undone now; timers start anew.
            undone = zip(self.flow.steps, before.steps, strict=True)
            self.compensated += [plan.id for plan, old in undone if old.record in BACK]
            self.due_s = {timer: due_s for timer, due_s in self.due_s.items() if timer[0] in OUTLIVE_A_RESTART}
            return
        for plan, old, new in zip(self.flow.steps, before.steps, after.steps, strict=True):
            if new.known and not old.known:  # on the way back it may be undone in the same breath
                self.executed.append(plan.id)
            if new.record == "undone" != old.record:
                self.compensated.append(plan.id)

    # -- what comes next

    def _next(self) -> Move | None:
        """The next move of a kept run; else the earliest move, or its faulty variant."""
        if self.script:
            return self._kept()
        look = self.look()
        if not look.ready:
            return look.forced
        if self.draw is not None:
            self._draw_times(look.ready, self.draw)
        due_s, _, move = min((self._due(move), position, move) for position, move in look.ready)
        self.now_s = max(self.now_s, due_s)
        planned = self.planned_instead(move, look.faulty)
        return planned or self.meet(move, self._drawn(move, look.faulty))

    def _kept(self) -> Move:
        """The next move of a kept run; it happens at its time, or now if that has passed."""
        possible = list(self.conduct.moves(self.flow, self.world))
        for move in possible:
            if not move.fault and move.kind not in INTERRUPTIONS:
                self._due(move)
        move = self.script.next(self.flow, possible)
        due_s = self.due_s.get(timer_of(move), 0.0) if self.script.at_s is None else self.script.at_s
        self.now_s = max(self.now_s, due_s)
        return move

    def look(self) -> Look:
        """What can come next; when only hopeless retries are left, or nothing at all, the driver gives up."""
        if self.pending is not None:
            move, self.pending = self.pending, None
            return Look(move)
        possible = list(self.conduct.moves(self.flow, self.world))
        ready: list[Ready] = []
        held: list[Move] = []
        late: list[Move] = []
        for position, move in enumerate(possible):
            if move.fault or not self._wanted(move):
                continue
            if self._hopeless(move):
                held.append(move)
            elif self._is_made_late(move):
                late.append(move)
            else:
                ready.append((position, move))
        if late and (not ready or self._only_the_deadline_is_left(ready)):
            return Look(late[0])
        if not ready or (held and self._only_the_deadline_is_left(ready)):
            return Look(self._give_up(held))
        return Look(None, tuple(ready), tuple(move for move in possible if move.fault))

    def _is_made_late(self, move: Move) -> bool:
        """Whether the plan holds this request back until everything else has settled."""
        if move.kind != "deliver" or move.operation not in ("action", "undo", "fallback"):
            return False
        return self._planned(move, "late" if move.operation == "action" else "compensation-late")

    def _planned(self, move: Move, fault: str) -> bool:
        """Whether the plan wants this fault here; it counts as met."""
        here = (self.flow.steps[move.step].id, move.operation, move.attempt, fault, move.run)
        found = [planned for planned in self.plan.faults if planned.hits(*here)]
        self.used.update(found)
        return bool(found)

    def _interruption(self, move: Move, *, after: bool) -> Move | None:
        """What the plan lets happen to the run, once, while this move's step is in flight or just after its answer."""
        if not (self._answers(move) if after else move.kind == "deliver"):
            return None
        step = self.flow.steps[move.step].id
        for planned in self.plan.faults:
            for kind in INTERRUPTIONS if planned.after == after and planned not in self.used else ():
                if planned.hits(step, move.operation, move.attempt, kind, move.run):
                    self.used.add(planned)
                    return interruption_of(kind)
        return None

    def _answers(self, move: Move) -> bool:
        """Whether the move brings the answer: who does the work has it at once, and what is waited for is one."""
        if move.kind != "deliver":
            return move.kind == "answer"
        return self.plan.style == "choreography" or move.operation == "wait" or self.flow.steps[move.step].step.local

    def _only_the_deadline_is_left(self, ready: list[Ready]) -> bool:
        """After the pivot a deadline changes nothing that is worth waiting for."""
        return pivot_committed(self.flow, self.world.state) and all(move.kind == "deadline" for _, move in ready)

    def _wanted(self, move: Move) -> bool:
        if move.kind in ("cancel", "crash"):
            return False
        if move.kind == "deadline":
            return move.detail not in self.deadlines_over
        if move.kind == "decide":
            choice, _, outcome_id = move.detail.partition("=")
            return self.decisions.outcome(self.flow.saga.choices[choice]) == outcome_id
        return True

    def _hopeless(self, move: Move) -> bool:
        if move.kind != "retry" or move.attempt < self.plan.max_tries:
            return False
        plan = self.flow.steps[move.step]
        policy = plan.action if move.operation == "action" else plan.undo
        return policy is not None and policy.tries is None

    def _give_up(self, held: list[Move]) -> Move | None:
        if held:
            return held[0]._replace(kind="give-up", detail=STILL_RETRYING)
        return self.conduct.overdue(self.flow, self.world)

    def planned_instead(self, move: Move, faulty: tuple[Move, ...]) -> Move | None:
        """What the plan lets happen instead of the move: a faulty variant that can happen now, an interruption."""
        interruption = self._interruption(move, after=False)
        if interruption is not None:
            return interruption
        self.pending = self._interruption(move, after=True)
        for variant in self._variants(move, faulty):
            if self._planned(move, variant.fault):
                return self.meet(move, variant)
        return None

    def _variants(self, move: Move, faulty: tuple[Move, ...]) -> Iterator[Move]:
        return (each for each in faulty if each.subject == move.subject and not self._is_copied(each))

    def meet(self, move: Move, instead: Move) -> Move:
        """What happens instead of the move, with what has to be remembered of it."""
        if instead.fault in DUPLICATES:
            self.copied.add(instead.subject[:4])
        elif instead.kind in INTERRUPTIONS and move.kind == "deliver":
            self.interrupted.add(flight_of(move))
        return instead

    def hazards(self, move: Move, faulty: tuple[Move, ...]) -> tuple[Hazard, ...]:
        """What chance may put in the place of the move; what happens to the run does so once for each message."""
        if self.draw is None or move.kind not in ("deliver", "answer"):
            return ()
        phase = self.world.state.phase if flight_of(move) not in self.interrupted else "ended"
        variants = self._variants(move, faulty)
        return hazards(self.draw.rates, self.flow.steps[move.step], phase, move, variants)

    def _drawn(self, move: Move, faulty: tuple[Move, ...]) -> Move:
        """What chance makes of the move."""
        found = self.hazards(move, faulty)
        if self.draw is None or not found:
            return move
        uniform = self.draw.chance.uniform(name_of(self.flow.steps[move.step], move, self.crashes))
        hazard = chosen(found, uniform)
        return move if hazard is None else hazard.move

    def _is_copied(self, variant: Move) -> bool:
        """Whether this try was duplicated already: a copy of a copy shows nothing new."""
        return variant.fault in DUPLICATES and variant.subject[:4] in self.copied

    def _is_late(self, move: Move) -> bool:
        """A timeout while its message is still on the way."""
        waited_for = move[1:4]
        return move.kind == "timeout" and any(message[:3] == waited_for for message in self.world.messages)

    # -- how long it takes

    def _due(self, move: Move) -> float:
        """When the move happens, unless something else comes first; a timer that is running goes on running."""
        if self.draw is None:
            return self.due_s.setdefault(timer_of(move), self.now_s + typical_delay_s(self.flow, move, {}))
        return self.due_s[timer_of(move)]

    def _draw_times(self, ready: tuple[Ready, ...], draw: Draw) -> None:
        """Timers that are still running are kept; the others are drawn anew, an answer like its request."""
        running, legs = self.due_s, self.legs_s
        self.due_s, self.legs_s = {}, {}
        for _, move in ready:
            timer, request = timer_of(move), request_of(move)
            if timer in running:
                self.due_s[timer], self.legs_s[timer] = running[timer], legs[timer]
                continue
            delay = delay_of(self.flow, self.world, move, draw.slow, self.crashes)
            leg_s = legs[request] if request in legs else delay.drawn_s(draw.chance)
            start_s = 0.0 if is_of_the_run(move) else self.now_s
            self.due_s[timer], self.legs_s[timer] = start_s + leg_s, leg_s

    # -- the end

    def trace(self) -> Trace:
        """What has happened, once the run has ended."""
        state = self.world.state
        how = outcome(self.flow, state)
        assert how is not None, "a rehearsal ends only with its run"
        return Trace(
            saga=self.flow.saga.id,
            version=self.flow.saga.version or 1,
            status=status(self.flow, state),
            outcome=how,
            executed=tuple(self.executed),
            compensated=tuple(self.compensated),
            skipped=tuple(p.id for p, s in zip(self.flow.steps, state.steps, strict=True) if s.record == "left"),
            dead_letters=tuple(self._dead_letters(state)),
            duration_s=self.ended_s or 0.0,
            violations=(*violations(self.flow, self.world), *sorted(self.disorders)),
            moments=tuple(self.moments),
            unused_faults=self._unused(),
            notes=(
                *self.decisions.notes,
                *self._unheard(state),
                *self.conduct.notes(self.flow, self.moments),
                *filter(None, [self.plan.beside]),
            ),
            style=self.plan.style,
            replay={"version": 1, "saga": self.flow.saga.id, **self.plan.as_json()},
        )

    def _unheard(self, state: State) -> list[str]:
        """What the end of the run cannot say, because nobody waited for an answer."""
        pairs = zip(self.flow.steps, state.steps, strict=True)
        unheard = [plan.id for plan, step in pairs if step.record == "unheard"]
        return [f"`{id}`: nobody waits for its answer, so the run does not know whether it was done" for id in unheard]

    def _unused(self) -> tuple[str, ...]:
        """The faults that never happened; one that was asked of several steps at once needs to happen at one."""
        met = {(fault.word, fault.fault) for fault in self.used if fault.word}
        unmet = (fault for fault in self.plan.faults if fault not in self.used)
        return tuple(str(fault) for fault in unmet if (fault.word, fault.fault) not in met)

    def _dead_letters(self, state: State) -> list[DeadLetter]:
        return [
            DeadLetter(plan.id, step.cause, step.tries, "forward" if step.record == "stuck" else "back")
            for plan, step in zip(self.flow.steps, state.steps, strict=True)
            if step.record in PARKED and step.record != "left"
        ]
