"""Recommendations for a design document, in Markdown."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.recommender import Recommendation
from sagactl.recommender.factors import signed
from sagactl.recommender.recommendation import VERDICT_NAMES
from sagactl.reports.markup import code, sentence
from sagactl.reports.recommendations import Recommended


def render(recommended: Sequence[Recommended]) -> str:
    """One section for each saga, with a table of its factors."""
    return "\n\n".join("\n".join(_section(each)) for each in recommended) + "\n"


def _section(each: Recommended) -> Iterator[str]:
    found = each.recommendation
    yield f"## `{code(found.saga)}`: {VERDICT_NAMES[found.recommendation]}"
    yield ""
    yield f"Strength: {found.strength}. Score: {signed(found.score)} (positive: orchestration; negative: choreography)."
    yield f"Definition: `{code(each.path)}`."
    yield from _decision(found)
    yield ""
    yield "| points | factor | what was found | source |"
    yield "| ---: | --- | --- | --- |"
    for factor in found.factors:
        cells = (factor.name, sentence(factor.reason), sentence(factor.source))
        yield f"| {signed(factor.points)} | {' | '.join(cells)} |"
    yield ""
    yield "Gates that were asked:"
    yield ""
    for gate in found.gates:
        answer = f"yes: {sentence(gate.reason)} (source: {sentence(gate.source)})" if gate.decided else "no"
        yield f"- {sentence(gate.question)} {answer}"
    if found.flips:
        yield ""
        yield "What would change the verdict:"
        yield ""
        yield from (f"- {sentence(flip.sentence)}" for flip in found.flips)
    if found.missing:
        yield ""
        yield f"Compensations still to be written: {', '.join(f'`{code(step)}`' for step in found.missing)}."


def _decision(found: Recommendation) -> Iterator[str]:
    gate = found.decided_by
    if gate is not None:
        yield f"{sentence(gate.reason[:1].upper() + gate.reason[1:])}."
        yield sentence(gate.instead)
    elif found.strength == "weak":
        yield "The score is too close to zero to decide; the rule of thumb does."
    if found.recommendation == "hybrid":
        yield "Orchestrate inside each bounded context, and let contexts tell each other by events."
    if found.agrees is False:
        yield f"The definition declares {found.declared}."
