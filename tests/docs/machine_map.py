"""What the machine really does with one step, found by trying every event in every state of a few small sagas."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib import import_module
from typing import Any, Final, NamedTuple
from unittest.mock import patch

from sagactl.flow import Flow, FlowStep
from sagactl.machine import State, start, transition
from sagactl.machine import events as e
from sagactl.machine.repair import Repair, ResolveStep, RetryStep, SkipStep, repair
from sagactl.machine.state import Record
from sagactl.model import (
    Choice,
    Compensation,
    Deadline,
    Outcome,
    Participant,
    Retry,
    Rollback,
    Saga,
    Step,
    Wait,
)

_MODULE: Final = import_module("sagactl.machine.transition")
"""The package gives the name of this module to its function."""

MAX_STATES: Final = 30_000
"""Of one saga; the samples need far fewer."""

START, ROLLBACK, NO_WAY_BACK = "may start", "rollback", "no way back"


class Edge(NamedTuple):
    """A step goes from one record to another: by an event that names it, or by what follows for the others."""

    before: Record
    after: Record
    label: str


TWICE: Final = Retry(attempts=2)
ASKABLE: Final = {"shop": Participant(id="shop", status_query=True)}
UNDO: Final = Compensation(command="Undo", retry=TWICE, fallback="Mend")
PLAIN_UNDO: Final = Compensation(command="Undo", retry=TWICE)
SPEED: Final = {"speed": Choice(id="speed", outcomes=(Outcome(id="fast", predicate="input.fast"), Outcome(id="slow", predicate="otherwise")))}  # fmt: skip


def _act(id: str, **more: Any) -> Step:
    return Step(id=id, **{"participant": "shop", "action": "Do", "compensation": PLAIN_UNDO, "retry": TWICE, **more})


def _samples() -> Iterator[Saga]:
    pivot = _act("pivot", kind="pivot", compensation=None, no_compensation="it is gone", omits_compensation=True)
    last = _act("last", kind="retriable", compensation=None, retry=None)
    yield Saga(
        id="asked", participants=ASKABLE, deadline=Deadline(after_s=60), steps=(_act("a", compensation=UNDO), pivot)
    )
    yield Saga(id="parallel", steps=(_act("a", compensation=UNDO), pivot, _act("b", after=(), retry=None)))
    yield Saga(id="after", choices=SPEED, steps=(pivot, last, _act("some", when={"speed": "fast"}, kind="retriable")))
    yield Saga(id="waits", steps=(_act("a"), Step(id="w", wait=Wait(event="Go"), after=()), _act("own", local=True)))
    stops = Rollback(on_failure="stop")
    yield Saga(id="stops", rollback=stops, steps=(_act("a", retry=None), _act("b", retry=None), _act("c", retry=None)))
    bare = _act("bare", kind="retriable", compensation=None, retry=None)
    yield Saga(id="bare", steps=(bare, _act("b", retry=None)))
    deaf = Compensation(command="Undo", reply=False)
    yield Saga(id="unheard", steps=(_act("a", reply=False), _act("b", compensation=deaf), _act("c", retry=None)))
    yield Saga(id="never", steps=(_act("a", failed_step="never"), _act("b", failed_step="always", retry=None)))


@cache
def edges() -> frozenset[Edge]:
    """Every way in which a step changes its record."""
    return frozenset(edge for saga in _samples() for edge in _explored(Flow(saga)))


@cache
def repairs() -> frozenset[Edge]:
    """Every way in which people change the record of a step by hand; what they changed they may change once more."""
    return frozenset(edge for saga in _samples() for edge in _repaired(Flow(saga)))


@cache
def handled() -> frozenset[tuple[type, Record]]:
    """Every event that mattered, with the record of its step before."""
    return frozenset(pair for saga in _samples() for pair in _mattering(Flow(saga)))


def _explored(flow: Flow) -> set[Edge]:
    found: set[Edge] = set()
    event: list[e.Event | None] = [None]
    named: list[bool] = [False]
    original = _MODULE._Run.put

    def put(run: Any, plan: FlowStep, record: Record, tries: int | None = None, cause: str = "") -> None:
        before = run.record(plan)
        if before != record:
            found.add(Edge(before, record, _label(event[0], named, before, plan, run)))
        original(run, plan, record, tries, cause)

    with patch.object(_MODULE._Run, "put", put):
        for _state, happening in _walk(flow, event, named):
            del happening
    return found


def _repaired(flow: Flow) -> set[Edge]:
    found: set[Edge] = set()
    seen = {state for state, _ in _walk(flow, [None], [False])}
    waiting = list(seen)
    while waiting:
        state = waiting.pop()
        for wanted in _repairs(flow):
            after, _commands, refusal = repair(flow, state, wanted)
            if refusal:
                continue
            before = state.steps[wanted.step].record
            found.add(Edge(before, after.steps[wanted.step].record, _words(wanted)))
            if after not in seen and after.phase == "ended":
                seen.add(after)
                waiting.append(after)
    return found


def _repairs(flow: Flow) -> Iterator[Repair]:
    for step in range(len(flow.steps)):
        yield from (RetryStep(step), SkipStep(step), ResolveStep(step, True), ResolveStep(step, False))


def _words(wanted: Repair) -> str:
    """As the command line says it."""
    if isinstance(wanted, ResolveStep):
        return f"resolve {'done' if wanted.done else 'not-done'}"
    return "retry" if isinstance(wanted, RetryStep) else "skip"


def _label(event: e.Event | None, named: list[bool], before: Record, plan: FlowStep, run: Any) -> str:
    """The event's name for the first change of its own step; otherwise what the change follows from."""
    if before == "idle":
        return START
    if event is not None and getattr(event, "step", None) == plan.index and not named[0]:
        named[0] = True
        return type(event).__name__
    return ROLLBACK if run.phase == "back" else NO_WAY_BACK


def _mattering(flow: Flow) -> Iterator[tuple[type, Record]]:
    for state, event in _walk(flow, [None], [False]):
        after, commands = transition(flow, state, event)
        if isinstance(event, e.StepEvent) and (after != state or commands):
            yield type(event), state.steps[event.step].record


def _walk(flow: Flow, current: list[e.Event | None], named: list[bool]) -> Iterator[tuple[State, e.Event]]:
    """Every state that can be reached, with every event; what is being tried stands in `current`."""
    first, _commands = start(flow)
    seen, waiting = {first}, [first]
    events = tuple(_events(flow))
    while waiting:
        state = waiting.pop()
        for event in events:
            current[0], named[0] = event, False
            after, _commands = transition(flow, state, event)
            yield state, event
            if after not in seen:
                assert len(seen) < MAX_STATES, flow.saga.id
                seen.add(after)
                waiting.append(after)


def _events(flow: Flow) -> Iterator[e.Event]:
    yield from (e.DeadlinePassed(), e.CancelRequested())
    for choice in flow.saga.choices.values():
        yield from (e.Decided(choice.id, outcome.id) for outcome in choice.outcomes)
    for step in range(len(flow.steps)):
        yield from (e.ActionSucceeded(step), e.ActionRejected(step), e.CompensationSucceeded(step), e.GivenUp(step))
        yield from (e.StatusAnswered(step, answer) for answer in ("done", "not-done", "none"))
        for attempt in (1, 2):
            yield from (e.ActionFailed(step, attempt), e.ActionTimedOut(step, attempt), e.RetryDue(step, attempt))
            for fallback in (False, True):
                yield e.CompensationFailed(step, attempt, fallback=fallback)
                yield e.CompensationTimedOut(step, attempt, fallback=fallback)
                yield e.CompensationRetryDue(step, attempt, fallback)
        yield from (e.CompensationRejected(step, fallback=fallback) for fallback in (False, True))
