"""The evidence for a recommendation: what the definition consists of and costs in either style, side by side."""

from __future__ import annotations

from collections.abc import Iterator

from sagactl.recommender.comparison import Comparison
from sagactl.reports.hypertext import sentence, text
from sagactl.reports.recommendations import evidence
from sagactl.reports.surveys.html.layout import listed, table


def compared(found: Comparison) -> Iterator[str]:
    """The table, what is sent, how failures travel back, and what each style makes impossible."""
    yield f"<h3>{text(evidence.HEADING)}</h3>"
    columns = ("What", "Orchestration", "Choreography", "Where")
    yield from table("What each style consists of, and what it costs", columns, map(_row, evidence.rows(found)))
    if failures := evidence.failures(found):
        columns = ("When this fails", "Orchestration", "Choreography", "Undone")
        yield from table(evidence.FAILURES, columns, map(_failure, failures))
    for title, sentences in zip(evidence.SENT, evidence.sent(found), strict=True):
        yield from listed(title, sentences)
    yield from listed(evidence.WAYS_BACK, map(evidence.way_back, found.ways_back))
    yield from listed(evidence.IMPOSSIBLE["orchestration"], found.orchestration.impossible)
    yield from listed(evidence.IMPOSSIBLE["choreography"], found.choreography.impossible)


def _failure(row: evidence.Row) -> tuple[str, ...]:
    return sentence(row.label), text(row.orchestration), text(row.choreography), sentence(row.note)


def _row(row: evidence.Row) -> tuple[str, ...]:
    return text(row.label), sentence(row.orchestration), sentence(row.choreography), sentence(row.note)
