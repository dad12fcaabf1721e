"""Stage 1: each step alone against the most general rest of the world, faults without number.

Steps that behave alike are explored once; a defect that is found becomes a run of the whole saga.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from typing import NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import StepState
from sagactl.world.explore import MAX_WORLDS, Alone, Found, Judge, alone, explore, shortest
from sagactl.world.lift import Lifted, lift
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


class Steps:
    """The steps that were explored so far, remembered by their policy."""

    def __init__(self, limit: int = MAX_WORLDS, is_over: Callable[[], bool] = lambda: False) -> None:
        self.limit, self.is_over = limit, is_over
        self.worlds = 0
        self._known: dict[tuple[Hashable, bool], Explored] = {}
        self._ways: dict[tuple[Hashable, frozenset[str]], tuple[Edge, ...] | None] = {}

    def explore(self, flow: Flow, plan: FlowStep, *, stop: bool = False) -> Explored:
        """What can become of the step; with `stop`, no more than whether something breaks."""
        small = alone(flow, plan, plan.promises, plan.undo_promises)
        known = self._known.get((small.key, False)) or self._known.get((small.key, stop))
        if known is None:
            tables = small.tables()
            known = Explored(small, tables, explore(tables, (small.step,), self.limit, self.is_over, stop=stop))
            self._known[small.key, stop] = known
            self.worlds += known.found.worlds
        return known

    def way(self, flow: Flow, plan: FlowStep, explored: Explored, properties: frozenset[str]) -> Way | None:
        """The shortest run that breaks one of the properties, or None where the limit keeps it from being found."""
        tables, step = explored.tables, explored.small.step
        judge = Judge(tables, (step,))
        key = (explored.small.key, properties)
        if key not in self._ways:
            wanted = {(property, step) for property in properties}
            self._ways[key] = shortest(tables, lambda world: not wanted.isdisjoint(judge.broken(world)), self.limit)
        edges = self._ways[key]
        if edges is None:
            return None
        last = edges[-1][1] if edges else tables.begin()
        property = next(name for name, _ in judge.broken(last) if name in properties)
        return self._retold(flow, plan, explored, edges, property)

    def way_to(
        self, flow: Flow, plan: FlowStep, is_there: Callable[[StepState], bool], *, at_rest: bool = True
    ) -> Way | None:
        """The shortest run after which the step is recorded so; with `at_rest`, once nothing is in flight any more."""
        explored = self.explore(flow, plan)
        tables, step = explored.tables, explored.small.step

        def is_goal(world: int) -> bool:
            return is_there(tables.record_of(world).steps[step]) and (not at_rest or tables.is_at_rest(world))

        return self._retold(flow, plan, explored, shortest(tables, is_goal, self.limit))

    def refused(self, flow: Flow, plan: FlowStep) -> Way | None:
        """The shortest run in which a definite no leaves the step for people, the pivot being done."""
        small = alone(flow, plan, plan.promises, plan.undo_promises)
        small = small._replace(faults=small.faults & {"reject"})
        tables = small.tables()

        def is_goal(world: int) -> bool:
            return tables.record_of(world).steps[small.step].record == "stuck"

        explored = Explored(small, tables, explore(tables, (small.step,), self.limit))
        return self._retold(flow, plan, explored, shortest(tables, is_goal, self.limit))

    def _retold(
        self, flow: Flow, plan: FlowStep, explored: Explored, edges: tuple[Edge, ...] | None, property: str = ""
    ) -> Way | None:
        if edges is None:
            return None
        small = alone(flow, plan, plan.promises, plan.undo_promises)._replace(step=explored.small.step)
        return Way(explored, edges, lift(flow, plan, small, explored.tables, edges), property)
