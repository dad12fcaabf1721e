"""The last lines of a report for people: what the baseline has too much, and the counts."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.escape import escape
from sagactl.reports.findings import Report, Summary, summary

if TYPE_CHECKING:
    from sagactl.linter.baseline import Entry

SHOWN_STALE = 10


def ending(report: Report) -> list[str]:
    """All of it: the counts, and how many of the findings could be fixed."""
    return [*_stale(report), tail(report), *_fixable(summary(report))]


def tail(report: Report) -> str:
    """One line with the counts."""
    counts = summary(report)
    files = plural(counts.files, "file")
    if not (counts.errors or counts.warnings or counts.infos):
        text = report.style("good", f"All clean: {files}, no findings")
    else:
        found = ((counts.errors, "error"), (counts.warnings, "warning"), (counts.infos, "info"))
        text = f"{', '.join(plural(number, word) for number, word in found if number)} in {files}"
    extras = ", ".join(_extras(counts, report.stale))
    return f"{text} ({extras})" if extras else text


def plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 or word == "info" else f"{number} {word}s"


def _extras(counts: Summary, stale: tuple[Entry, ...]) -> Iterator[str]:
    if counts.fixed:
        yield f"{counts.fixed} fixed"
    if counts.suppressed:
        yield f"{counts.suppressed} suppressed"
    if counts.baselined:
        yield f"{counts.baselined} in the baseline"
    if stale:
        yield f"{sum(entry.times for entry in stale)} stale there"


def _fixable(counts: Summary) -> Iterator[str]:
    """Which option would fix how many."""
    unsafe = counts.unsafely_fixable
    if safe := counts.fixable - unsafe:
        yield f"{safe} fixable with `--fix`" + (f", {unsafe} more with `--unsafe-fixes`" if unsafe else "")
    elif unsafe:
        yield f"{unsafe} fixable with `--fix --unsafe-fixes`"


def _stale(report: Report) -> Iterator[str]:
    """What the baseline accepts and nobody finds any more."""
    if report.stale:
        yield report.style("note", "The baseline accepts what is mended; `--update-baseline` takes it out:")
        yield from (f"  {entry_text(entry)}" for entry in report.stale[:SHOWN_STALE])
        if len(report.stale) > SHOWN_STALE:
            yield f"  and {len(report.stale) - SHOWN_STALE} more"
        yield ""


def entry_text(entry: Entry) -> str:
    """An accepted finding in one line."""
    own = entry.identity
    where = " ".join(escape(part) for part in (own.saga or own.path, own.step) if part)
    times = f" ({entry.times} times)" if entry.times > 1 else ""
    return f"{own.rule} {where}: {escape(entry.message)}{times}"
