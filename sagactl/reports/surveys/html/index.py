"""The index of a report: every definition in one table, with how it stands."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from sagactl.reports.hypertext import asset, code, foot, head, text
from sagactl.reports.surveys.entries import Entry
from sagactl.reports.surveys.html.layout import facts, plural, table
from sagactl.reports.surveys.html.page import GENERATOR, HERE, css
from sagactl.verdict import VERDICTS, Word

COLUMNS: Final = ("Saga", "Definition", "Steps", "Findings", "Verdict", "Rehearsed", "Recommended")

SIGNS: Final[dict[Word, tuple[str, str]]] = {
    "safe": ("✓", "r-good"),
    "conditional": ("!", "r-fault"),
    "incomplete": ("…", "r-fault"),
    "unsafe": ("✗", "r-bad"),
}
"""How a verdict is shown: a sign, and a colour that says no more than the sign."""

GRADES: Final = {"error": ("✗", "r-bad"), "warning": ("!", "r-fault"), "info": ("i", "r-dim"), "": ("✓", "r-good")}


def render(entries: Sequence[Entry]) -> str:
    """The whole page."""
    script = asset(HERE, "report.js")
    lines = [
        *head("Report on sagas", css(), script, GENERATOR),
        '<a class="skip" href="#main">Skip to the table</a>',
        "<header>",
        "<h1>Report on sagas</h1>",
        *facts(_summary(entries), "standing"),
        "</header>",
        '<main id="main" tabindex="-1">',
        *table(f"{plural(len(entries), 'definition')}, in the order of their files", COLUMNS, map(_row, entries)),
        "</main>",
        *foot(script),
    ]
    return "\n".join(lines)


def _summary(entries: Sequence[Entry]) -> Iterator[tuple[str, str]]:
    yield "Definitions", f"{len(entries)}"
    verdicts = ((word, sum(each.verdict == word for each in entries)) for word in VERDICTS)
    yield "Verdicts", ", ".join(f"{number} {word}" for word, number in verdicts if number) or "none"
    found = sum(each.worst in ("error", "warning") for each in entries)
    yield "With errors or warnings", f"{found}"
    bad = sum(each.unacceptable for each in entries)
    yield "Ends that are not acceptable", f"{bad}"
    if defects := sum(bool(each.defects) for each in entries):
        yield "With parts missing, by a defect of sagactl", f"{defects}"


def _row(each: Entry) -> tuple[str, ...]:
    return (
        f'<a href="{each.page}.html">{text(each.saga or each.path)}</a>',
        code(each.path),
        str(each.steps),
        _signed(GRADES[each.worst], each.findings),
        _signed(SIGNS[each.verdict], each.verdict) if each.verdict is not None else "not verified",
        _signed(("✗", "r-bad") if each.unacceptable else ("✓", "r-good"), each.rehearsed) or "not rehearsed",
        text(each.recommended) or "–",
    )


def _signed(sign: tuple[str, str], words: str) -> str:
    return f'<span class="{sign[1]}"><span aria-hidden="true">{sign[0]}</span> {text(words)}</span>' if words else ""
