"""The form that nobody leads: every failure has to reach those who must undo, in whatever order events arrive.

Two failures at most, every order of events; and a cancel and the deadline at every moment of the way without a fault,
from there on in the usual order.  What a step does alone is the same in both styles; what breaks there is looked for
again as a run of this form.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from typing import Final, NamedTuple

from sagactl.flow import Flow
from sagactl.verdict import Counterexample
from sagactl.verifier.hearing import INTERRUPTIONS, ending, tell
from sagactl.world.alone import plainer
from sagactl.world.choreography import apply, begin, moves
from sagactl.world.parts import Move
from sagactl.world.properties import violations
from sagactl.world.views import EventWorld
from sagactl.world.ways import way_to

MAX_FAULTS: Final = 2
MAX_WORLDS: Final = 20_000
MAX_MOVES: Final = 5_000

FAILURES: Final = frozenset({"", "reject", "fail", "compensation-fail", "send-lost", "write-lost"})
"""What is tried: an event of a participant with an outbox is not lost, and repeated events change nothing."""

ALONE: Final = FAILURES | {"duplicate", "compensation-duplicate", "key-expired"}
"""What is tried at a step that breaks something: where it gets its work twice, the promises of its participant show."""


class Heard(NamedTuple):
    """What breaks when nobody leads, how many worlds were seen, and whether all of them were."""

    violations: tuple[Counterexample, ...]
    worlds: int
    complete: bool


def is_led(flow: Flow) -> bool:
    """Whether somebody leads: unless the definition says otherwise, or a step starts on another one's failure."""
    return flow.saga.style != "choreography" and not any(plan.reacts for plan in flow.steps)


def events(flow: Flow) -> Heard:
    """All runs that nobody leads, with two failures at most."""
    search = _Search(flow, lambda move: move.fault in FAILURES and move.kind not in INTERRUPTIONS)
    complete = search.rings_of(MAX_FAULTS)
    search.interruptions()
    return Heard(tuple(search.found.values()), len(search.came), complete)


def choreographed(flow: Flow, step: str, properties: Iterable[str]) -> Counterexample | None:
    """A run that nobody leads in which the step breaks one of the properties; None where a short search finds none."""
    wanted = frozenset((property, step) for property in properties)
    search = _Search(flow, _beside(flow.index[step]), wanted)
    search.rings_of(MAX_FAULTS + 1)
    return next((found for key, found in search.found.items() if key in wanted), None)


def _beside(step: int) -> Callable[[Move], bool]:
    """Everything at the step itself, failures at the others, and a cancel at any time."""
    return lambda move: move.kind != "deadline" and move.fault in (ALONE if move.step == step else FAILURES)


class _Search:
    """The worlds that were seen, each with the one before it and the move between the two.

    `wanted` ends the search once any of it was found, and takes a property for broken whatever it hangs on.
    """

    def __init__(
        self, flow: Flow, allows: Callable[[Move], bool], wanted: frozenset[tuple[str, str]] = frozenset()
    ) -> None:
        self.real, self.flow = flow, plainer(flow)
        self.allows, self.wanted = allows, wanted
        world = begin(self.flow).world
        self.came: dict[EventWorld, tuple[EventWorld, Move] | None] = {world: None}
        self.rings: list[list[EventWorld]] = [[world]]
        self.found: dict[tuple[str, str], Counterexample] = {}

    def rings_of(self, most: int) -> bool:
        """Every order of events, with more and more faults; False where there are too many worlds."""
        for number in range(most + 1):
            ring = self.rings[number]
            self.rings.append([])
            waiting = deque(ring)
            while waiting:
                world = waiting.popleft()
                self._look(world)
                if not self.wanted.isdisjoint(self.found):
                    return True
                for move, after in self._after(world):
                    if after in self.came or (_is_fault(move) and number == most):
                        continue
                    if len(self.came) >= MAX_WORLDS:
                        return False
                    self.came[after] = world, move
                    if _is_fault(move):
                        self.rings[number + 1].append(after)
                    else:
                        waiting.append(after)
                        ring.append(after)
        return True

    def _after(self, world: EventWorld) -> Iterator[tuple[Move, EventWorld]]:
        for move in moves(self.flow, world):
            if self.allows(move):
                yield move, apply(self.flow, world, move).world

    def interruptions(self) -> None:
        """A cancel and a deadline at every moment of the way without a fault."""
        for world in self.rings[0]:
            if not world.ended:
                kinds = [move for move in moves(self.flow, world) if move.kind in INTERRUPTIONS]
                for move in kinds:
                    self._play(world, move)

    def _play(self, world: EventWorld, move: Move | None) -> None:
        """The run from here on in the usual order."""
        for _ in range(MAX_MOVES):
            if move is None:
                break
            before, world = world, apply(self.flow, world, move).world
            self.came.setdefault(world, (before, move))
            move = next((each for each in moves(self.flow, world) if not _is_fault(each)), None)
        self._look(world)

    # -- what is wrong

    def _look(self, world: EventWorld) -> None:
        """Whether a run that stands still has ended, and as it should."""
        if world.messages or world.notices or any(not _is_fault(move) for move, _ in self._after(world)):
            return
        waits = ending(self.flow, world)
        if waits is not None:
            self._add("S8", self.flow.steps[waits.step].id, waits.detail, (*way_to(world, self.came), waits))
        for broken in violations(self.flow, world):
            if not broken.promise or (broken.property, broken.step) in self.wanted:
                self._add(broken.property, broken.step, broken.explanation, way_to(world, self.came))

    def _add(self, property: str, step: str, explanation: str, made: tuple[Move, ...]) -> None:
        if (property, step) not in self.found:
            told = tell(self.real, self.flow, made)
            self.found[property, step] = Counterexample(
                property, step, explanation, told.faults, told.moves, told.moments, told.story, style="choreography"
            )


def _is_fault(move: Move) -> bool:
    return bool(move.fault) or move.kind in INTERRUPTIONS
