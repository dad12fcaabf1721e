"""What suits the saga: the verdict with its gates, its factors, and what would change it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.recommender import Flip, Recommendation
from sagactl.recommender.factors import signed
from sagactl.recommender.recommendation import VERDICT_NAMES
from sagactl.reports.hypertext import codes, sentence, text
from sagactl.reports.recommendations import Recommended, built
from sagactl.reports.surveys import Refused, Surveyed
from sagactl.reports.surveys.html.evidence import compared
from sagactl.reports.surveys.html.layout import listed, refusal, table
from sagactl.reports.surveys.html.pictures import both_styles

FLIPS: Final[dict[str, str]] = {
    "factor": "Factors that tip it",
    "change": "The nearest change that would flip it",
    "gate": "What would flip it",
}


def recommendation(surveyed: Surveyed) -> Iterator[str]:
    """The verdict and its reasons."""
    recommended = surveyed.recommended
    if isinstance(recommended, Refused):
        yield from refusal(recommended)
        return
    found = recommended.recommendation
    yield f'<p class="verdict"><strong>{_capital(VERDICT_NAMES[found.recommendation])}</strong> {_strength(found)}</p>'
    yield from _decision(found)
    yield from _factors(found)
    yield from _gates(found)
    yield from _flips(found)
    if found.missing:
        yield f"<p>Compensations still to be written, counted as if there: {codes(found.missing)}</p>"
    yield from _built(found)
    if recommended.comparison is not None:
        yield from compared(recommended.comparison)
    elif recommended.not_compared:
        yield f"<p>Both styles are not compared: {sentence(recommended.not_compared)}.</p>"
    yield from _rings(recommended)
    yield from both_styles(surveyed)


def _strength(found: Recommendation) -> str:
    return f"{found.strength}, score {signed(found.score)} (positive: orchestration; negative: choreography)"


def _decision(found: Recommendation) -> Iterator[str]:
    gate = found.decided_by
    if gate is not None:
        yield f"<p>{sentence(_capital(gate.reason))}. {sentence(gate.instead)}</p>"
    elif found.strength == "weak":
        yield "<p>The score is too close to zero to decide; the rule of thumb does.</p>"
    if found.recommendation == "hybrid":
        yield "<p>Orchestrate inside each bounded context, and let contexts tell each other by events.</p>"
    if found.agrees is False:
        yield f'<p class="warned">The definition declares {found.declared}.</p>'


def _factors(found: Recommendation) -> Iterator[str]:
    rows = (
        (text(factor.name), signed(factor.points), sentence(factor.reason), sentence(factor.source))
        for factor in found.factors
    )
    yield "<h3>Factors</h3>"
    columns = ("Factor", "Points", "What was found", "Source")
    yield from table("What is counted, and what it is worth", columns, rows, "points")


def _gates(found: Recommendation) -> Iterator[str]:
    rows = (
        (
            sentence(gate.question),
            f"yes: {sentence(gate.reason)}" if gate.decided else "no",
            sentence(gate.source) if gate.decided else "–",
        )
        for gate in found.gates
    )
    yield "<h3>Gates</h3>"
    yield from table("Questions that decide before any score", ("Question", "Answer", "Source"), rows)


def _flips(found: Recommendation) -> Iterator[str]:
    for kind, heading in FLIPS.items():
        flips: list[Flip] = [flip for flip in found.flips if flip.kind == kind]
        yield from listed(heading, (flip.sentence for flip in flips))
    if not any(flip.kind in ("change", "gate") for flip in found.flips):
        yield "<p>No small change of one kind flips it.</p>"


def _built(found: Recommendation) -> Iterator[str]:
    """What to build for a hybrid, or in place of a saga."""
    if found.cut is not None:
        yield from listed(built.GROUPS, built.groups(found.cut))
        yield from listed(built.CROSSINGS, built.crossings(found.cut))
    if found.instead is not None:
        yield from listed(built.instead_title(found.instead), found.instead.parts, "ol")
        if found.instead.drops:
            yield f"<p>{sentence(built.drops(found.instead))}</p>"


def _rings(recommended: Recommended) -> Iterator[str]:
    rings = (" → ".join((*ring, ring[0])) for ring in recommended.rings)
    yield from listed("Services that would listen to each other in a ring", rings)


def _capital(words: str) -> str:
    return words[:1].upper() + words[1:]
