"""Stage 1: each step alone against the most general rest of the world, faults without number.

Steps that behave alike are explored once; a defect that is found becomes a run of the whole saga.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from itertools import product
from typing import NamedTuple

from sagactl.evidence.story import Told, tell
from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import StepState
from sagactl.world.alone import Alone, alone
from sagactl.world.explore import MAX_WORLDS, Found, Judge, explore, shortest
from sagactl.world.lift import Lifted, lift
from sagactl.world.properties import violations
from sagactl.world.tables import Edge, Tables


class Explored(NamedTuple):
    """One step alone, and what was found of it."""

    small: Alone
    tables: Tables
    found: Found

    def breaks(self, property: str) -> bool:
        return any(broken.property == property for broken in self.found.broken)


class Way(NamedTuple):
    """A shortest way to a defect, for the step alone and as a run of its saga (None where the saga has no such run)."""

    explored: Explored
    edges: tuple[Edge, ...]
    run: Lifted | None
    property: str = ""


class Memory:
    """What was explored so far, by policy; several sagas may share it, as steps that behave alike are many."""

    def __init__(self) -> None:
        self.tables: dict[Hashable, Tables] = {}
        self.whole: dict[Hashable, Explored] = {}
        self.first: dict[Hashable, Explored] = {}
        self.ways: dict[tuple[Hashable, frozenset[str], bool], tuple[Edge, ...] | None] = {}


class Steps:
    """The steps of one verification."""

    def __init__(self, memory: Memory, limit: int = MAX_WORLDS, is_over: Callable[[], bool] = lambda: False) -> None:
        self.memory, self.limit, self.is_over = memory, limit, is_over
        self._used: dict[Hashable, int] = {}

    @property
    def worlds(self) -> int:
        """How many worlds were looked at for the steps of this verification."""
        return sum(self._used.values())

    def explore(self, flow: Flow, plan: FlowStep, *, stop: bool = False) -> Explored:
        """What can become of the step; with `stop`, no more than whether something breaks."""
        small = alone(flow, plan, plan.promises, plan.undo_promises)
        whole, first = self.memory.whole, self.memory.first
        known = whole.get(small.key) or (first.get(small.key) if stop else None)
        if known is None:
            tables = self._tables(small)
            found = explore(tables, (small.step,), self.limit, self.is_over, stop=stop)
            known = Explored(small, tables, found)
            if found.complete or not self.is_over():
                (first if stop and not found.complete else whole)[small.key] = known
        self._used[small.key] = max(known.found.worlds, self._used.get(small.key, 0))
        return known

    def _tables(self, small: Alone) -> Tables:
        """The tables of a policy: worlds are numbers in them, so all that is remembered must be in the same ones."""
        tables = self.memory.tables.get(small.key)
        if tables is None:
            tables = self.memory.tables[small.key] = small.tables()
        return tables

    def shown(self, flow: Flow, plan: FlowStep, properties: frozenset[str]) -> Told | None:
        """The shortest run that breaks one of the properties, told; nothing else is looked at."""
        small = alone(flow, plan, plan.promises, plan.undo_promises)
        explored = Explored(small, self._tables(small), Found(0, (), {}, False))
        way = self.way(flow, plan, explored, properties)
        return tell(flow, plan, way.run.moves) if way is not None and way.run is not None else None

    def way(self, flow: Flow, plan: FlowStep, explored: Explored, properties: frozenset[str]) -> Way | None:
        """The shortest run that breaks one of the properties, or None where the limit keeps it from being found.

        Where the next step is the pivot, the run cannot be cancelled between the two; so a way that the saga does not
        have is looked for again without such a cancel, and then with a pivot that fails.
        """
        first = None
        for patient, early in product((False, True), repeat=2):
            edges = self._edges(explored, properties, early)
            if edges is None:
                continue
            property = self._broken_by(explored, edges, properties)
            way = self._retold(flow, plan, explored, edges, property, patient=patient)
            if way.run is not None and _shows(flow, plan, way.run, property):
                return way
            first = first or way._replace(run=None)
        return first

    def _edges(self, explored: Explored, properties: frozenset[str], early: bool) -> tuple[Edge, ...] | None:
        tables, step = explored.tables, explored.small.step
        key = (explored.small.key, properties, early)
        if key not in self.memory.ways:
            judge = Judge(tables, (step,))
            wanted = {(property, step) for property in properties}
            self.memory.ways[key] = shortest(
                tables,
                lambda world: not wanted.isdisjoint(judge.broken(world)),
                self.limit,
                _no_late_cancel(tables, step) if early else None,
            )
        return self.memory.ways[key]

    def _broken_by(self, explored: Explored, edges: tuple[Edge, ...], properties: frozenset[str]) -> str:
        judge = Judge(explored.tables, (explored.small.step,))
        last = edges[-1][1] if edges else explored.tables.begin()
        return next(name for name, _ in judge.broken(last) if name in properties)

    def way_to(
        self, flow: Flow, plan: FlowStep, is_there: Callable[[StepState], bool], *, at_rest: bool = True
    ) -> Way | None:
        """The shortest run after which the step is recorded so; with `at_rest`, once nothing is in flight any more."""
        explored = self.explore(flow, plan)
        tables, step = explored.tables, explored.small.step

        def is_goal(world: int) -> bool:
            return is_there(tables.record_of(world).steps[step]) and (not at_rest or tables.is_at_rest(world))

        ways = [shortest(tables, is_goal, self.limit, allows) for allows in (None, _no_late_cancel(tables, step))]
        for patient, edges in product((False, True), filter(None, ways)):
            way = self._retold(flow, plan, explored, edges, patient=patient)
            if way.run is not None and (not at_rest or is_there(way.run.world.state.steps[plan.index])):
                return way
        return Way(explored, ways[0], None) if ways[0] is not None else None

    def refused(self, flow: Flow, plan: FlowStep) -> Way | None:
        """The shortest run in which a definite no leaves the step for people, the pivot being done."""
        small = alone(flow, plan, plan.promises, plan.undo_promises)
        says_no = {"reject"} if plan.step.wait is None else {"reject", "request-lost"}
        small = small._replace(faults=small.faults & says_no)
        tables = small.tables()

        def is_goal(world: int) -> bool:
            return tables.record_of(world).steps[small.step].record == "stuck"

        explored = Explored(small, tables, explore(tables, (small.step,), self.limit))
        edges = shortest(tables, is_goal, self.limit)
        return None if edges is None else self._retold(flow, plan, explored, edges)

    def _retold(
        self,
        flow: Flow,
        plan: FlowStep,
        explored: Explored,
        edges: tuple[Edge, ...],
        property: str = "",
        *,
        patient: bool = False,
    ) -> Way:
        small = alone(flow, plan, plan.promises, plan.undo_promises)._replace(step=explored.small.step)
        return Way(explored, edges, lift(flow, plan, small, explored.tables, edges, patient=patient), property)


def _shows(flow: Flow, plan: FlowStep, run: Lifted, property: str) -> bool:
    """Whether the property is broken at the end of the run, as the whole saga judges it.

    Of an earlier try of the saga it only knows that nothing should be left of it, which is S6.
    """
    same = {property, "S6"} if run.world.past and property == "S5" else {property}
    return any(each.property in same and each.step == plan.id for each in violations(flow, run.world))


def _no_late_cancel(tables: Tables, step: int) -> Callable[[int, Edge], bool]:
    """Which moves are left if the run is not cancelled once the step is done."""
    return lambda world, edge: edge[3].kind != "cancel" or tables.record_of(world).steps[step].record != "done"
