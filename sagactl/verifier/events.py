"""The form that nobody leads: every failure has to reach those who must undo, in whatever order events arrive.

Two failures at most, every order of events; and a cancel and the deadline at every moment of the way without a fault,
from there on in the usual order.  What a step does alone is the same in both styles and is looked at elsewhere.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow
from sagactl.trace import Moment
from sagactl.verdict import Counterexample
from sagactl.world.by_style import BY_STYLE, AnyWorld
from sagactl.world.explore import plainer
from sagactl.world.parts import Move
from sagactl.world.properties import violations

MAX_FAULTS: Final = 2
MAX_WORLDS: Final = 20_000
MAX_MOVES: Final = 5_000
MAX_LINES: Final = 10

FAILURES: Final = frozenset({"", "reject", "fail", "compensation-fail", "send-lost", "write-lost"})
"""What is tried: an event of a participant with an outbox is not lost, and repeated events change nothing."""

INTERRUPTIONS: Final = ("cancel", "deadline")
WORDS: Final = {
    "published": "`{step}` publishes {detail}",
    "heard": "`{step}` hears {detail}",
    "executed": "`{step}` is done",
    "turned-down": "REJECTED: `{step}` says no ({detail})",
    "broke": "FAILS: `{step}` does not work",
    "undo-executed": "`{step}` is undone",
    "lost": "LOST: what `{step}` tells never arrives",
    "dead-letter": "`{step}` goes to the dead letters: {detail}",
    "cancel": "CANCEL: somebody takes the run back",
    "deadline": "DEADLINE: the time of the run is over",
}


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
    search = _Search(plainer(flow))
    complete = search.failures()
    search.interruptions()
    return Heard(tuple(search.found.values()), len(search.came), complete)


class _Search:
    """The worlds that were seen, each with the one before it and the move between the two."""

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self.conduct = BY_STYLE["choreography"]
        begin: Any = self.conduct.begin(flow).world
        self.came: dict[AnyWorld, tuple[AnyWorld, Move] | None] = {begin: None}
        self.rings: list[list[AnyWorld]] = [[begin]]
        self.found: dict[tuple[str, str], Counterexample] = {}

    def failures(self) -> bool:
        """Every order of events, with more and more failures; False where there are too many worlds."""
        for number in range(MAX_FAULTS + 1):
            ring = self.rings[number]
            self.rings.append([])
            waiting = list(ring)
            while waiting:
                world = waiting.pop()
                self._look(world)
                for move, after in self._after(world):
                    if after in self.came or (move.fault and number == MAX_FAULTS):
                        continue
                    if len(self.came) >= MAX_WORLDS:
                        return False
                    self.came[after] = world, move
                    if move.fault:
                        self.rings[number + 1].append(after)
                    else:
                        waiting.append(after)
                        ring.append(after)
        return True

    def _after(self, world: Any) -> Iterator[tuple[Move, AnyWorld]]:
        for move in self.conduct.moves(self.flow, world):
            if move.fault in FAILURES and move.kind not in INTERRUPTIONS:
                yield move, self.conduct.apply(self.flow, world, move).world

    def interruptions(self) -> None:
        """A cancel and a deadline at every moment of the way without a fault."""
        for world in self.rings[0]:
            if not world.ended:  # type: ignore[union-attr]
                kinds = [move for move in self.conduct.moves(self.flow, world) if move.kind in INTERRUPTIONS]
                for move in kinds:
                    self._play(world, move)

    def _play(self, world: Any, move: Move | None) -> None:
        """The run from here on in the usual order."""
        for _ in range(MAX_MOVES):
            if move is None:
                break
            before, world = world, self.conduct.apply(self.flow, world, move).world
            self.came.setdefault(world, (before, move))
            usual = (each for each in self.conduct.moves(self.flow, world) if not each.fault)
            move = next((each for each in usual if each.kind not in INTERRUPTIONS), None)
        self._look(world)

    # -- what is wrong

    def _look(self, world: Any) -> None:
        """Whether a run that stands still has ended, and as it should."""
        if world.messages or world.notices or any(not move.fault for move, _ in self._after(world)):
            return
        if not world.ended:
            waits = self.conduct.overdue(self.flow, world)
            if waits is not None:
                self._add("S8", self.flow.steps[waits.step].id, waits.detail, world)
        for broken in violations(self.flow, world):
            if not broken.promise:
                self._add(broken.property, broken.step, broken.explanation, world)

    def _add(self, property: str, step: str, explanation: str, world: AnyWorld) -> None:
        if (property, step) not in self.found:
            moves = self._way(world)
            faults = tuple(self._address(move) for move in moves if move.fault or move.kind in INTERRUPTIONS)
            story = tuple(self._story(moves))
            self.found[property, step] = Counterexample(property, step, explanation, faults=faults, story=story)

    def _way(self, world: AnyWorld) -> tuple[Move, ...]:
        made: list[Move] = []
        step = self.came[world]
        while step is not None:
            world, move = step
            made.append(move)
            step = self.came[world]
        return tuple(reversed(made))

    def _address(self, move: Move) -> str:
        step = self.flow.steps[move.step].id if move.step >= 0 else self.flow.steps[self.flow.order[0]].id
        return f"{step}:{move.fault or move.kind}"

    def _story(self, moves: tuple[Move, ...]) -> Iterator[str]:
        first = self.conduct.begin(self.flow)
        world: Any = first.world
        told = list(_lines(first.moments))
        for move in moves:
            step = self.conduct.apply(self.flow, world, move)
            world = step.world
            told += _lines(step.moments)
        yield from told if len(told) <= MAX_LINES else (*told[:3], "…", *told[-(MAX_LINES - 4) :])


def _lines(moments: tuple[Moment, ...]) -> Iterator[str]:
    for moment in moments:
        words = WORDS.get(moment.what)
        if words is not None:
            yield words.format(step=moment.step, detail=moment.detail)
