"""Recommendations for a design document, in Markdown."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from sagactl.escape import escape
from sagactl.recommender import Recommendation
from sagactl.recommender.factors import signed
from sagactl.recommender.recommendation import VERDICT_NAMES
from sagactl.reports.recommendations import Recommended

_SPECIAL = re.compile(r"([\\*_\[\]|~$])")
"""What would be layout in the middle of a line; no line begins with a text from a definition."""


def render(recommended: Sequence[Recommended]) -> str:
    """One section for each saga, with a table of its factors."""
    return "\n\n".join("\n".join(_section(each)) for each in recommended) + "\n"


def _section(each: Recommended) -> Iterator[str]:
    found = each.recommendation
    yield f"## `{_code(found.saga)}`: {VERDICT_NAMES[found.recommendation]}"
    yield ""
    yield f"Strength: {found.strength}. Score: {signed(found.score)} (positive: orchestration; negative: choreography)."
    yield f"Definition: `{_code(each.path)}`."
    yield from _decision(found)
    yield ""
    yield "| points | factor | what was found | source |"
    yield "| ---: | --- | --- | --- |"
    for factor in found.factors:
        cells = (factor.name, _text(factor.reason), _text(factor.source))
        yield f"| {signed(factor.points)} | {' | '.join(cells)} |"
    yield ""
    yield "Gates that were asked:"
    yield ""
    for gate in found.gates:
        answer = f"yes: {_text(gate.reason)} (source: {_text(gate.source)})" if gate.decided else "no"
        yield f"- {_text(gate.question)} {answer}"
    if found.flips:
        yield ""
        yield "What would change the verdict:"
        yield ""
        yield from (f"- {_text(flip.sentence)}" for flip in found.flips)
    if found.missing:
        yield ""
        yield f"Compensations still to be written: {', '.join(f'`{_code(step)}`' for step in found.missing)}."


def _decision(found: Recommendation) -> Iterator[str]:
    gate = found.decided_by
    if gate is not None:
        yield f"{_text(gate.reason[:1].upper() + gate.reason[1:])}."
        yield _text(gate.instead)
    elif found.strength == "weak":
        yield "The score is too close to zero to decide; the rule of thumb does."
    if found.recommendation == "hybrid":
        yield "Orchestrate inside each bounded context, and let contexts tell each other by events."
    if found.agrees is False:
        yield f"The definition declares {found.declared}."


def _text(text: str) -> str:
    """A sentence of ours: names stand between backticks, and what they hold is shown as it is."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:
        return _prose("".join(pieces))
    return "".join(f"`{_code(piece)}`" if place % 2 else _prose(piece) for place, piece in enumerate(pieces))


def _prose(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def _code(text: str) -> str:
    """What may stand between two backticks, in a table too."""
    return escape(text).replace("`", "'").replace("|", "\\|")
