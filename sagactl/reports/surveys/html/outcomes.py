"""Every way in which a run may end, and what has become of each step by then."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.reports.hypertext import codes, sentence
from sagactl.reports.surveys import Refused, Surveyed
from sagactl.reports.surveys.html.layout import plural, refusal, remark, table
from sagactl.reports.traces.html.page import ENDINGS
from sagactl.reports.traces.html.symbols import icon
from sagactl.trace import RunOutcome
from sagactl.verdict import End

MAX_ENDS: Final = 250
"""More are counted: nobody reads them, and a page has to stay light."""


def outcomes(surveyed: Surveyed) -> Iterator[str]:
    """A table of all ends, the shortest way to each beside it."""
    verified = surveyed.verified
    if isinstance(verified, Refused):
        yield from refusal(verified)
        return
    ends = verified.verdict.ends or ()
    if not ends:
        yield "<p>No end was found.</p>"
        return
    columns = ("End", "How it comes", "What has become of the steps")
    yield from table(f"{plural(len(ends), 'way')} to end", columns, _rows(ends), "long")
    if len(ends) > MAX_ENDS:
        yield remark(f"{plural(len(ends) - MAX_ENDS, 'more way')} left out: `sagactl verify --outcomes` shows all")


def ended(outcome: RunOutcome) -> str:
    """The word for an end, with its symbol."""
    return f'<span class="{outcome}">{icon(ENDINGS[outcome].symbol)} {outcome}</span>'


def _rows(ends: tuple[End, ...]) -> Iterator[tuple[str, ...]]:
    for end in ends[:MAX_ENDS]:
        accepted = "" if end.accepted else ' <strong class="r-bad">✗ not accepted</strong>'
        yield ended(end.outcome) + accepted, "<br>".join(map(sentence, end.faults)) or "nothing fails", _steps(end)


def _steps(end: End) -> str:
    by_word: dict[str, list[str]] = {}
    for name, word in end.steps.items():
        by_word.setdefault(word, []).append(name)
    return "<br>".join(f"{word}: {codes(names)}" for word, names in by_word.items())
