"""Recommendations for programs: the shape of version 1, to which fields may be added."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sagactl.model import Style
from sagactl.recommender import FactorResult, Flip, GateResult
from sagactl.recommender.comparison import Comparison, Costs, Run
from sagactl.recommender.cut import Cut
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
        "cut": None if found.cut is None else _cut(found.cut),
        "instead": None if found.instead is None else found.instead._asdict(),
        "not_compared": each.not_compared,
        "evidence": None if each.comparison is None else _evidence(each.comparison),
    }


def _gate(gate: GateResult) -> dict[str, object]:
    return gate._asdict()


def _factor(factor: FactorResult) -> dict[str, object]:
    return factor._asdict()


def _flip(flip: Flip) -> dict[str, object]:
    """A flip without the counts, which are only the means by which it was found."""
    return {name: value for name, value in flip._asdict().items() if name != "counts"}


def _cut(cut: Cut) -> dict[str, object]:
    return {
        "groups": [{**group._asdict(), "is_led": group.is_led} for group in cut.groups],
        "crossings": [crossing._asdict() for crossing in cut.crossings],
    }


def _evidence(found: Comparison) -> dict[Style, dict[str, object]]:
    """Both styles under the same names, and beside them what only one of them has."""
    before = found.insertion.before if found.insertion is not None else None
    return {
        "orchestration": {
            **_costs(found.orchestration, before),
            "commands": [command._asdict() for command in found.commands.commands],
            "channels": [channel._asdict() for channel in found.commands.channels],
        },
        "choreography": {
            **_costs(found.choreography, before),
            "events": [event._asdict() for event in found.events.events],
            "subscriptions": [subscription._asdict() for subscription in found.events.subscriptions],
            "joins": [join._asdict() for join in found.joins],
            "ways_back": [{"step": way.step, "legs": [leg._asdict() for leg in way.legs]} for way in found.ways_back],
        },
    }


def _costs(costs: Costs, before: str | None) -> dict[str, object]:
    rehearsed = costs.rehearsed
    return {
        "state": costs.state,
        "timers": [timer._asdict() for timer in costs.timers],
        "contracts": costs.contracts,
        "edges": costs.edges,
        "cycles": costs.cycles,
        "one_more_step": {"before": before, "places": costs.places},
        "happy_path": _run(rehearsed.happy),
        "worst_failure": _run(rehearsed.worst),
        "failures": [{"step": each.step, **_run_of(each.run)} for each in rehearsed.failures],
        "refused": rehearsed.refused,
        "impossible": costs.impossible,
    }


def _run(run: Run | None) -> dict[str, object] | None:
    return None if run is None else _run_of(run)


def _run_of(run: Run) -> dict[str, object]:
    return {**run._asdict(), "duration_s": round(run.duration_s, 6)}
