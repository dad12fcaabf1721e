"""A recommendation: the gates that were asked, the score with its reasons, and what would change the answer."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from sagactl.model import Saga, Style
from sagactl.recommender.changes import MOST_UNITS, changes
from sagactl.recommender.cut import Cut, cut
from sagactl.recommender.factors import (
    DEFAULT_WEIGHTS,
    FACTORS,
    Outcome,
    Value,
    Verdict,
    Weights,
    by_score,
    reason,
    signed,
)
from sagactl.recommender.facts import Counts, Facts, collect
from sagactl.recommender.gates import GATES, Gate, ask, engine_decides
from sagactl.recommender.instead import Instead, instead

Strength = Literal["robust", "clear", "weak"]

ENGINE: Final = "requires.engine+"
"""The change that puts an engine in place."""

VERDICT_NAMES: Final[dict[Verdict, str]] = {
    "orchestration": "orchestration",
    "choreography": "choreography",
    "hybrid": "a hybrid",
    "none": "no saga at all",
    "redesign": "a redesign first",
}


class GateResult(NamedTuple):
    """A gate that was asked; `verdict`, `reason` and `instead` are empty unless it decided."""

    name: str
    question: str
    decided: bool
    verdict: Verdict | None
    reason: str
    instead: str
    source: str


class FactorResult(NamedTuple):
    """What a factor counted in this saga and what that is worth."""

    name: str
    title: str
    value: Value
    points: float
    reason: str
    source: str


class Flip(NamedTuple):
    """One thing that would change the verdict, as a sentence and as data.

    factor: the points of the factor `name` do not count. tie: the same, and then the score is too close to zero to
    decide, although the rule of thumb decides as before. change: so many `units` of the change `name`, after which
    the saga counts as `counts`. gate: the gate `name` does not match.
    """

    kind: Literal["factor", "tie", "change", "gate"]
    name: str
    sentence: str
    verdict: Verdict
    score: float
    units: int = 1
    counts: Counts | None = None


class Recommendation(NamedTuple):
    """What is recommended for one saga, and why.

    `score` and `by_score` are what the factors say, also where a gate decided.  `flips` holds the factors whose
    removal flips the verdict, those whose removal makes it a tie, then the nearest changes that flip it, or for a
    decided gate what it takes to get past it.
    `missing` are the steps whose compensation is still to be written; `declared` is the style that the file states.
    `cut` says where a hybrid is cut, `instead` what to build where a saga is the wrong tool.
    """

    saga: str
    recommendation: Verdict
    strength: Strength
    score: float
    by_score: Verdict
    gates: tuple[GateResult, ...]
    factors: tuple[FactorResult, ...]
    flips: tuple[Flip, ...]
    missing: tuple[str, ...]
    declared: Style | None
    counts: Counts
    cut: Cut | None = None
    instead: Instead | None = None

    @property
    def decided_by(self) -> GateResult | None:
        """The gate that decided, or None if the score or the rule of thumb did."""
        return next((gate for gate in self.gates if gate.decided), None)

    @property
    def agrees(self) -> bool | None:
        """Whether the declared style is the recommended one; None if either is no plain style."""
        if self.declared is None or self.recommendation not in ("orchestration", "choreography"):
            return None
        return self.declared == self.recommendation


def recommend(
    saga: Saga, sagas: Mapping[str, Saga] | None = None, weights: Weights = DEFAULT_WEIGHTS
) -> Recommendation:
    """The style that suits a saga, or that it should be none; `sagas` are the definitions that its steps may name."""
    facts = collect(saga, sagas)
    outcome = by_score(facts.counts, weights)
    answers = tuple(ask(facts, outcome.score))
    deciding = answers[-1].gate if answers[-1].decided else None
    verdict = deciding.verdict if deciding is not None else outcome.verdict
    flips = _flips(facts, deciding, weights)
    return Recommendation(
        saga=saga.id,
        recommendation=verdict,
        strength=_strength(deciding, outcome, flips),
        score=outcome.score,
        by_score=outcome.verdict,
        gates=tuple(
            GateResult(
                answer.gate.name,
                answer.gate.question,
                answer.decided,
                answer.gate.verdict if answer.decided else None,
                answer.reason,
                answer.instead,
                answer.gate.source,
            )
            for answer in answers
        ),
        factors=_factors(facts, weights),
        flips=flips,
        missing=facts.missing,
        declared=saga.style,
        counts=facts.counts,
        cut=cut(facts.flow) if verdict == "hybrid" else None,
        instead=instead(facts, deciding.name) if deciding is not None else None,
    )


def decide(counts: Counts, weights: Weights = DEFAULT_WEIGHTS) -> Outcome:
    """What counts alone decide: the gates that look at counts, the score, and the rule of thumb."""
    outcome = by_score(counts, weights)
    if counts.engine and engine_decides(outcome.score):
        return Outcome("orchestration", outcome.score)
    return outcome


def _strength(deciding: Gate | None, outcome: Outcome, flips: tuple[Flip, ...]) -> Strength:
    if deciding is None and outcome.by_rule_of_thumb:
        return "weak"
    return "clear" if any(flip.kind == "factor" for flip in flips) else "robust"


def _factors(facts: Facts, weights: Weights) -> tuple[FactorResult, ...]:
    found: list[FactorResult] = []
    for factor in FACTORS:
        points = weights.points(factor, facts.counts)
        value = factor.value(facts.counts)
        found.append(
            FactorResult(factor.name, factor.title, value, points, reason(factor, facts, points), factor.source)
        )
    return tuple(found)


# -- what would change the answer


def _flips(facts: Facts, deciding: Gate | None, weights: Weights) -> tuple[Flip, ...]:
    if deciding is not None and not deciding.counted:
        return (_past_the_gate(facts, deciding, weights),)
    verdict = decide(facts.counts, weights).verdict
    return (*_by_factor(facts.counts, verdict, weights), *_nearest(facts.counts, verdict, weights))


def _by_factor(counts: Counts, verdict: Verdict, weights: Weights) -> list[Flip]:
    """The factors without which the verdict would be another one, then those without which it would be a tie."""
    found: list[Flip] = []
    was_tie = decide(counts, weights).by_rule_of_thumb
    for factor in FACTORS:
        outcome = decide(counts, weights.without(factor.name))
        words = f"without the points for {factor.title} ({signed(weights.points(factor, counts))}) it is"
        if outcome.verdict != verdict:
            sentence = f"{words} {_named(outcome)}"
            found.append(Flip("factor", factor.name, sentence, outcome.verdict, outcome.score))
        elif outcome.by_rule_of_thumb and not was_tie:
            sentence = f"{words} a tie (score {signed(outcome.score)}), and the rule of thumb says {verdict}"
            found.append(Flip("tie", factor.name, sentence, outcome.verdict, outcome.score))
    return sorted(found, key=lambda flip: flip.kind)


def _nearest(counts: Counts, verdict: Verdict, weights: Weights) -> list[Flip]:
    """The smallest changes that flip the verdict, all of the same size; none if that takes too many units.

    An engine would decide nearly always, and says nothing about the flow; so it does not end the search.
    """
    found: list[Flip] = []
    units = MOST_UNITS
    for change in changes(counts):
        if change.units > units:
            break
        outcome = decide(change.counts, weights)
        if outcome.verdict != verdict:
            makes = "makes" if change.units == 1 else "make"
            sentence = f"{change.words} {makes} it {_named(outcome)}"
            found.append(
                Flip("change", change.name, sentence, outcome.verdict, outcome.score, change.units, change.counts)
            )
            units = units if change.name == ENGINE else change.units
    return found


def _past_the_gate(facts: Facts, deciding: Gate, weights: Weights) -> Flip:
    """What it takes to get another verdict than that of a gate: it and those after it that say the same let pass."""
    outcome = decide(facts.counts, weights)
    conditions = [deciding.otherwise]
    verdict = outcome.verdict
    for gate in GATES[GATES.index(deciding) + 1 :]:
        if gate.test(facts, outcome.score) is None:
            continue
        verdict = gate.verdict
        if verdict != deciding.verdict:
            break
        conditions.append(gate.otherwise)
        verdict = outcome.verdict
    words = _named(outcome) if verdict == outcome.verdict else VERDICT_NAMES[verdict]
    return Flip("gate", deciding.name, f"if {', and '.join(conditions)}, it would be {words}", verdict, outcome.score)


def _named(outcome: Outcome) -> str:
    weak = ", by the rule of thumb" if outcome.by_rule_of_thumb else ""
    return f"{VERDICT_NAMES[outcome.verdict]} (score {signed(outcome.score)}{weak})"
