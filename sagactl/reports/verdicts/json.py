"""Verdicts for programs: JSON, version 1; fields may be added, never removed."""

from __future__ import annotations

import json
from typing import Any, Final

from sagactl.reports.verdicts import Shown, Verified
from sagactl.verdict import Beside, Counterexample, End

VERSION: Final = 1


def render(shown: Shown) -> str:
    """All sagas of the call."""
    sagas = [_saga(each) for each in shown.verified]
    return json.dumps({"version": VERSION, "sagas": sagas}, indent=2) + "\n"


def _saga(verified: Verified) -> dict[str, Any]:
    verdict = verified.verdict
    return {
        "saga": verdict.saga,
        "path": verified.path,
        "verdict": verdict.verdict,
        "obligations": [
            {
                "participant": each.participant,
                "promise": each.promise,
                "steps": list(each.steps),
                "counterexample": _counterexample(each.counterexample),
            }
            for each in verdict.obligations
        ],
        "violations": [_counterexample(each) for each in verdict.violations],
        "parked": [each._asdict() for each in verdict.parked],
        "vacuous": list(verdict.vacuous),
        "notes": list(verdict.notes),
        "outcomes": None if verdict.ends is None else [_end(end) for end in verdict.ends],
        "covered": list(verdict.covered),
        "uncovered": list(verdict.uncovered),
        "states": verdict.worlds,
        "capped": verdict.capped,
        "elapsed_s": round(verified.elapsed_s, 6),
    }


def _counterexample(found: Counterexample) -> dict[str, Any]:
    return {
        "property": found.property,
        "step": found.step,
        "explanation": found.explanation,
        "faults": list(found.faults),
        "moves": [dict(move) for move in found.moves],
        "story": list(found.story),
        "decision": found.decision,
        "fix": found.remedy,
        "assumed": list(found.assumed),
        "beside": _beside(found.beside),
    }


def _beside(other: Beside | None) -> dict[str, Any] | None:
    """The run that the counterexample meets."""
    return None if other is None else {"saga": other.saga, "moves": [dict(move) for move in other.moves]}


def _end(end: End) -> dict[str, Any]:
    return {
        "outcome": end.outcome,
        "accepted": end.accepted,
        "steps": dict(end.steps),
        "faults": list(end.faults),
    }
