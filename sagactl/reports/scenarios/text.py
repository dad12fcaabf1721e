"""Played scenarios for people, as a test runner shows them: a line each, and below it what is not as expected."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import SequenceMatcher
from typing import Final

from sagactl.durations import long_duration
from sagactl.escape import escape
from sagactl.reports.findings import Report, full
from sagactl.reports.scenarios import Result, Run, reproduction
from sagactl.reports.traces import text as traces
from sagactl.reports.width import fit
from sagactl.simulator.scenarios import Difference

ROLES: Final = {"completed": "good", "compensated": "undo", "parked": "bad"}
WORDS: Final = {
    "outcome": "outcome",
    "executed": "done, in this order",
    "compensated": "undone, in this order",
    "dead_letters": "dead letters",
    "skipped": "not undone",
    "violations": "violated properties",
    "faults": "faults that happen",
    "duration": "duration",
}
MIN_NAME: Final = 24


def render(run: Run) -> str:
    """What could not be played, then every scenario file with its scenarios, then the counts."""
    lines: list[str] = []
    if run.broken:
        lines += [full.render(Report(run.broken, run.style, run.width))]
    for path, results in run.by_file():
        lines += [run.style("path", escape(path))]
        for result in results:
            lines += _result(run, result)
        lines.append("")
    return "\n".join([*lines, summary(run)]) + "\n"


def summary(run: Run) -> str:
    """One line with the counts."""
    passed = len(run.results) - run.failed
    parts = [run.style("good", f"{passed} passed")] if passed or not run.failed else []
    parts += [run.style("bad", f"{run.failed} failed")] if run.failed else []
    parts += [run.style("bad", f"{_plural(len(run.broken), 'file')} with errors")] if run.broken else []
    parts += [f"{run.deselected} left out"] if run.deselected else []
    return ", ".join(parts)


def _plural(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _result(run: Run, result: Result) -> Iterator[str]:
    played = result.played
    good, bad = ("+", "x") if run.ascii else ("✓", "✗")
    sign = run.style("good", good) if played.passed else run.style("bad", bad)
    name = fit(escape(played.scenario.name), max(MIN_NAME, run.width - 30))
    outcome = run.style(ROLES[played.trace.outcome], f"{played.trace.outcome:<11}")
    yield f"  {sign} {name}  {outcome}  {long_duration(played.trace.duration_s):>10}"
    yield from (f"      {line}" for line in differences(run, result))
    if run.verbose:
        shown = traces.render(played.trace, style=run.style, width=run.width - 6, ascii=run.ascii)
        yield ""
        yield from (f"      {line}".rstrip() for line in shown.split("\n"))


def differences(run: Run, result: Result) -> Iterator[str]:
    """What is not as expected, and how to see it again; nothing when all is well."""
    for difference in result.played.differences:
        yield from _difference(run, difference)
    if not result.played.passed:
        yield from _explanations(result)
        yield f"{run.style('dim', 'again:')} {escape(reproduction(result))}"


def _difference(run: Run, difference: Difference) -> Iterator[str]:
    expected, found = difference.expected, difference.found
    words = WORDS[difference.what]
    if isinstance(expected, str) or isinstance(found, str):
        wanted, got = run.style("good", escape(str(expected))), run.style("bad", escape(str(found)))
        yield f"{words}: expected {wanted}, found {got}"
        return
    yield f"{words}: {run.style('good', '- expected')} {run.style('bad', '+ found')}"
    for sign, word in _compared(expected, found):
        line = f"  {sign} {escape(word)}"
        yield run.style({"-": "good", "+": "bad"}.get(sign, ""), line)


def _compared(expected: tuple[str, ...], found: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    """Both lists as one, what is only in one of them marked."""
    for tag, low, high, start, end in SequenceMatcher(None, expected, found, autojunk=False).get_opcodes():
        if tag == "equal":
            yield from ((" ", word) for word in expected[low:high])
        else:
            yield from (("-", word) for word in expected[low:high])
            yield from (("+", word) for word in found[start:end])


def _explanations(result: Result) -> Iterator[str]:
    """What the differences do not say by themselves: why a property does not hold."""
    if any(difference.what == "violations" for difference in result.played.differences):
        for broken in result.played.trace.violations:
            yield f"  {broken.property} {escape(broken.step)}: {escape(broken.explanation)}"
