"""Steps that are not alone, explored together: what becomes of one depends on what became of another.

Every run of them is looked at, with two faults at most, those with the fewest first; what the other steps of the saga
do comes in one order, as nothing in the group depends on it.  These are worlds of the whole saga, so what is found is
a run of it.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final, NamedTuple

from sagactl.evidence.story import Told, fault_of, tell
from sagactl.flow import Flow
from sagactl.world.alone import plainer
from sagactl.world.kept_moves import move_json
from sagactl.world.parts import Move, World
from sagactl.world.ways import way_to
from sagactl.world.world import apply, begin, moves, overdue

MAX_FAULTS: Final = 2
MAX_WORLDS: Final = 20_000

INTERRUPTIONS: Final = ("cancel", "deadline", "crash")


class Defect(NamedTuple):
    """A property that a world breaks, the step that breaks it, and how; `about` is another step, if that is told of."""

    property: str
    step: str
    explanation: str
    about: str = ""


class Run(NamedTuple):
    """A shortest run to a defect, as moves that can be made again (none where more tries keep it from that)."""

    defect: Defect
    told: Told
    moves: tuple[dict[str, Any], ...]


class Seen(NamedTuple):
    """What is wrong with a group, how many worlds were looked at, and whether that was all of them."""

    runs: tuple[Run, ...]
    worlds: int
    complete: bool


def explore_group(
    flow: Flow,
    steps: tuple[int, ...],
    broken: Callable[[World], Iterable[Defect]],
    is_over: Callable[[], bool] = lambda: False,
    *,
    stop: bool = False,
) -> Seen:
    """The first defect of each property that `broken` finds; with `stop`, no more than the first of all."""
    group = _Group(flow, steps, broken, is_over)
    complete = group.explore(stop=stop)
    return Seen(tuple(group.found.values()), len(group.came), complete)


class _Group:
    """The worlds that were seen, each with the one before it and the move between the two."""

    def __init__(
        self,
        flow: Flow,
        steps: tuple[int, ...],
        broken: Callable[[World], Iterable[Defect]],
        is_over: Callable[[], bool],
    ) -> None:
        self.real, self.flow, self.steps = flow, plainer(flow), steps
        self.broken, self.is_over = broken, is_over
        self.came: dict[World, tuple[World, Move] | None] = {begin(self.flow).world: None}
        self.found: dict[str, Run] = {}

    def explore(self, *, stop: bool) -> bool:
        ring = list(self.came)
        for number in range(MAX_FAULTS + 1):
            outer: list[World] = []
            waiting = deque(ring)
            while waiting:
                world = waiting.popleft()
                self._look(world)
                if stop and self.found:
                    return False
                for move in self._moves(world):
                    after, is_fault = apply(self.flow, world, move).world, bool(fault_of(world, move))
                    if after in self.came or (is_fault and number == MAX_FAULTS):
                        continue
                    if len(self.came) >= MAX_WORLDS or self.is_over():
                        return False
                    self.came[after] = world, move
                    (outer if is_fault else waiting).append(after)
            ring = outer
        return True

    def _moves(self, world: World) -> Iterator[Move]:
        """All that can happen to the steps and to the run; of the others what comes first, without a fault.

        Where nothing happens of itself, the driver gives up, as a rehearsal does.
        """
        other: Move | None = None
        waits = True
        for move in moves(self.flow, world):
            is_fault = bool(fault_of(world, move))
            waits = waits and is_fault
            if move.step in self.steps or move.kind in ("decide", *INTERRUPTIONS):
                yield move
            elif other is None and not is_fault:
                other = move
        last = overdue(self.flow, world) if waits else other
        if last is not None:
            yield last

    def _look(self, world: World) -> None:
        for defect in self.broken(world):
            if defect.property not in self.found:
                self.found[defect.property] = self._run(defect, world)

    def _run(self, defect: Defect, world: World) -> Run:
        made = way_to(world, self.came)
        again = _again(self.real, made)
        told = tell(self.real if again else self.flow, self.real[defect.about or defect.step], again or made)
        return Run(defect, told, tuple(move_json(self.real, move) for move in again))


def _again(flow: Flow, made: tuple[Move, ...]) -> tuple[Move, ...]:
    """The moves, if the saga has them with all its tries, too; nothing otherwise."""
    world = begin(flow).world
    for move in made:
        if move.kind != "give-up" and move not in moves(flow, world):
            return ()
        world = apply(flow, world, move).world
    return made
