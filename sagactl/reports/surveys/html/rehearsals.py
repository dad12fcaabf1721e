"""Every fault at every step: a grid in which each end leads to its run, and the runs, step by step."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby
from typing import Final

from sagactl.durations import long_duration
from sagactl.reports.hypertext import code, codes, sentence, text
from sagactl.reports.surveys import Refused, Rehearsals, Run, Surveyed
from sagactl.reports.surveys.html.layout import facts, hidden, plural, refusal, region, remark, table
from sagactl.reports.surveys.html.outcomes import ended
from sagactl.reports.traces.html.lifelines import AS_TEXT, Diagram
from sagactl.reports.traces.html.page import ENDINGS
from sagactl.reports.traces.html.symbols import icon
from sagactl.reports.traces.html.timeline import Chart
from sagactl.reports.traces.text import CAUSES, SIGNS, clock_text, collapsed, is_shown, words_of
from sagactl.simulator.matrix import Row
from sagactl.trace import Moment, Trace, Violation
from sagactl.world.faults import FAULTS

MAX_TOLD: Final = 36
LAST_TOLD: Final = 6
"""Moments of one run that are told, the last of them in any case: it is the pages with many runs that grow."""


def rehearsals(surveyed: Surveyed) -> Iterator[str]:
    """The grid, what to make of it, and every run."""
    found = surveyed.rehearsals
    if isinstance(found, Refused):
        yield from refusal(found)
        return
    numbers = {id(run): number for number, run in enumerate(found.runs)}
    yield from facts(_summary(found))
    yield from _grid(found, numbers)
    yield from _remarks(surveyed, found)
    for step, group in groupby(found.runs, key=_step):
        yield f"<h3>{code(step) if step else 'Nothing fails'}</h3>"
        for run in group:
            yield from _run(run, f"run-{numbers[id(run)]}")


def _summary(found: Rehearsals) -> Iterator[tuple[str, str]]:
    rows = [run.row for run in found.reached]
    counts = ", ".join(f"{sum(row.outcome == end for row in rows)} {end}" for end in ENDINGS)
    yield "Rehearsals", f"{len(rows)}: {counts}"
    bad = sum(not row.is_acceptable for row in rows)
    yield "Acceptable", f'<strong class="r-bad">✗ {bad} are not</strong>' if bad else "✓ every end"
    longest = max(rows, key=lambda row: row.duration_s)
    yield "The longest takes", f"{long_duration(longest.duration_s)}: {codes(map(str, longest.case.faults))}"


def _remarks(surveyed: Surveyed, found: Rehearsals) -> Iterator[str]:
    saga = surveyed.saga
    if any(run.row.outcome == "parked" for run in found.reached):
        if saga is not None and saga.accept is None:
            yield remark("Parked ends are listed, not condemned: no `accept` says which are acceptable.")
        else:
            yield remark("A parked end is acceptable if `accept` lists every step among its dead letters.")
    if any(broken.promise for run in found.reached for broken in run.row.violations):
        yield remark("What hangs on a promise that nobody states is no verdict: see the contract of the participant.")
    if found.undrawn:
        yield remark(
            f"So that the page stays light, {plural(found.undrawn, 'run')} are told in words; the call beside each one "
            "draws it with `--format html`."
        )
    if found.left_out:
        path = surveyed.linted.name
        yield remark(f"{plural(found.left_out, 'more rehearsal')} left out: `sagactl simulate {path} --all` plays all.")


# -- the grid


def _grid(found: Rehearsals, numbers: dict[int, int]) -> Iterator[str]:
    """Steps and faults; a cell has two ends where a fault at every try ends otherwise than one at the first."""
    single = [run for run in found.runs if len(run.row.case.faults) == 1]
    used = {run.row.case.faults[0].fault for run in single}
    faults = [fault.name for fault in FAULTS if fault.name in used]
    cells: dict[tuple[str, str], list[Run]] = {}
    for run in single:
        cells.setdefault((_step(run), run.row.case.faults[0].fault), []).append(run)
    rows = (
        (code(step), *(_cell(cells.get((step, fault), ()), numbers) for fault in faults))
        for step in dict.fromkeys(map(_step, single))
    )
    heads = ("Step", *(f'<span class="fault">{text(fault)}</span>' for fault in faults))
    yield from table("Every fault at every step; each end leads to its run", heads, rows, "matrix")
    yield '<ul class="legend" aria-label="Legend">'
    yield from (f"<li>{icon(each.symbol)} {end}</li>" for end, each in ENDINGS.items())
    yield "<li>✗ not acceptable</li><li>* at every try</li><li>– never happens in the run</li><li>blank: cannot be</li>"
    yield "</ul>"


def _cell(runs: Sequence[Run], numbers: dict[int, int]) -> str:
    return " ".join(_link(run.row, numbers[id(run)]) for run in runs)


def _link(row: Row, number: int) -> str:
    fault = row.case.faults[0]
    if not row.is_reached:
        return f"–{hidden('never happens')}"
    every = "*" if fault.attempt == 0 else ""
    bad = "" if row.is_acceptable else "✗"
    told = f"{row.outcome}{' when it happens at every try' if every else ''}{', not acceptable' if bad else ''}"
    return (
        f'<a class="end {row.outcome}" href="#run-{number}" title="{text(str(fault))}: {told}">'
        f'{icon(ENDINGS[row.outcome].symbol)}<span aria-hidden="true">{every}{bad}</span>{hidden(told)}</a>'
    )


# -- the runs


def _step(run: Run) -> str:
    return run.row.case.faults[0].step if run.row.case.faults else ""


def _run(run: Run, name: str) -> Iterator[str]:
    row = run.row
    if not row.is_reached:
        yield f"<p>{_label(row)}: never happens.</p>"
        return
    is_open = " open" if not row.case.faults else ""
    yield f'<details class="run"{is_open}><summary>{_label(row)} {ended(row.outcome)}{_short(row)}</summary>'
    yield f'<div class="told" id="{name}">'
    yield from facts(_facts(run))
    for broken in row.violations:
        yield _broken(broken)
    if run.trace is not None:
        yield from _drawn(run.trace, name)
    yield from _told(run)
    yield "</div></details>"


def _broken(found: Violation) -> str:
    """What hangs on a promise that nobody states is no verdict."""
    told = f"{code(found.property)} {code(found.step)}: {sentence(found.explanation)}"
    if found.promise:
        return f'<p class="remark">{told} (nobody states {code(found.promise)})</p>'
    return f'<p class="r-bad">{told}</p>'


def _label(row: Row) -> str:
    if not row.case.faults:
        return "<span>No fault</span>"
    fault = row.case.faults[0]
    return code(fault.fault) + (" at every try" if fault.attempt == 0 else "")


def _short(row: Row) -> str:
    bad = "" if row.is_acceptable else ' <strong class="r-bad">✗ not acceptable</strong>'
    return f" after {long_duration(row.duration_s)}{bad}"


def _facts(run: Run) -> Iterator[tuple[str, str]]:
    row = run.row
    if row.beside:
        yield "So that there is a way back", f"with {codes(map(str, row.beside))}"
    if row.compensated:
        yield "Undone", codes(row.compensated)
    if row.skipped:
        yield "Not undone", codes(row.skipped)
    for letter in row.dead_letters:
        yield "Dead letter", f"{code(letter.step)}: {text(CAUSES.get(letter.reason, letter.reason))}"
    yield "Play it again", code(run.command)


def _told(run: Run) -> Iterator[str]:
    """Only what differs from the run in which nothing fails, which stands above."""
    if run.shared and run.moments:
        yield f"<p>As without a fault for {plural(run.shared, 'moment')}; from then on:</p>"
    lines = list(collapsed([moment for moment in run.moments if is_shown(moment)]))
    if len(lines) > MAX_TOLD:
        left_out = f"{plural(len(lines) - MAX_TOLD + 1, 'more moment')}, which the call above shows"
        lines = [*lines[: MAX_TOLD - LAST_TOLD - 1], left_out, *lines[-LAST_TOLD:]]
    yield '<ol class="moments">'
    yield from map(_moment, lines)
    yield "</ol>"


def _moment(line: Moment | str) -> str:
    if isinstance(line, str):
        return f"<li>… {text(line)} …</li>"
    step = f"{code(line.step)} " if line.step else ""
    fault = f' <span class="badge">fault: {text(line.fault)}</span>' if line.fault else ""
    sign = f'<i aria-hidden="true">{SIGNS[line.what].unicode}{AS_TEXT}</i>'
    return f"<li><b>{clock_text(line)}</b> {step}{sign} {text(words_of(line))}{fault}</li>"


def _drawn(trace: Trace, name: str) -> Iterator[str]:
    chart, diagram = Chart(trace, f"{name}-timeline"), Diagram(trace, f"{name}-sequence")
    if chart.scale.is_compressed:
        yield remark("Time is compressed: the order is true, the lengths are not. Read times from the scale.")
    yield from region("Timeline", (chart.draw(),))
    yield from region("Sequence", (diagram.draw(),))
