"""The skeleton of a saga: only what the run records of each step, as the machine moves it; no message is in flight.

A step that is under way is done, rejected or unknown; a compensation succeeds or fails for good; a cancel or a deadline
comes at any time.  Every way in which a run can end shows here, and every order in which it may go back.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from copy import copy
from dataclasses import replace
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine import events as e
from sagactl.machine.state import ACTIVE, BACK, FORWARD, RECORDS, UNDER_WAY, Record, State, StepState
from sagactl.machine.transition import is_open, start, transition
from sagactl.model import Saga
from sagactl.policies import Policy
from sagactl.world.parts import HANGS
from sagactl.world.properties import disorders as disorders_of
from sagactl.world.ways import way_to

ORDER: Final = frozenset({"S9", "S10"})
"""What can be judged of a move here: a skeleton has no words, so what people are told of is not."""

MAX_STATES: Final = 20_000
"""Of one skeleton; steps side by side multiply, so a wide saga meets the limit and says so."""

BARE: Final = {record: StepState(record, 1 if record in ACTIVE else 0) for record in RECORDS}
"""What is left of a step's state without what only a message would show."""


class Turn(NamedTuple):
    """One move of a skeleton: what happened to which step (-1 for the run), and whether it is a fault."""

    step: int
    what: str
    event: e.Event
    fault: bool


class Disorder(NamedTuple):
    """An order that must not be: the property, the step that shows it, and how it came.

    That is the step that was undone too early or too late, or (S8) one that nobody will ever go on with.
    """

    property: str
    step: int
    turns: tuple[Turn, ...]


class Skeleton(NamedTuple):
    """All states that were seen: how runs end, each end with the turns that lead to it, and what is out of order.

    `records` holds every record that each step has in some state.
    """

    seen: tuple[State, ...]
    ends: dict[State, tuple[Turn, ...]]
    disorders: tuple[Disorder, ...]
    records: tuple[frozenset[Record], ...]
    complete: bool

    @property
    def states(self) -> int:
        return len(self.seen)


def skeleton(flow: Flow, limit: int = MAX_STATES) -> Skeleton:
    """The skeleton of a flow, ends with the fewest turns first."""
    bare = one_try(flow)
    begin = opening(bare)
    came: dict[State, tuple[State, Turn] | None] = {begin: None}
    waiting = deque([begin])
    ends: list[State] = []
    disorders: dict[tuple[str, int], Disorder] = {}
    while waiting:
        state = waiting.popleft()
        if state.phase == "ended":
            ends.append(state)
            continue
        ways = list(onward(bare, state))
        if all(turn.fault for turn, _ in ways):
            key = "S8", _unfinished(state)
            disorders.setdefault(key, Disorder(*key, way_to(state, came)))
        for turn, after in ways:
            for broken in disorders_of(bare, state, after):
                if broken.property not in ORDER:
                    continue
                key = broken.property, bare.index[broken.step]
                if key not in disorders:
                    disorders[key] = Disorder(*key, (*way_to(state, came), turn))
            if after not in came:
                if len(came) >= limit:
                    return _found(came, ends, disorders, complete=False)
                came[after] = state, turn
                waiting.append(after)
    return _found(came, ends, disorders, complete=True)


def _found(
    came: dict[State, tuple[State, Turn] | None],
    ends: list[State],
    disorders: dict[tuple[str, int], Disorder],
    *,
    complete: bool,
) -> Skeleton:
    records = (
        frozenset(step.record for step in column) for column in zip(*(state.steps for state in came), strict=True)
    )
    found = {end: way_to(end, came) for end in ends}
    return Skeleton(tuple(came), found, tuple(disorders.values()), tuple(records), complete)


def pair(flow: Flow, first: FlowStep, second: FlowStep) -> Flow:
    """Two steps of a flow, the second after the first, as a flow of their own: enough to see in which order they go."""
    alone = replace(first.step, after=(), when={}, listens=None)
    behind = replace(second.step, after=(first.id,), when={}, listens=None)
    small = Flow(Saga(id=flow.saga.id, steps=(alone, behind), rollback=flow.saga.rollback))
    small.steps = tuple(
        replace(
            new, kind=old.kind, action=old.action, undo=old.undo, promises=old.promises, failed_step=old.failed_step
        )
        for new, old in zip(small.steps, (first, second), strict=True)
    )
    return small


def one_try(flow: Flow, *, restarts: bool = False) -> Flow:
    """One try stands for all of them: what is used up is used up; what only answers a way back never starts here."""
    bare = copy(flow)
    if not restarts:
        bare.saga = replace(flow.saga, rollback=replace(flow.saga.rollback, then=None, max_restarts=None))
    bare.steps = tuple(
        replace(
            plan,
            action=_once(plan.action),
            undo=plan.undo and _once(plan.undo),
            after=(plan.index,) if plan.reacts else plan.after,
        )
        for plan in flow.steps
    )
    return bare


def _once(policy: Policy) -> Policy:
    return policy if policy.tries is None else policy._replace(tries=1)


def bare_state(state: State) -> State:
    """Without the words of a cause, and without what only a message would show."""
    steps = tuple(BARE[step.record] for step in state.steps)
    return state._replace(steps=steps, wish="wish" if state.wish else "")


# -- what can happen


def opening(flow: Flow) -> State:
    """The state of a run that has just started."""
    return bare_state(start(flow)[0])


def onward(flow: Flow, state: State) -> Iterator[tuple[Turn, State]]:
    """All that can happen next, and the state after each."""
    for turn in turns(flow, state):
        yield turn, bare_state(transition(flow, state, turn.event)[0])


def _unfinished(state: State) -> int:
    records = [step.record for step in state.steps]
    return next((index for index, record in enumerate(records) if record in UNDER_WAY | ACTIVE), 0)


def turns(flow: Flow, state: State) -> Iterator[Turn]:
    """What can happen to the record of a run next."""
    for plan, step in zip(flow.steps, state.steps, strict=True):
        if step.record in FORWARD:
            yield from _forward(plan, step)
        elif step.record in BACK:
            yield from _back(plan)
    for choice, chosen in zip(flow.saga.choices.values(), state.choices, strict=True):
        if chosen == "":
            for outcome in choice.outcomes:
                yield Turn(-1, f"{choice.id}={outcome.id}", e.Decided(choice.id, outcome.id), False)
    if state.phase == "forward":
        yield Turn(-1, "cancel", e.CancelRequested(), True)
        if flow.saga.deadline is not None:
            yield Turn(-1, "deadline", e.DeadlinePassed(), True)
        for scope in flow.scopes:
            if is_open(flow, state, scope):
                yield Turn(-1, f"deadline of {scope.name}", e.DeadlinePassed(scope.name), True)


def _forward(plan: FlowStep, step: StepState) -> Iterator[Turn]:
    index, own = plan.index, plan.step
    yield Turn(index, "done", e.ActionSucceeded(index), False)
    if own.rejects:
        yield Turn(index, "rejected", e.ActionRejected(index, "rejected"), True)
    if own.wait is not None:
        if plan.action.timeout_s is not None:
            yield Turn(index, "timed out", e.ActionTimedOut(index, 1), False)
    elif step.record == "asked":
        yield Turn(index, "not done", e.StatusAnswered(index, "not-done"), True)
        yield Turn(index, "not to be asked either", e.StatusAnswered(index, "none"), True)
    elif plan.action.tries is not None:
        yield Turn(index, "never answers" if plan.promises.status_query else "unknown", e.ActionFailed(index, 1), True)


def _back(plan: FlowStep) -> Iterator[Turn]:
    index = plan.index
    yield Turn(index, "undone", e.CompensationSucceeded(index), False)
    if not plan.step.local and (plan.undo is None or plan.undo.tries is not None):
        yield Turn(index, "not undone", e.GivenUp(index, HANGS), True)
