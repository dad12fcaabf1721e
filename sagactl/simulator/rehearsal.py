"""A rehearsal: the earliest of the world's moves happens, again and again, until nothing is left to happen.

Time is virtual: a message takes half of its participant's latency each way, timers take what the machine allows
(the longest pause), and the moment of each move is the heap's, not the clock's.  A latency that is longer than the
timeout is the fault `late` and is reported as such.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple

from sagactl.errors import UsageError
from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import ACTIVE, BACK, PARKED, State, outcome, pivot_committed, status
from sagactl.model import Choice, Latency
from sagactl.simulator.plan import Plan, PlannedFault, refuse_unsupported
from sagactl.trace import DeadLetter, Moment, Trace
from sagactl.world.moments import participant_of
from sagactl.world.parts import Move, Operation, World
from sagactl.world.properties import violations
from sagactl.world.world import DUPLICATES, Step, apply, begin, moves

LATENCY_S: Final = 0.1
"""Where nothing is said of how long a participant takes."""

MAX_MOVES: Final = 200_000
"""More than a rehearsal needs, unless somebody asks for hundreds of thousands of tries."""

_INTERRUPTIONS: Final[tuple[Literal["crash", "cancel", "deadline"], ...]] = ("crash", "cancel", "deadline")

_OUTLIVE_A_RESTART: Final = ("deliver", "answer", "deadline")

HANGS: Final = "no answer, and no timeout notices it"
STILL_RETRYING: Final = "still retrying"


def rehearse(flow: Flow, plan: Plan = Plan()) -> Trace:
    """The trace of one run under the plan; raises NotSupported for constructs that cannot be run yet."""
    refuse_unsupported(flow)
    return _Rehearsal(flow, plan).play()


class _Due(NamedTuple):
    """A move and when it happens."""

    t_s: float
    position: int
    move: Move


class _Rehearsal:
    """The world, the virtual time, and what has been seen so far."""

    def __init__(self, flow: Flow, plan: Plan) -> None:
        self.flow, self.plan = flow, plan
        self.now_s = 0.0
        self.due_s: dict[tuple[object, ...], float] = {}
        self.moments: list[Moment] = []
        self.executed: list[str] = []
        self.compensated: list[str] = []
        self.used: set[PlannedFault] = set()
        self.notes: list[str] = []
        self.deadlines_over: set[str] = set()
        self.pending: Move | None = None
        self.copied: set[tuple[object, ...]] = set()
        self.ended_s: float | None = None
        first = begin(flow)
        self.world = World(State("forward", first.world.state.steps), (), ())
        self._take(first)

    def play(self) -> Trace:
        for _ in range(MAX_MOVES):
            move = self._next()
            if move is None:
                return self._trace()
            if move.kind == "deadline":
                self.deadlines_over.add(move.detail)
            self._take(apply(self.flow, self.world, move), late=self._is_late(move))
        raise UsageError(
            f"the rehearsal of `{self.flow.saga.id}` has not ended after {MAX_MOVES} moves",
            help="let it try less often: `--max-tries`, or smaller `attempts`",
        )

    def _take(self, step: Step, late: bool = False) -> None:
        before = self.world.state
        self.world = step.world
        self._record(before, step.world.state)
        for position, moment in enumerate(step.moments):
            fault = "late" if late and position == 0 else moment.fault
            self.moments.append(moment._replace(t_s=self.now_s, fault=fault))
        if step.world.state.phase == "ended" and self.ended_s is None:
            self.ended_s = self.now_s

    def _record(self, before: State, after: State) -> None:
        if after.restarts > before.restarts:
            # Nothing was left, so whatever was being undone is undone now; timers start anew.
            undone = zip(self.flow.steps, before.steps, strict=True)
            self.compensated += [plan.id for plan, old in undone if old.record in BACK]
            self.due_s = {timer: due_s for timer, due_s in self.due_s.items() if timer[0] in _OUTLIVE_A_RESTART}
            return
        for plan, old, new in zip(self.flow.steps, before.steps, after.steps, strict=True):
            if new.known and not old.known:  # on the way back it may be undone in the same breath
                self.executed.append(plan.id)
            if new.record == "undone" != old.record:
                self.compensated.append(plan.id)

    # -- what comes next

    def _next(self) -> Move | None:
        """The earliest move; when only hopeless retries are left, or nothing at all, the driver gives up."""
        if self.pending is not None:
            move, self.pending = self.pending, None
            return move
        possible = list(moves(self.flow, self.world))
        faulty = [move for move in possible if move.fault]
        ready: list[_Due] = []
        held: list[Move] = []
        late: list[Move] = []
        for position, move in enumerate(possible):
            if move.fault or not self._wanted(move):
                continue
            if self._hopeless(move):
                held.append(move)
                continue
            if self._is_made_late(move):
                late.append(move)
                continue
            due_s = self.due_s.setdefault(self._timer(move), self.now_s + self._delay_s(move))
            ready.append(_Due(due_s, position, move))
        if late and (not ready or self._only_the_deadline_is_left(ready)):
            return late[0]
        if not ready or (held and self._only_the_deadline_is_left(ready)):
            return self._give_up(held)
        chosen = min(ready)
        self.now_s = max(self.now_s, chosen.t_s)
        return self._with_fault(chosen.move, faulty)

    def _is_made_late(self, move: Move) -> bool:
        """Whether the plan holds this request back until everything else has settled."""
        if move.kind != "deliver" or move.operation not in ("action", "undo", "fallback"):
            return False
        return self._planned(move, "late" if move.operation == "action" else "compensation-late")

    def _planned(self, move: Move, fault: str) -> bool:
        """Whether the plan wants this fault here; it counts as met."""
        step = self.flow.steps[move.step].id
        found = [planned for planned in self.plan.faults if planned.hits(step, move.operation, move.attempt, fault)]
        self.used.update(found)
        return bool(found)

    def _interruption(self, move: Move) -> Move | None:
        """What the plan lets happen to the run, once, while this move's step is in flight or just after its answer."""
        if move.kind not in ("deliver", "answer"):
            return None
        step = self.flow.steps[move.step].id
        for planned in self.plan.faults:
            here = planned.after == (move.kind == "answer") and planned not in self.used
            for kind in _INTERRUPTIONS:
                if here and planned.hits(step, move.operation, move.attempt, kind):
                    self.used.add(planned)
                    return Move(kind, fault="crash" if kind == "crash" else "")
        return None

    def _only_the_deadline_is_left(self, ready: list[_Due]) -> bool:
        """After the pivot a deadline changes nothing that is worth waiting for."""
        return pivot_committed(self.flow, self.world.state) and all(due.move.kind == "deadline" for due in ready)

    def _wanted(self, move: Move) -> bool:
        if move.kind in ("cancel", "crash"):
            return False
        if move.kind == "deadline":
            return move.detail not in self.deadlines_over
        if move.kind == "decide":
            choice, _, outcome_id = move.detail.partition("=")
            return self._outcome(self.flow.saga.choices[choice]) == outcome_id
        return True

    def _timer(self, move: Move) -> tuple[object, ...]:
        return (*move.subject, move.detail) if move.kind in ("decide", "deadline") else move.subject

    def _hopeless(self, move: Move) -> bool:
        if move.kind != "retry" or move.attempt < self.plan.max_tries:
            return False
        plan = self.flow.steps[move.step]
        policy = plan.action if move.operation == "action" else plan.undo
        return policy is not None and policy.tries is None

    def _give_up(self, held: list[Move]) -> Move | None:
        if held:
            return held[0]._replace(kind="give-up", detail=STILL_RETRYING)
        for plan, step in zip(self.flow.steps, self.world.state.steps, strict=True):
            if step.record in ACTIVE and self.world.state.phase != "ended":
                operation: Operation = "undo" if step.record in ("undoing", "falling-back") else "action"
                return Move("give-up", plan.index, operation, step.tries, detail=HANGS)
        return None

    def _with_fault(self, move: Move, faulty: list[Move]) -> Move:
        """The planned faulty variant of the move, if there is one that can happen now."""
        interruption = self._interruption(move)
        if interruption is not None and move.kind == "deliver":
            return interruption
        self.pending = interruption
        for variant in faulty:
            if variant.subject == move.subject and not self._is_copied(variant) and self._planned(move, variant.fault):
                if variant.fault in DUPLICATES:
                    self.copied.add(variant.subject[:4])
                return variant
        return move

    def _is_copied(self, variant: Move) -> bool:
        """Whether this try was duplicated already: a copy of a copy shows nothing new."""
        return variant.fault in DUPLICATES and variant.subject[:4] in self.copied

    def _is_late(self, move: Move) -> bool:
        """A timeout while its message is still on the way."""
        if move.kind != "timeout":
            return False
        return any(
            message.step == move.step
            and message.operation == move.operation
            and (message.attempt == move.attempt or message.operation == "status")
            for message in self.world.messages
        )

    # -- how long it takes

    def _delay_s(self, move: Move) -> float:
        if move.kind in ("deliver", "answer"):
            plan = self.flow.steps[move.step]
            if plan.step.local:
                return 0.0
            whole_s = self._latency_s(plan, move.operation)
            return whole_s if move.operation == "wait" else whole_s / 2
        if move.kind == "deadline":
            return self._deadline_s(move.detail)
        if move.kind not in ("timeout", "retry"):
            return 0.0
        plan = self.flow.steps[move.step]
        policy = plan.action if move.operation in ("action", "wait", "status") else plan.undo
        assert policy is not None
        return policy.pause_s(move.attempt) if move.kind == "retry" else policy.timeout_s or 0.0

    def _deadline_s(self, scope: str) -> float:
        deadline = self.flow.saga.deadline
        if scope == "":
            return deadline.after_s if deadline is not None else 0.0
        return next(each.after_s for each in self.flow.scopes if each.name == scope)

    def _latency_s(self, plan: FlowStep, operation: Operation) -> float:
        """The nearest statement wins; what is stated on a step holds where the step is done."""
        name = participant_of(plan, operation)
        owner = self.flow.saga.participants.get(name)
        near = plan.step.latency if name == (plan.step.participant or "") else None
        latency = near or (owner.latency if owner is not None else None)
        return LATENCY_S if latency is None else typical_s(latency)

    # -- choices

    def _outcome(self, choice: Choice) -> str:
        """The outcome asked for, else the one the input decides, else `otherwise`; what was assumed is said."""
        chosen = self.plan.choices.get(choice.id)
        if chosen is not None:
            return chosen
        decided, reason = self._decided_by_data(choice)
        note = f"choice `{choice.id}`: `{decided}`, {reason}"
        if note not in self.notes:
            self.notes.append(note)
        return decided

    def _decided_by_data(self, choice: Choice) -> tuple[str, str]:
        from sagactl.predicates import Mistake, Undecided, evaluate, parse

        data = {"input": self.plan.data or {}, "steps": {}}
        for known in choice.outcomes:
            predicate = parse(known.predicate) if not known.is_otherwise else None
            if predicate is None or isinstance(predicate, Mistake):
                break
            held = evaluate(predicate, data)
            if isinstance(held, Undecided):
                missing_input = self.plan.data is None and held.reason.startswith("input.")
                why = "no input was given" if missing_input else held.reason
                return choice.outcomes[-1].id, f"because {why}; `--choose {choice.id}=…` decides otherwise"
            if held:
                return known.id, f"because {known.predicate}"
        return choice.outcomes[-1].id, "because nothing else holds"

    # -- the end

    def _trace(self) -> Trace:
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
            violations=tuple(violations(self.flow, self.world)),
            moments=tuple(self.moments),
            unused_faults=tuple(str(fault) for fault in self.plan.faults if fault not in self.used),
            notes=tuple(self.notes),
            replay={"version": 1, "saga": self.flow.saga.id, **self.plan.as_json()},
        )

    def _dead_letters(self, state: State) -> list[DeadLetter]:
        return [
            DeadLetter(plan.id, step.cause, step.tries, "forward" if step.record == "stuck" else "back")
            for plan, step in zip(self.flow.steps, state.steps, strict=True)
            if step.record in PARKED and step.record != "left"
        ]


def typical_s(latency: Latency) -> float:
    """The middle of a distribution: its value, the middle of its range, its mean, its median."""
    if latency.shape == "uniform":
        return sum(latency.values_s) / 2
    return latency.values_s[0]
