"""A verdict as findings, so that it can be shown wherever findings are: at their lines, in any format."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.finding import Evidence, Finding, Place, Severity
from sagactl.model import Route, Saga
from sagactl.verdict import TITLES, Counterexample, Obligation, Verdict

WHY: Final = "There is a run in which this happens, and it can be played again."
OWED: Final = "Nobody has promised it yet, and safety hangs on it."
PARTLY: Final = "What was not looked at may be wrong."


def findings(saga: Saga, verdict: Verdict) -> Iterator[Finding]:
    """Errors for what is violated, warnings for what is owed, and one for what was not looked at."""
    for found in verdict.violations:
        yield _finding(saga, found, "error", found.explanation, found.remedy, WHY)
    for owed in verdict.obligations:
        yield _owed(saga, owed)
    if verdict.uncovered:
        message = "not looked at: " + "; ".join(verdict.uncovered)
        yield Finding("incomplete", TITLES["incomplete"], "warning", message, Place(("saga",)), saga.id, note=PARTLY)


def _owed(saga: Saga, owed: Obligation) -> Finding:
    found = owed.counterexample
    message = f"safe only if `{owed.participant}` promises `{owed.promise}`: otherwise {found.explanation}"
    return _finding(saga, found, "warning", message, found.remedy, OWED)


def _finding(saga: Saga, found: Counterexample, severity: Severity, message: str, help: str, note: str) -> Finding:
    return Finding(
        code=found.property,
        name=TITLES[found.property],
        severity=severity,
        message=message,
        place=Place((*_route(saga, found.step), "step")),
        saga=saga.id,
        step=found.step,
        help=help,
        note=note,
        evidence=Evidence(found.story, found.faults) if found.story else None,
    )


def _route(saga: Saga, id: str) -> Route:
    """The step as the definition has it: a step of a nested saga, or an item, stands at the one it comes from."""
    own = id.split("/")[0].split("[")[0]
    step = saga.step(id) or saga.step(own)
    return step.route if step is not None else ()
