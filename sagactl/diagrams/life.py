"""What becomes of a run as a whole: the stages that it can go through, and what leads from one to the next.

The machine is asked about the saga at hand.  Everything that can happen is made to happen once, on a way on which
all else goes well, so that the work grows with the steps and not with the states: which stages there are, and what
leads to them, does not depend on how often something goes wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.flow import Flow
from sagactl.machine import events as e
from sagactl.machine.state import FORWARD, PARKED, State, outcome, pivot_committed, status
from sagactl.machine.transition import start, transition
from sagactl.trace import RunOutcome, Status
from sagactl.world.skeleton import Turn, bare_state, one_try, turns

MAX_TURNS: Final = 200_000
"""A saga of 100 steps needs about 30,000."""

GIVEN_UP: Final = "given up"
ENDS: Final = "ends"
RESTARTS: Final = "restarts"


class Stage(NamedTuple):
    """Where a run as a whole stands: how it ended if it has, and whether its point of no return is behind it."""

    status: Status
    outcome: RunOutcome | None = None
    past_return: bool = False


class Passage(NamedTuple):
    """From one stage to the next: what happened, to which step (empty for the run as a whole).

    Into an end nothing leads but what is left: `step` is one that is parked, empty where none is.
    """

    before: Stage
    after: Stage
    what: str
    step: str = ""


class Life(NamedTuple):
    """All passages, in the order in which they were found, and what changes nothing where it happens."""

    stages: tuple[Stage, ...]
    passages: tuple[Passage, ...]
    idle: tuple[tuple[Stage, str], ...]
    complete: bool = True


def life(flow: Flow) -> Life:
    """The life of the runs of a saga."""
    return _Search(flow).result()


class _Search:
    def __init__(self, flow: Flow) -> None:
        self.flow = one_try(flow, restarts=True)
        self.stages: dict[Stage, None] = {}
        self.passages: dict[Passage, None] = {}
        self.idle: dict[tuple[Stage, str], None] = {}
        self.happened: set[tuple[object, ...]] = set()
        self.seen: set[State] = set()
        self.waiting: list[State] = []
        self.left = MAX_TURNS

    def result(self) -> Life:
        begin = bare_state(start(self.flow)[0])
        self.stages[self.stage(begin)] = None
        self.waiting.append(begin)
        while self.waiting and self.left > 0:
            self.look(self.waiting.pop())
        moving = {(passage.before, passage.what) for passage in self.passages}
        idle = tuple(each for each in self.idle if each not in moving)
        return Life(tuple(self.stages), tuple(self.passages), idle, complete=self.left > 0)

    def look(self, state: State) -> None:
        """Goes on from a state by every turn that has not been taken anywhere, or by one if there is none."""
        if state in self.seen:
            return
        self.seen.add(state)
        good, bad = self.sorted_turns(state)
        fresh = [turn for turn in (*good, *bad) if self.key(state, turn) not in self.happened]
        self.happened.update(self.key(state, turn) for turn in fresh)
        for turn in dict.fromkeys((*fresh, *good[:1])):
            self.take(state, turn)

    def sorted_turns(self, state: State) -> tuple[list[Turn], list[Turn]]:
        """What is meant to happen, of which one turn is enough, and what is not."""
        found = [*turns(self.flow, state), *_given_up(self.flow, state)] if state.phase != "ended" else []
        good = [turn for turn in found if not turn.fault]
        return good, [turn for turn in found if turn.fault]

    def key(self, state: State, turn: Turn) -> tuple[object, ...]:
        if turn.step < 0 and turn.fault:
            return (turn.what, self.stage(state), self.is_open(state))
        return (turn.step, turn.what, state.phase)

    def is_open(self, state: State) -> bool:
        """Whether a pivot is on its way, so that a rollback has to wait for its answer."""
        return any(state.steps[pivot].record in FORWARD for pivot in self.flow.pivots)

    def take(self, state: State, turn: Turn) -> None:
        self.left -= 1
        after = bare_state(transition(self.flow, state, turn.event)[0])
        one, two = self.stage(state), self.stage(after)
        self.stages[two] = None
        if one != two:
            for passage in self.between(one, two, turn, state, after):
                self.passages[passage] = None
        elif turn.step < 0 and turn.fault:
            self.idle[one, turn.what] = None
        self.waiting.append(after)

    def between(self, one: Stage, two: Stage, turn: Turn, before: State, after: State) -> Iterator[Passage]:
        step = self.flow.steps[turn.step].id if turn.step >= 0 else ""
        if after.restarts > before.restarts:
            yield Passage(one, two, RESTARTS)
        elif after.phase != "ended" or (two.outcome == "compensated" and one.status != "COMPENSATING"):
            yield Passage(one, two, turn.what, step)
        else:
            parked = [plan.id for plan, each in zip(self.flow.steps, after.steps, strict=True) if each.record in PARKED]
            yield from (Passage(one, two, ENDS, id) for id in parked or [""])

    def stage(self, state: State) -> Stage:
        now = status(self.flow, state)
        past = now in ("STARTED", "PENDING") and pivot_committed(self.flow, state)
        return Stage(now, outcome(self.flow, state), past)


def _given_up(flow: Flow, state: State) -> Iterator[Turn]:
    """Somebody loses patience with what has no end of its own."""
    for plan, step in zip(flow.steps, state.steps, strict=True):
        endless = plan.action.timeout_s is None if plan.step.wait is not None else plan.action.tries is None
        if endless and step.record in FORWARD:
            yield Turn(plan.index, GIVEN_UP, e.GivenUp(plan.index), True)
