"""Recommendations for a design document, in Markdown."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from sagactl.recommender import Recommendation
from sagactl.recommender.comparison import Comparison
from sagactl.recommender.factors import signed
from sagactl.recommender.recommendation import VERDICT_NAMES
from sagactl.reports.markup import code, sentence
from sagactl.reports.recommendations import Recommended, built, evidence


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
    yield from _built(found)
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
    yield from _evidence(each)
    if found.missing:
        yield ""
        yield f"Compensations still to be written: {', '.join(f'`{code(step)}`' for step in found.missing)}."


def _built(found: Recommendation) -> Iterator[str]:
    """What to build: the parts of a hybrid, or what stands in for a saga."""
    if found.cut is not None:
        for heading, sentences in ((built.GROUPS, built.groups), (built.CROSSINGS, built.crossings)):
            yield from ("", f"### {heading}", "")
            yield from (f"- {sentence(each)}" for each in sentences(found.cut))
    if found.instead is not None:
        yield from ("", f"### {sentence(built.instead_title(found.instead))}", "")
        yield from (f"{place}. {sentence(part)}" for place, part in enumerate(found.instead.parts, start=1))
        if found.instead.drops:
            yield from ("", sentence(built.drops(found.instead)))


def _evidence(each: Recommended) -> Iterator[str]:
    """Both styles side by side, and pictures of the recommended one."""
    if each.not_compared:
        yield from ("", f"Both styles are not compared: {sentence(each.not_compared)}.")
    if each.comparison is None or each.recommendation.recommendation == "none":
        return
    found = each.comparison
    yield from ("", f"### {evidence.HEADING}", "")
    yield from _table(evidence.rows(found))
    if failures := evidence.failures(found):
        yield from ("", f"{evidence.FAILURES}:", "")
        yield from _table(failures)
    for heading, parts in (*zip(evidence.SENT, evidence.sent(found), strict=True), *_lists(found)):
        if parts:
            yield from ("", f"{heading}:", "")
            yield from (f"- {sentence(part)}" for part in parts)
    for picture in each.pictures:
        yield from ("", f"{picture.title}:", "", "```mermaid", picture.mermaid.rstrip("\n"), "```")


def _table(rows: Iterable[evidence.Row]) -> Iterator[str]:
    yield "| | orchestration | choreography |"
    yield "| --- | --- | --- |"
    for row in rows:
        label = f"{row.label} ({row.note})" if row.note else row.label
        yield f"| {' | '.join(map(sentence, (label, row.orchestration, row.choreography)))} |"


def _lists(found: Comparison) -> Iterator[tuple[str, tuple[str, ...]]]:
    yield evidence.WAYS_BACK, tuple(map(evidence.way_back, found.ways_back))
    yield evidence.IMPOSSIBLE["orchestration"], found.orchestration.impossible
    yield evidence.IMPOSSIBLE["choreography"], found.choreography.impossible


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
