"""The evidence for a recommendation: a definition compiled into both styles, and rehearsed in both.

`compare` is what every door asks: it passes what the simulator measured to the recommender, which knows no simulator.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.errors import NotSupported, SagactlError, UsageError
from sagactl.flow import Flow
from sagactl.model import Saga, Style
from sagactl.recommender import comparison
from sagactl.recommender.comparison import Comparison, Failed, Rehearsed, Run
from sagactl.recommender.drafts import finished, finished_flow
from sagactl.recommender.facts import Facts, collect, quoted
from sagactl.recommender.messages import traffic
from sagactl.simulator import Plan, make_plan, rehearse
from sagactl.simulator.extremes import Failure, failures, longest_way, worst_failure
from sagactl.trace import Trace
from sagactl.unfold import unfold

STYLES: Final[tuple[Style, ...]] = ("orchestration", "choreography")

MAX_REHEARSED: Final = 40
MAX_WAITS: Final = 80
"""So often one step may wait for another in a saga that is rehearsed at once."""

MAX_COMPILED: Final = 200
"""So many steps: in a choreography every one of them may hear of every other one."""


AT_ONCE: Final = 1_000
"""Of the rehearsals of all failures in one style, in steps times steps: what nobody waits for, of up to ten steps."""

THOROUGH: Final = 64_000
"""As many as a saga of 40 steps has, which takes a second."""


class Compared(NamedTuple):
    """Both styles of a definition, and the runs behind the figures, of each style where nothing fails and at worst."""

    comparison: Comparison
    traces: Mapping[Style, tuple[Trace, ...]]


def compare(
    saga: Saga, sagas: Mapping[str, Saga] | None = None, *, is_valid: bool = True, most_work: int = THOROUGH
) -> Compared | None:
    """The evidence for one saga, or None where `not_compared` says why there is none.

    `sagas` are the definitions that its steps may name.  What could be read of a definition that is not valid is
    compiled, but not rehearsed; `most_work` bounds the rehearsals of single failures, THOROUGH or AT_ONCE.
    """
    if not_compared(saga):
        return None
    facts = collect(saga, sagas)
    traces: dict[Style, tuple[Trace, ...]] = {}
    try:
        running = _running(facts, is_valid)
    except SagactlError as error:
        rehearsed = {style: Rehearsed(refused=_refusal(error)) for style in STYLES}
    else:
        rehearsed = {}
        for style in STYLES:
            rehearsed[style], traces[style] = _rehearsed(running, style, most_work)
    return Compared(comparison.compare(finished_flow(facts), rehearsed), traces)


def not_compared(saga: Saga) -> str:
    """Why there is nothing to compare, or too much; empty where a saga is compared."""
    if not saga.steps:
        return "it has no step"
    if len(saga.steps) > MAX_COMPILED:
        return f"it has {len(saga.steps)} steps, and at most {MAX_COMPILED} are compared"
    return ""


def _running(facts: Facts, is_valid: bool) -> Flow:
    """The flow that runs; raises a SagactlError with the reason where none does."""
    if not is_valid:
        raise UsageError("the definition is not valid yet: `sagactl lint` says why")
    if facts.flow.cyclic:
        names = quoted(facts.flow.steps[index].id for index in facts.flow.cyclic)
        raise UsageError(f"{names} wait for each other")
    return unfold(finished(facts), facts.sagas).flow


def _rehearsed(flow: Flow, style: Style, most_work: int) -> tuple[Rehearsed, tuple[Trace, ...]]:
    if refused := _too_much(flow, most_work):
        return Rehearsed(refused=refused), ()
    worst = worst_failure(flow)
    try:
        happy = rehearse(flow, Plan(choices=longest_way(flow).choices, style=style))
        failed = rehearse(flow, _failing(flow, worst, style)) if worst is not None else None
        failures = tuple(_each(flow, style, worst, failed, most_work))
    except SagactlError as error:
        return Rehearsed(refused=_refusal(error)), ()
    found = Rehearsed(_run(flow, happy), _run(flow, failed) if failed is not None else None, failures=failures)
    return found, (happy, failed) if failed is not None else (happy,)


def _too_much(flow: Flow, most_work: int) -> str:
    """Why even the two runs that show most would take too long, empty if they do not."""
    if len(flow.steps) > MAX_REHEARSED:
        return f"it has {len(flow.steps)} steps, and at most {MAX_REHEARSED} are rehearsed here"
    waits = sum(len(plan.after) for plan in flow.steps)
    if waits > MAX_WAITS and most_work < THOROUGH:
        return f"its steps wait for {waits} others, and at most for {MAX_WAITS} here; `--verbose` rehearses it"
    return ""


def _each(flow: Flow, style: Style, worst: Failure | None, failed: Trace | None, most_work: int) -> Iterator[Failed]:
    """The failure of each step, if so many runs can be afforded; a run takes as long as its steps squared."""
    points = failures(flow)
    if len(points) * len(flow.steps) ** 2 > most_work:
        return
    for point in points:
        known = failed if point == worst else None
        yield Failed(point.step, _run(flow, known or rehearse(flow, _failing(flow, point, style))))


def _refusal(error: SagactlError) -> str:
    """The construct by name, where it is one that keeps the saga from running."""
    return f"{error.where} asks for {error.construct}" if isinstance(error, NotSupported) else str(error)


def _failing(flow: Flow, failure: Failure, style: Style) -> Plan:
    return make_plan(flow, fail=[failure.step], style=style)._replace(choices=failure.way.choices)


def _run(flow: Flow, trace: Trace) -> Run:
    found = traffic(flow, trace)
    return Run(
        choices=dict(trace.replay.get("choices", {})),
        faults=tuple(trace.replay.get("faults", ())),
        outcome=trace.outcome,
        undone=trace.compensated,
        messages=found.messages,
        hops=found.hops,
        duration_s=trace.duration_s,
    )
