"""The evidence for a recommendation: a definition compiled into both styles, and rehearsed in both.

`compare` is what every door asks: it passes what the simulator measured to the recommender, which knows no simulator.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, NamedTuple

from sagactl.errors import NotSupported, SagactlError, UsageError
from sagactl.flow import Flow
from sagactl.model import Saga, Style
from sagactl.recommender import comparison
from sagactl.recommender.comparison import Comparison, Rehearsed, Run
from sagactl.recommender.drafts import finished, finished_flow
from sagactl.recommender.facts import Facts, collect, quoted
from sagactl.recommender.messages import traffic
from sagactl.simulator import Plan, make_plan, rehearse
from sagactl.simulator.extremes import longest_way, worst_failure
from sagactl.trace import Trace
from sagactl.unfold import unfold

STYLES: Final[tuple[Style, ...]] = ("orchestration", "choreography")

MAX_REHEARSED: Final = 40
MAX_COMPILED: Final = 200
"""So many steps: in a choreography every one of them may hear of every other one."""


class Compared(NamedTuple):
    """Both styles of a definition, and the runs behind the figures, of each style where nothing fails and at worst."""

    comparison: Comparison
    traces: Mapping[Style, tuple[Trace, ...]]


def compare(saga: Saga, sagas: Mapping[str, Saga] | None = None, *, is_valid: bool = True) -> Compared | None:
    """The evidence for one saga, or None where `not_compared` says why there is none.

    `sagas` are the definitions that its steps may name.  What could be read of a definition that is not valid is
    compiled, but not rehearsed.
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
            rehearsed[style], traces[style] = _rehearsed(running, style)
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


def _rehearsed(flow: Flow, style: Style) -> tuple[Rehearsed, tuple[Trace, ...]]:
    if len(flow.steps) > MAX_REHEARSED:
        return Rehearsed(refused=f"it has {len(flow.steps)} steps, and at most {MAX_REHEARSED} are rehearsed here"), ()
    try:
        traces = tuple(rehearse(flow, plan) for plan in _plans(flow, style))
    except SagactlError as error:
        return Rehearsed(refused=_refusal(error)), ()
    runs = [_run(flow, trace) for trace in traces]
    return Rehearsed(runs[0], runs[1] if len(runs) > 1 else None), traces


def _refusal(error: SagactlError) -> str:
    """The construct by name, where it is one that keeps the saga from running."""
    return f"{error.where} asks for {error.construct}" if isinstance(error, NotSupported) else str(error)


def _plans(flow: Flow, style: Style) -> list[Plan]:
    """The run in which most steps are taken, and the one in which most is undone."""
    plans = [Plan(choices=longest_way(flow).choices, style=style)]
    worst = worst_failure(flow)
    if worst is not None:
        planned = make_plan(flow, fail=[worst.step], style=style)
        plans.append(planned._replace(choices=worst.way.choices))
    return plans


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
