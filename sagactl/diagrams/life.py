"""What becomes of a run as a whole: the stages that it can go through, and what leads from one to the next.

The machine is asked about the saga at hand.  Everything that can happen is tried wherever the search comes, and
followed where it is new, so that the work grows with the steps and not with the states.  What is left over is followed,
too, as far as a limit goes: small sagas are searched in full, and of large ones `complete` says that they were not.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.flow import Flow
from sagactl.machine import events as e
from sagactl.machine.state import CLEAN, FORWARD, PARKED, State, StepState, outcome, pivot_committed, status
from sagactl.machine.transition import start, transition
from sagactl.trace import RunOutcome, Status
from sagactl.world.skeleton import Turn, bare_state, one_try, turns

MAX_TURNS: Final = 40_000
MAX_WORK: Final = 1_000_000
"""For a second look at what is left over: so many turns by the square of the steps, which is what the machine takes."""

GIVEN_UP: Final = "given up"
ENDS: Final = "ends"
RESTARTS: Final = "restarts"


class Stage(NamedTuple):
    """Where a run as a whole stands: how it ended if it has, and whether its point of no return is behind it."""

    status: Status
    outcome: RunOutcome | None = None
    past_return: bool = False


STUCK: Final = Stage("FAILED", "parked")


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
        self.seen: set[tuple[State, bool]] = set()
        self.waiting: list[State] = []
        self.later: deque[State] = deque()
        self.left = MAX_TURNS

    def result(self) -> Life:
        begin = bare_state(start(self.flow)[0])
        self.stages[self.stage(begin)] = None
        self.waiting.append(begin)
        while self.waiting and self.left > 0:
            self.look(self.waiting.pop())
        self.left = min(self.left, MAX_WORK // max(len(self.flow.steps), 1) ** 2)
        while self.later and self.left > 0:
            self.look(self.later.popleft())
            self.later += self.waiting
            self.waiting.clear()
        moving = {(passage.before, passage.what) for passage in self.passages}
        idle = tuple(each for each in self.idle if each not in moving)
        return Life(tuple(self.stages), tuple(self.passages), idle, complete=self.left > 0)

    def look(self, state: State) -> None:
        """Tries every turn in a state, and goes on behind those that led between two such stages nowhere before.

        Where nothing is new it goes on behind the first and the last turn that is meant to happen, so that every way
        has an end.  What is meant to happen comes first: the longest ways back hold all the shorter ones.
        """
        if state.phase == "ended" or _alike(state) in self.seen:
            return
        self.seen.add(_alike(state))
        found = [*turns(self.flow, state), *_given_up(self.flow, state)]
        led = {turn: self.take(state, turn) for turn in found}
        good = [turn for turn in found if not turn.fault]
        followed = [turn for turn in found if self.is_new(state, turn, led[turn])] or [*good[:1], *good[-1:]]
        self.waiting += [led[turn] for turn in reversed(followed)]
        self.later += [led[turn] for turn in found if turn not in followed]

    def is_new(self, state: State, turn: Turn, after: State) -> bool:
        key = (turn.step, turn.what, self.stage(state), self.stage(after), self.is_open(state))
        is_new = key not in self.happened
        self.happened.add(key)
        return is_new

    def is_open(self, state: State) -> bool:
        """Whether a pivot is on its way, so that a rollback has to wait for its answer."""
        return any(state.steps[pivot].record in FORWARD for pivot in self.flow.pivots)

    def take(self, state: State, turn: Turn) -> State:
        self.left -= 1
        after = bare_state(transition(self.flow, state, turn.event)[0])
        one, two = self.stage(state), self.stage(after)
        self.stages[two] = None
        if after.phase == "back":
            before = self.parked(state)
            fresh = [Passage(two, STUCK, ENDS, id) for id in self.parked(after) if id not in before]
            self.passages |= dict.fromkeys(fresh)
            self.stages |= dict.fromkeys(each.after for each in fresh)
        if one != two:
            self.passages |= dict.fromkeys(self.between(one, two, turn, state, after))
        elif turn.step < 0 and turn.fault:
            self.idle[one, turn.what] = None
        return after

    def between(self, one: Stage, two: Stage, turn: Turn, before: State, after: State) -> Iterator[Passage]:
        step = self.flow.steps[turn.step].id if turn.step >= 0 else ""
        if after.restarts > before.restarts:
            yield Passage(one, two, RESTARTS)
        elif after.phase != "ended" or (two.outcome == "compensated" and one.status != "COMPENSATING"):
            yield Passage(one, two, turn.what, step)
        else:
            yield from (Passage(one, two, ENDS, id) for id in self.parked(after) or [""])

    def parked(self, state: State) -> list[str]:
        return [plan.id for plan, each in zip(self.flow.steps, state.steps, strict=True) if each.record in PARKED]

    def stage(self, state: State) -> Stage:
        now = status(self.flow, state)
        past = now in ("STARTED", "PENDING") and pivot_committed(self.flow, state)
        return Stage(now, outcome(self.flow, state), past)


def _alike(state: State) -> tuple[State, bool]:
    """On the way back it does not matter why nothing is left of a step, nor which ones are parked."""
    if state.phase != "back":
        return state, False
    settled = CLEAN | PARKED
    steps = tuple(StepState() if step.record in settled else step for step in state.steps)
    return state._replace(steps=steps), any(step.record in PARKED for step in state.steps)


def _given_up(flow: Flow, state: State) -> Iterator[Turn]:
    """Somebody loses patience with what has no end of its own."""
    for plan, step in zip(flow.steps, state.steps, strict=True):
        endless = plan.action.timeout_s is None if plan.step.wait is not None else plan.action.tries is None
        if endless and step.record in FORWARD:
            yield Turn(plan.index, GIVEN_UP, e.GivenUp(plan.index), True)
