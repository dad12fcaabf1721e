"""Every run, not the ones somebody thought of: all that can be reached, and the shortest way to what is wrong."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from heapq import heappop, heappush
from typing import Final, NamedTuple

from sagactl.machine.state import Record, StepState
from sagactl.world.local import Local
from sagactl.world.properties import PROPERTIES, Property
from sagactl.world.tables import BITS, MASK, Edge, Tables
from sagactl.world.ways import way_to

MAX_WORLDS: Final = 1_000_000
"""Of one exploration, unless the call says otherwise; one step needs some thousand."""

AT_ONCE: Final = frozenset({"S1", "S2", "S3"})
"""Properties that are lost for good the moment they break; the others are judged once nothing is in flight."""


class Broken(NamedTuple):
    """A property that a step does not keep, in a world that shows it."""

    property: str
    step: int
    world: int


class Found(NamedTuple):
    """What an exploration saw: how many worlds, what broke first of each kind, and how steps may end.

    `ends` holds, for each step that was looked at, its records at rest, each with a world that shows it; `complete`
    is False when the exploration met its limit.
    """

    worlds: int
    broken: tuple[Broken, ...]
    ends: dict[tuple[int, Record], int]
    complete: bool


def explore(
    tables: Tables,
    steps: tuple[int, ...],
    limit: int = MAX_WORLDS,
    is_over: Callable[[], bool] = lambda: False,
    *,
    stop: bool = False,
) -> Found:
    """All worlds that can be reached with any number of faults; with `stop`, no further than the first defect.

    `is_over` says that the time is up.
    """
    judge = Judge(tables, steps)
    begin = tables.begin()
    seen = {begin}
    waiting = [begin]
    looked = 0
    while waiting:
        world = waiting.pop()
        judge.look(world)
        if stop and judge.defects:
            return judge.found(len(seen), complete=False)
        free, faulty = tables.after(world)
        if len(seen) > limit or (looked % CHECK == 0 and is_over()):
            return judge.found(len(seen), complete=False)
        looked += 1
        for after in (*free, *faulty):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return judge.found(len(seen), complete=True)


def explore_within(
    tables: Tables, steps: tuple[int, ...], faults: int, limit: int, is_over: Callable[[], bool] = lambda: False
) -> Iterator[Found]:
    """All worlds that can be reached with so many faults at most: what was found after none of them, after one, …

    Each world is looked at with the fewest faults that lead to it.  `is_over` says that the time is up.
    """
    judge = Judge(tables, steps)
    seen: set[int] = set()
    ring = {tables.begin()}
    looked = 0
    for number in range(faults + 1):
        outer: set[int] = set()
        waiting = [world for world in ring if world not in seen]
        seen |= ring
        while waiting:
            world = waiting.pop()
            judge.look(world)
            free, faulty = tables.after(world)
            for after in free:
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
            if number < faults:
                outer.update(faulty)
            if len(seen) > limit or (looked % CHECK == 0 and is_over()):
                yield judge.found(len(seen), complete=False)
                return
            looked += 1
        yield judge.found(len(seen), complete=True)
        ring = outer - seen


CHECK: Final = 1_024
"""So many worlds between two looks at the clock."""


class Judge:
    """The properties of some steps, asked of worlds as numbers."""

    def __init__(self, tables: Tables, steps: tuple[int, ...]) -> None:
        self.tables, self.steps = tables, steps
        self.defects: dict[tuple[str, int], Broken] = {}
        self.ends: dict[tuple[int, Record], int] = {}
        self._shifts = tuple((step, BITS * step, dict[int, tuple[str, ...]]()) for step in steps)
        self._judged = dict.fromkeys(steps, 0)
        self._met = 0
        self._is_clean = True
        self._resting: dict[tuple[int, StepState, Local], tuple[str, ...]] = {}

    def look(self, world: int) -> None:
        """Notes what is broken here, and how steps end."""
        rests = self.tables.is_at_rest(world)
        if self._met != self.tables.met:
            self._judge_locals()
        if self._is_clean and not rests:
            return
        for name, step in self._broken_here(world, rests):
            if (name, step) not in self.defects:
                self.defects[name, step] = Broken(name, step, world)
        if rests:
            state = self.tables.record_of(world)
            for step in self.steps:
                self.ends.setdefault((step, state.steps[step].record), world)

    def found(self, worlds: int, *, complete: bool) -> Found:
        return Found(worlds, tuple(self.defects.values()), dict(self.ends), complete)

    def broken(self, world: int) -> list[tuple[str, int]]:
        """The properties that do not hold here, with the steps that break them."""
        return self._broken_here(world, self.tables.is_at_rest(world))

    def _broken_here(self, world: int, rests: bool) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        for step, shift, known in self._shifts:
            at = world >> shift & MASK
            if at:
                names = known.get(at)
                if names is None:
                    names = known[at] = self._lasting_of(step, at)
                if names:
                    found += [(name, step) for name in names]
        if rests:
            state = self.tables.record_of(world)
            for step in self.steps:
                local = self.tables.local_of(world, step)
                found += [(name, step) for name in self._resting_of(step, state.steps[step], local)]
        return found

    def _judge_locals(self) -> None:
        """As long as no local state breaks what is lost for good, no world has to be taken apart."""
        self._met = self.tables.met
        for step, judged in self._judged.items():
            self._judged[step] = number = len(self.tables.locals[step])
            if any(self._lasting_of(step, at) for at in range(judged, number)):
                self._is_clean = False

    def _lasting_of(self, step: int, at: int) -> tuple[str, ...]:
        local = self.tables.locals[step][at]
        return self._broken(step, StepState(), local, [law for law in PROPERTIES if law.name in AT_ONCE])

    def _resting_of(self, step: int, state: StepState, local: Local) -> tuple[str, ...]:
        key = (step, state, local)
        known = self._resting.get(key)
        if known is None:
            laws = [law for law in PROPERTIES if law.name not in AT_ONCE]
            known = self._resting[key] = self._broken(step, state, local, laws)
        return known

    def _broken(self, step: int, state: StepState, local: Local, laws: list[Property]) -> tuple[str, ...]:
        plan, any_state = self.tables.flow.steps[step], self.tables.records[0]
        if not plan.has_effects:
            return ()
        return tuple(law.name for law in laws if law.broken(plan, state, local.truth, any_state))


def shortest(
    tables: Tables,
    goal: Callable[[int], bool],
    limit: int = MAX_WORLDS,
    allows: Callable[[int, Edge], bool] | None = None,
) -> tuple[Edge, ...] | None:
    """The way to a goal with the fewest faults, and among those the fewest moves; None if there is none.

    Equal ways are told apart by the order of the moves, so the answer is always the same.  `allows` says which edges
    may be taken from a world; all of them if it is None.
    """
    begin = tables.begin()
    best: dict[int, tuple[int, int]] = {begin: (0, 0)}
    came: dict[int, tuple[int, Edge]] = {}
    waiting: list[tuple[int, int, int, int]] = [(0, 0, 0, begin)]
    made = 0
    while waiting:
        faults, length, _, world = heappop(waiting)
        if best[world] < (faults, length):
            continue
        if goal(world):
            return way_to(world, came)
        for edge in tables.edges(world):
            if allows is not None and not allows(world, edge):
                continue
            reached, after = (faults + edge[0], length + 1), edge[1]
            if after not in best or reached < best[after]:
                if len(best) >= limit:
                    return None
                made += 1
                best[after], came[after] = reached, (world, edge)
                heappush(waiting, (*reached, made, after))
    return None
