"""Every fault at every step, one rehearsal each: what a designer wants to have seen before anybody else sees it.

A fault of a compensation needs a way back, so another step fails too; a step of a branch is rehearsed on its branch.
A run that ends parked is listed, and it is acceptable unless the definition says in `accept` which ends are.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import combinations, product
from typing import Any, Final, NamedTuple

from sagactl.errors import UsageError
from sagactl.flow import Flow, FlowStep
from sagactl.model import Saga, Style
from sagactl.simulator.plan import Plan, PlannedFault, make_plan
from sagactl.simulator.rehearsal import rehearse
from sagactl.trace import DeadLetter, RunOutcome, Trace, Violation
from sagactl.world.faults import BY_NAME, FAULTS, Fault

MAX_CASES: Final = 5_000
"""Of single faults, and of pairs: more is no table that anybody reads."""

MAX_COMPANIONS: Final = 12
"""So many other failures are tried to bring about a way back."""


class Case(NamedTuple):
    """The faults of one rehearsal: none, one at its first or at every try, or two at their first."""

    faults: tuple[PlannedFault, ...]


class Cases(NamedTuple):
    """What is to be rehearsed, and how many more there would be beyond the cap."""

    cases: tuple[Case, ...]
    left_out: int


class Row(NamedTuple):
    """How one case ended; `beside` are the faults that only bring about the way back."""

    case: Case
    beside: tuple[PlannedFault, ...]
    choices: Mapping[str, str]
    is_reached: bool
    is_acceptable: bool
    outcome: RunOutcome
    compensated: tuple[str, ...]
    skipped: tuple[str, ...]
    dead_letters: tuple[DeadLetter, ...]
    violations: tuple[Violation, ...]
    duration_s: float


class Matrix(NamedTuple):
    """All rows of a saga, in the order of its steps and of the fault table."""

    saga: Saga
    rows: tuple[Row, ...]
    left_out: int

    @property
    def is_acceptable(self) -> bool:
        return all(row.is_acceptable for row in self.rows)


# -- which cases there are


def singles(flow: Flow, style: Style | None = None) -> Cases:
    """No fault at all, then every fault that is possible, at the first try and at every try."""
    return _capped(Case(()) if address is None else Case((address,)) for address in (None, *_addresses(flow, style)))


def pairs(flow: Flow, style: Style | None = None) -> Cases:
    """The faults of one step with those of another, each at its first try."""
    found = (
        Case(both)
        for first, second in combinations(flow.steps, 2)
        for both in product(_first_tries(flow, first, style), _first_tries(flow, second, style))
    )
    return _capped(found)


def _capped(found: Iterator[Case]) -> Cases:
    kept: list[Case] = []
    left_out = 0
    for case in found:
        if len(kept) < MAX_CASES:
            kept.append(case)
        else:
            left_out += 1
    return Cases(tuple(kept), left_out)


def _addresses(flow: Flow, style: Style | None) -> Iterator[PlannedFault]:
    for plan in flow.steps:
        for fault in FAULTS:
            yield from _read(flow, f"{plan.id}:{fault.name}", style)
            if _tries(plan, fault) != 1:
                yield from _read(flow, f"{plan.id}#*:{fault.name}", style)


def _first_tries(flow: Flow, plan: FlowStep, style: Style | None) -> list[PlannedFault]:
    return [planned for fault in FAULTS for planned in _read(flow, f"{plan.id}:{fault.name}", style)]


def _read(flow: Flow, address: str, style: Style | None) -> tuple[PlannedFault, ...]:
    """The fault, or nothing where the definition or the style rules it out."""
    try:
        return make_plan(flow, faults=[address], style=style).faults
    except UsageError:
        return ()


def _tries(plan: FlowStep, fault: Fault) -> int | None:
    policy = plan.undo if is_of_undo(fault) else plan.action
    return policy.tries if policy is not None else 1


def is_of_undo(fault: Fault) -> bool:
    """Whether the fault hits compensations alone."""
    return "undo" in fault.operations and "action" not in fault.operations


# -- how they end


class Played(NamedTuple):
    """A row, and the run that it sums up."""

    row: Row
    trace: Trace


def rows(flow: Flow, cases: Cases, base: Plan = Plan()) -> Iterator[Row | None]:
    """A row for each case, or None where every try ends as the first one did; `base` decides what faults do not."""
    return (each.row if each is not None else None for each in played(flow, cases, base))


def played(flow: Flow, cases: Cases, base: Plan = Plan()) -> Iterator[Played | None]:
    """As `rows`, with the run of each."""
    companions: dict[str, tuple[PlannedFault, ...]] = {}
    before: Trace | None = None
    for case in cases.cases:
        choices = {**_branches(flow, case.faults), **base.choices}
        beside = _companions(flow, case, base, choices, companions)
        trace = rehearse(flow, base._replace(faults=(*case.faults, *beside), choices=choices))
        if before is not None and _is_of_every_try(case) and trace.moments == before.moments:
            yield None
            continue
        before = trace
        yield Played(_row(flow, case, beside, choices, trace), trace)


def _is_of_every_try(case: Case) -> bool:
    return len(case.faults) == 1 and case.faults[0].attempt == 0


def _row(flow: Flow, case: Case, beside: tuple[PlannedFault, ...], choices: Mapping[str, str], trace: Trace) -> Row:
    return Row(
        case=case,
        beside=beside,
        choices=choices,
        is_reached=not any(str(fault) in trace.unused_faults for fault in case.faults),
        is_acceptable=is_acceptable(flow, trace),
        outcome=trace.outcome,
        compensated=trace.compensated,
        skipped=trace.skipped,
        dead_letters=trace.dead_letters,
        violations=trace.violations,
        duration_s=trace.duration_s,
    )


def is_acceptable(flow: Flow, trace: Trace) -> bool:
    """No property that the participants promise is violated, and no end that `accept`, if there is one, leaves out."""
    if any(not violation.promise for violation in trace.violations):
        return False
    accept = flow.saga.accept
    if trace.outcome != "parked" or accept is None:
        return True
    accepted = flow.accepted
    return not trace.skipped and all(letter.step in accepted for letter in trace.dead_letters)


def _branches(flow: Flow, faults: tuple[PlannedFault, ...]) -> dict[str, str]:
    """The outcomes under which the steps are taken; where two exclude each other, the first one's."""
    chosen: dict[str, str] = {}
    for fault in faults:
        chosen = {**flow[fault.step].step.when, **chosen}
    return chosen


def _companions(
    flow: Flow,
    case: Case,
    base: Plan,
    choices: Mapping[str, str],
    known: dict[str, tuple[PlannedFault, ...]],
) -> tuple[PlannedFault, ...]:
    """What else has to fail so that the compensation of a single case is asked for at all."""
    if len(case.faults) != 1 or not is_of_undo(BY_NAME[case.faults[0].fault]):
        return ()
    step = case.faults[0].step
    if step not in known:
        known[step] = _way_back(flow, flow[step], base._replace(choices=choices))
    return known[step]


def _way_back(flow: Flow, undone: FlowStep, base: Plan) -> tuple[PlannedFault, ...]:
    """The failure, as late as possible, that has this step undone; nothing if none is found."""
    for words in _failures(flow, undone):
        try:
            faults = make_plan(flow, **words, style=base.style).faults
        except UsageError:
            continue
        trace = rehearse(flow, base._replace(faults=faults))
        if any(moment.what == "undo-sent" and moment.step == undone.id for moment in trace.moments):
            return faults
    return ()


def _failures(flow: Flow, undone: FlowStep) -> Iterator[dict[str, Any]]:
    later = [flow.steps[index] for index in reversed(flow.order) if index != undone.index]
    candidates = [plan for plan in later if plan.place != "after" and plan.can_fail]
    yield from ({"fail": [plan.id]} for plan in candidates[:MAX_COMPANIONS])
    yield {"timeout": [undone.id]}
