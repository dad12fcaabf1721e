"""The table of a saga: every situation that a run can be in, found by rehearsing it once, and remembered.

A situation is all that decides what can come next, but for the time: the world, and what the driver remembers.  In
each one several timers run; the earliest decides which move comes, chance may put a fault in its place, and so the
next situation is reached.  A `Rehearsal` that is put into a situation says all of that; the table asks it the first
time and never again, so nothing of machine, world and driver is written here a second time.  Many runs then only draw
times and compare them.

The table holds for every saga that can be rehearsed: parallel branches, deadlines, restarts and status queries are
situations like any other.  Its size is bounded; beyond the bound situations are found anew each time.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.machine.state import Phase
from sagactl.simulator.chance import Seeded
from sagactl.simulator.delays import Delay, delay_of, is_of_the_run, request_of, timer_of
from sagactl.simulator.hazards import Flight, Hazard, name_of
from sagactl.simulator.odds import Odds
from sagactl.simulator.plan import Plan, PlannedFault
from sagactl.simulator.rehearsal import (
    OUTLIVE_A_RESTART,
    Draw,
    Look,
    Rehearsal,
    bounded,
)
from sagactl.trace import DeadLetter, RunOutcome, Trace, Violation
from sagactl.world.by_style import AnyWorld
from sagactl.world.parts import Move

MAX_SITUATIONS: Final = 20_000
"""So many are remembered: some 100 MB."""


class Ending(NamedTuple):
    """How a run ended, without times."""

    outcome: RunOutcome
    compensated: frozenset[str]
    skipped: tuple[str, ...]
    dead_letters: tuple[DeadLetter, ...]
    violations: tuple[Violation, ...]


def ending_of(trace: Trace) -> Ending:
    """What of a trace does not depend on its times."""
    return Ending(trace.outcome, frozenset(trace.compensated), trace.skipped, trace.dead_letters, trace.violations)


class Situation(NamedTuple):
    """All that decides what can come next."""

    world: AnyWorld
    deadlines_over: frozenset[str]
    copied: frozenset[tuple[object, ...]]
    interrupted: frozenset[Flight]
    used: frozenset[PlannedFault]
    compensated: frozenset[str]
    disorders: frozenset[Violation]
    crashes: int


class Carry(NamedTuple):
    """Where the time of a timer comes from: it goes on (`kept`), it is an answer (`leg`), it is fixed, or it is drawn.

    `kept` and `leg` are places among the timers before, `fixed_s` is a time, -1 for none; `absolute` times count from
    the start of the run.
    """

    kept: int
    leg: int
    fixed_s: float
    absolute: bool
    delay: Delay


class Edge(NamedTuple):
    """One way on: the node that is reached, and where each of its timers comes from."""

    target: Node
    carries: tuple[Carry, ...]


class Fork(NamedTuple):
    """What may come of a timer that runs out: the moves by cumulated chance, the last one for the rest.

    `edges` is filled as they are taken; `name` is that of the draw.
    """

    cuts: tuple[float, ...]
    moves: tuple[Move, ...]
    edges: list[Edge | None]
    name: int


class Node:
    """A situation in the table; `forks` is filled as they are met, `ending` is None while something can happen."""

    __slots__ = ("delays", "ending", "forks", "index", "look", "phase", "requests", "situation", "timers")

    def __init__(self, index: int, situation: Situation, look: Look, delays: tuple[Delay, ...]) -> None:
        self.index = index
        self.situation = situation
        self.look = look
        self.phase: Phase = situation.world.state.phase
        self.timers = {timer_of(move): place for place, (_, move) in enumerate(look.ready)}
        self.requests = frozenset(place for place, (_, move) in enumerate(look.ready) if move.kind == "deliver")
        self.delays = delays
        self.forks: list[Fork | None] = [None] * len(look.ready)
        self.ending: Ending | None = None


class Table:
    """The situations of one saga under one plan and one set of odds, as far as runs have met them."""

    def __init__(self, flow: Flow, plan: Plan, odds: Odds, most: int = MAX_SITUATIONS) -> None:
        self.flow = bounded(flow, plan.max_tries)
        self.odds = odds
        self.most = most
        self.nodes: dict[Situation, Node] = {}
        self.met: set[str] = set()
        self.engine = Rehearsal(self.flow, plan, draw=Draw(Seeded(0), odds.rates, odds.slow))
        self.start = self._settle()
        self.begin = Edge(self.start, self._carries({}, self.start))

    @property
    def is_full(self) -> bool:
        return len(self.nodes) >= self.most

    @property
    def notes(self) -> tuple[str, ...]:
        """What was assumed of choices."""
        return tuple(self.engine.decisions.notes)

    def fork(self, node: Node, timer: int) -> Fork:
        """What may come of the timer."""
        found = node.forks[timer]
        if found is None:
            found = node.forks[timer] = self._fork(node, node.look.ready[timer][1])
        return found

    def edge(self, node: Node, timer: int, way: int) -> Edge:
        """One of the ways on."""
        fork = self.fork(node, timer)
        found = fork.edges[way]
        if found is None:
            found = self._edge(node, node.look.ready[timer][1], fork.moves[way])
            if found.target.index >= 0:  # what is not remembered must not be held by what is
                fork.edges[way] = found
        return found

    # -- asking the rehearsal

    def _fork(self, node: Node, move: Move) -> Fork:
        self._restore(node.situation)
        planned = self.engine.planned_instead(move, node.look.faulty)
        if planned is not None:
            return Fork((), (planned,), [None], 0)
        found: list[Hazard] = [each for each in self.engine.hazards(move, node.look.faulty) if each.chance > 0]
        self.met.update(each.rate.word for each in found)
        cuts: list[float] = []
        for each in found:
            cuts.append((cuts[-1] if cuts else 0.0) + each.chance)
        name = name_of(self.flow.steps[move.step], move, node.situation.crashes) if found else 0
        return Fork(tuple(cuts), (*(each.move for each in found), move), [None] * (len(found) + 1), name)

    def _edge(self, node: Node, move: Move, happens: Move) -> Edge:
        self._restore(node.situation)
        planned = self.engine.planned_instead(move, node.look.faulty)
        self.engine.happen(planned or (self.engine.meet(move, happens) if happens != move else move))
        target = self._settle()
        return Edge(target, self._carries(_running(node, target), target))

    def _settle(self) -> Node:
        """Whatever has to come at once comes; then time decides, or nothing is left."""
        look = self.engine.look()
        while look.forced is not None:
            self.engine.happen(look.forced)
            look = self.engine.look()
        situation = self._situation()
        found = self.nodes.get(situation)
        return found if found is not None else self._node(situation, look)

    def _node(self, situation: Situation, look: Look) -> Node:
        odds = self.odds
        moves = (move for _, move in look.ready)
        delays = tuple(delay_of(self.flow, situation.world, move, odds.slow, situation.crashes) for move in moves)
        node = Node(-1 if self.is_full else len(self.nodes), situation, look, delays)
        if not look.ready:
            node.ending = ending_of(self.engine.trace())
        if node.index >= 0:
            self.nodes[situation] = node
        return node

    def _carries(self, before: dict[tuple[object, ...], int], target: Node) -> tuple[Carry, ...]:
        moves = [move for _, move in target.look.ready]
        return tuple(
            Carry(
                before.get(timer_of(move), -1),
                before.get(request_of(move), -1),
                delay.fixed_s,
                is_of_the_run(move),
                delay,
            )
            for move, delay in zip(moves, target.delays, strict=True)
        )

    def _situation(self) -> Situation:
        engine = self.engine
        return Situation(
            engine.world,
            frozenset(engine.deadlines_over),
            frozenset(engine.copied),
            frozenset(engine.interrupted),
            frozenset(engine.used),
            frozenset(engine.compensated),
            frozenset(engine.disorders),
            engine.crashes,
        )

    def _restore(self, situation: Situation) -> None:
        engine = self.engine
        engine.world = situation.world
        engine.deadlines_over = set(situation.deadlines_over)
        engine.copied = set(situation.copied)
        engine.interrupted = set(situation.interrupted)
        engine.used = set(situation.used)
        engine.compensated = sorted(situation.compensated)
        engine.disorders = dict.fromkeys(sorted(situation.disorders))
        engine.crashes = situation.crashes
        engine.pending = None
        engine.moments.clear()
        engine.executed.clear()


def _running(node: Node, target: Node) -> dict[tuple[object, ...], int]:
    """The timers that may go on; a restart of the saga starts those of its steps anew."""
    if target.situation.world.state.restarts == node.situation.world.state.restarts:
        return node.timers
    return {timer: place for timer, place in node.timers.items() if timer[0] in OUTLIVE_A_RESTART}


def too_long(flow: Flow, most: int) -> UsageError:
    """The refusal of a run that does not end."""
    return UsageError(
        f"a run of `{flow.saga.id}` has not ended after {most} moves",
        help="let it try less often: `--max-tries`, or smaller `attempts`",
    )
