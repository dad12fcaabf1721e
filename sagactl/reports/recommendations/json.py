"""Recommendations for programs: the shape of version 1, to which fields may be added."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sagactl.recommender import FactorResult, Flip, GateResult
from sagactl.reports.recommendations import Recommended

VERSION = 1


def render(recommended: Sequence[Recommended]) -> str:
    """One JSON document, all of it ASCII: what is not is written as JSON escapes."""
    document = {"version": VERSION, "sagas": [_saga(each) for each in recommended]}
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _saga(each: Recommended) -> dict[str, object]:
    found = each.recommendation
    return {
        "saga": found.saga,
        "path": each.path,
        "recommendation": found.recommendation,
        "strength": found.strength,
        "score": found.score,
        "by_score": found.by_score,
        "declared": found.declared,
        "agrees": found.agrees,
        "gates": [_gate(gate) for gate in found.gates],
        "factors": [_factor(factor) for factor in found.factors],
        "flips": [_flip(flip) for flip in found.flips],
        "missing_compensations": list(found.missing),
        "evidence": None if each.evidence is None else {style: dict(costs) for style, costs in each.evidence.items()},
    }


def _gate(gate: GateResult) -> dict[str, object]:
    return gate._asdict()


def _factor(factor: FactorResult) -> dict[str, object]:
    return factor._asdict()


def _flip(flip: Flip) -> dict[str, object]:
    """A flip without the counts, which are only the means by which it was found."""
    return {name: value for name, value in flip._asdict().items() if name != "counts"}
