"""What happens to one step alone, retold as a run of its whole saga.

The moves of the step are taken over; what the small saga around it stood for is found again in the real one: the steps
before it are done, a cancel (or whatever else starts a rollback) comes when it came, the pivot is done when it was.
The run that comes out was made by `moves` and `apply` alone, so what it shows is so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep, exclusive
from sagactl.machine.state import ACTIVE, BACK, FORWARD, Record, State, pivot_committed
from sagactl.machine.transition import ALL_TRIGGERS
from sagactl.model import Trigger
from sagactl.trace import Moment
from sagactl.world.alone import Alone, fails_by
from sagactl.world.parts import HANGS, Move, World
from sagactl.world.tables import Edge, Tables, move_of
from sagactl.world.world import apply, begin, moves, operation_of

MAX_MOVES: Final = 20_000

BETWEEN_TRIES: Final[frozenset[Record]] = frozenset({"paused", "undo-paused", "fallback-paused"})
WISHES: Final = ("cancel", "deadline")


class Lifted(NamedTuple):
    """A run as moves, and the world in which it ends; None where the saga has no such run."""

    moves: tuple[Move, ...]
    world: World


class NoSuchRun(Exception):
    """The small saga can do what the real one cannot."""


def lift(
    flow: Flow, plan: FlowStep, small: Alone, tables: Tables, way: tuple[Edge, ...], *, patient: bool = False
) -> Lifted | None:
    """The run of the whole saga in which its step goes the way that was found for it alone.

    Where the small saga goes back and the real one still waits for its pivot, a patient run lets that one fail.
    """
    run = _OneStep(flow, plan, small)
    try:
        run.reach_step()
        for edge in way:
            run.follow(edge, tables.record_of(edge[1]), patient=patient)
        run.finish()
    except NoSuchRun:
        return None
    return Lifted(tuple(run.made), run.world)


class Making:
    """A run of the real saga in the making: what is wanted happens, and what has to come before it comes as planned.

    `subject` is the step that it is about, which nothing else lets fail; -1 if there is none.
    """

    def __init__(self, flow: Flow, subject: int, wanted: Mapping[str, str]) -> None:
        self.flow, self.subject, self.wanted = flow, subject, wanted
        first = begin(flow)
        self.world = first.world
        self.made: list[Move] = []
        self.moments: list[Moment] = list(first.moments)

    def happen(self, move: Move) -> None:
        if len(self.made) >= MAX_MOVES:
            raise NoSuchRun
        step = apply(self.flow, self.world, move)
        self.world = step.world
        self.made.append(move)
        self.moments += step.moments

    def until(self, goal: Callable[[], bool], steps: int) -> None:
        """Nothing goes wrong at these steps until the goal is reached."""
        while not goal():
            self.advance(steps)

    def finish(self) -> None:
        """All that is still to come comes as planned."""
        everything = (1 << len(self.flow.steps)) - 1
        while self.world.messages or self.world.state.phase != "ended":
            self.advance(everything)

    def advance(self, steps: int) -> None:
        """One move without a fault: a message if there is one, a decision, a retry, a timeout; else it is given up."""
        best: tuple[int, Move] | None = None
        for move in moves(self.flow, self.world):
            if move.fault or not (move.kind == "decide" or (move.step >= 0 and steps >> move.step & 1)):
                continue
            rank = _RANKS.get(move.kind)
            if rank is None or (move.kind == "decide" and not self._is_wanted(move.detail)):
                continue
            if best is None or rank < best[0]:
                best = rank, move
        if best is not None:
            self.happen(best[1])
        elif self.world.state.phase != "ended" and (self.subject < 0 or steps >> self.subject & 1):
            self._give_up()
        else:
            raise NoSuchRun

    def _is_wanted(self, detail: str) -> bool:
        choice, _, outcome = detail.partition("=")
        wanted = self.wanted.get(choice)
        return wanted == outcome if wanted else self.flow.saga.choices[choice].outcomes[-1].id == outcome

    def _give_up(self) -> None:
        for plan, step in zip(self.flow.steps, self.world.state.steps, strict=True):
            if step.record in ACTIVE:
                operation = operation_of(step.record) or "action"
                self.happen(Move("give-up", plan.index, operation, step.tries, detail=HANGS))
                return
        raise NoSuchRun

    def wish(self) -> None:
        """A cancel, or else whatever starts a rollback here."""
        triggers = self.flow.saga.rollback.triggers
        if triggers is None or "cancel" in triggers:
            self.happen(Move("cancel"))
        elif "deadline" in triggers and self.flow.saga.deadline is not None:
            self.happen(Move("deadline"))
        else:
            self._fail(self._other_in_flight(triggers), triggers)

    def _other_in_flight(self, triggers: tuple[Trigger, ...]) -> int:
        """A step whose failure takes the run back; until there is one, the others go on."""
        others = (1 << len(self.flow.steps)) - 1 & ~(1 << self.subject if self.subject >= 0 else 0)
        while True:
            for step in self.flow.steps:
                is_on = self.world.state.steps[step.index].record in FORWARD and step.index != self.subject
                if is_on and fails_by(step, triggers):
                    return step.index
            self.advance(others)

    def _fail(self, index: int, triggers: tuple[Trigger, ...]) -> None:
        """Another step ends without success: by a no, else by using up its tries."""
        faults = [fault for fault, trigger in _FAILING.items() if trigger in triggers]
        while self.world.state.steps[index].record in FORWARD:
            best: tuple[int, Move] | None = None
            for move in moves(self.flow, self.world):
                rank = _rank_of_failing(move, faults) if move.step == index else None
                if rank is not None and (best is None or rank < best[0]):
                    best = rank, move
            if best is None:
                raise NoSuchRun
            self.happen(best[1])


class _OneStep(Making):
    """The run in which one step goes the way that was found for it alone."""

    def __init__(self, flow: Flow, plan: FlowStep, small: Alone) -> None:
        super().__init__(flow, plan.index, _wanted(flow, plan))
        self.plan, self.small = plan, small

    def record(self) -> Record:
        return self.world.state.steps[self.plan.index].record

    # -- what the small saga stood for

    def reach_step(self) -> None:
        """The steps before it are done, and nothing else is."""
        self.until(lambda: self.record() != "idle", self.flow.ancestors[self.plan.index])

    def follow(self, edge: Edge, state: State, *, patient: bool) -> None:
        """One move of the step, or what stands for it; then its tries are used up where they were in the small saga."""
        move, record = move_of(edge), state.steps[self.small.step].record
        name = self.small.flow.steps[move.step].id if move.step >= 0 else ""
        if move.kind in WISHES:
            self.wish()
        elif move.kind == "crash":
            self.happen(Move("crash", fault="crash"))
        elif name == "(pivot)":
            self.until(lambda: pivot_committed(self.flow, self.world.state), self._up_to_the_pivot())
        elif name == self.plan.id:
            self._own(move._replace(step=self.plan.index))
            while self.record() in BETWEEN_TRIES and record not in BETWEEN_TRIES:
                self._use_up_a_try(by_error=move.kind == "answer")
        while patient and state.phase != "forward" and self.world.state.wish:
            self._fail(self._pivot_in_flight(), ALL_TRIGGERS)

    def _pivot_in_flight(self) -> int:
        for pivot in self.flow.pivots:
            if self.world.state.steps[pivot].record in FORWARD and pivot != self.plan.index:
                return pivot
        raise NoSuchRun

    def _up_to_the_pivot(self) -> int:
        bits = 0
        for pivot in self.flow.pivots:
            bits |= self.flow.ancestors[pivot] | 1 << pivot
        return bits & ~(1 << self.plan.index)

    # -- the step itself

    def _own(self, wanted: Move) -> None:
        """The step's move; while it is not possible yet, the others go on (its dependants have to be undone first)."""
        others = (1 << len(self.flow.steps)) - 1 & ~(1 << self.plan.index)
        while True:
            found = [move for move in moves(self.flow, self.world) if _is_like(move, wanted)]
            if found:
                exact = [move for move in found if move.attempt == wanted.attempt]
                self.happen(exact[0] if exact else max(found, key=lambda move: move.attempt))
                return
            if wanted.kind == "give-up":
                self._give_up()
                return
            self.advance(others)

    def _use_up_a_try(self, *, by_error: bool) -> None:
        """One more try that comes to nothing, like the one before it: the last one says what starts a rollback."""
        index = self.plan.index
        self._own(next(move for move in moves(self.flow, self.world) if move.kind == "retry" and move.step == index))
        operation = operation_of(self.record())
        assert operation is not None
        attempt = self.world.state.steps[index].tries
        requests = [move for move in moves(self.flow, self.world) if move.kind == "deliver" and move.step == index]
        fresh = [move for move in requests if move.operation == operation and move.attempt == attempt]
        lost = next((move for move in fresh if move.fault.endswith("request-lost")), None)
        broken = next((move for move in fresh if move.fault in ("fail", "compensation-fail")), None)
        if lost is not None and self._has_timeout() and not (by_error and broken is not None):
            self.happen(lost)
            self._own(Move("timeout", index, operation, attempt))
        elif broken is not None:
            self.happen(broken)
            self._own(
                Move("answer", index, operation, attempt, answer="error" if operation == "action" else "not-undone")
            )
        else:
            raise NoSuchRun

    def _has_timeout(self) -> bool:
        undoing = self.record() in BACK
        policy = self.plan.undo if undoing else self.plan.action
        return policy is not None and policy.timeout_s is not None and policy.retries("timeout")


_FAILING: Final[Mapping[str, Trigger]] = {"reject": "rejection", "fail": "failure", "request-lost": "timeout"}
"""What lets a step fail, and which trigger of a rollback that is."""


def _rank_of_failing(move: Move, faults: list[str]) -> int | None:
    """How soon a move is made that lets its step fail; None for those that do not."""
    if move.fault:
        return faults.index(move.fault) if move.fault in faults else None
    if move.kind == "deliver":
        return 3 if move.operation == "status" else None
    return {"answer": 4, "retry": 5, "timeout": 6}.get(move.kind)


_RANKS: Final = {"deliver": 0, "answer": 0, "decide": 1, "retry": 2, "timeout": 3}


def _is_like(move: Move, wanted: Move) -> bool:
    same = (move.kind, move.step, move.operation) == (wanted.kind, wanted.step, wanted.operation)
    return same and move.fault == wanted.fault and move.answer == wanted.answer and move.run == 0


def _wanted(flow: Flow, plan: FlowStep) -> Mapping[str, str]:
    """The outcomes under which the step is taken, and the pivot before or beside it.

    Where nobody can cancel, those, too, under which another step is taken whose failure takes the run back.
    """
    found: dict[str, str] = {}
    triggers = flow.saga.rollback.triggers
    if triggers is not None and "cancel" not in triggers:
        for other in flow.steps:
            if other.index != plan.index and fails_by(other, triggers) and not exclusive(other.step, plan.step):
                found.update(other.step.when)
                break
    for pivot in flow.pivots:
        found.update(flow.steps[pivot].step.when)
    return {**found, **plan.step.when}
