"""Runs of a store for people: what goes on, what hangs, and what there is to do."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, Final

from sagactl.durations import long_duration
from sagactl.escape import escape
from sagactl.reports.runs import Listed, Shown, utc
from sagactl.reports.style import Style
from sagactl.reports.traces.text import CAUSES, collapsed, is_shown, table_of
from sagactl.reports.width import fit, width

if TYPE_CHECKING:
    from sagactl.runtime.operators import Done
    from sagactl.runtime.store import KeptLetter, Summary

MAX_DATA: Final = 2_000
"""Characters of one input or result; JSON shows all of it."""

ROLES: Final = {"completed": "good", "compensated": "undo", "parked": "bad"}
OF_DIRECTION: Final = {"forward": "going forward", "back": "going back"}


# -- the list


def listed(found: Listed, style: Style, columns: int) -> str:
    if not found.runs:
        return "no runs\n"
    heads = ("run", "saga", "status", "started", "business key", "letters")
    rows = [_row(run) for run in found.runs]
    sizes = [max(width(row[place]) for row in (heads, *rows)) for place in range(len(heads))]
    room = columns - sum(sizes) - 2 * (len(sizes) - 1)
    sizes[4] = max(12, sizes[4] + min(0, room))
    lines = [style("dim", _line(heads, sizes))]
    for run, row in zip(found.runs, rows, strict=True):
        role = ROLES.get(run.outcome, "fault" if run.stuck else "")
        cells = [fit(cell, size) for cell, size in zip(row, sizes, strict=True)]
        cells[2] = style(role, cells[2]) if role else cells[2]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([*lines, "", _tail(found), ""])


def _row(run: Summary) -> tuple[str, ...]:
    how = run.outcome or run.status + (" stuck" if run.stuck else "")
    letters = str(run.open_letters) if run.open_letters else ""
    return escape(run.id), escape(run.saga), how, utc(run.started_s), escape(run.correlation), letters


def _line(cells: Iterable[str], sizes: Sequence[int]) -> str:
    return "  ".join(fit(cell, size) for cell, size in zip(cells, sizes, strict=True)).rstrip()


def _tail(found: Listed) -> str:
    number, open_letters = len(found.runs), sum(run.open_letters for run in found.runs)
    words = f"{number} run{'s' if number != 1 else ''}" + (", and more: `--limit`" if found.more else "")
    if open_letters:
        words += f"; {_count(open_letters, 'open dead letter')}: `sagactl dead-letters`"
    return words


def _count(number: int, what: str) -> str:
    return f"{number} {what}{'s' if number != 1 else ''}"


# -- one run


def shown(what: Shown, style: Style, columns: int, ascii: bool) -> str:
    parts = [_head(what, style), _steps(what, style)]
    titles = (("Timers", _timers(what)), ("By hand", _acts(what)), ("Dead letters", _open(what)))
    for title, lines in titles:
        found = list(lines)
        if found:
            parts.append([style("strong", title), *found])
    rows = list(collapsed([moment for moment in what.moments if is_shown(moment)]))
    parts.append([style("strong", "History"), *table_of(rows, style, columns, ascii)] if rows else [])
    if what.note:
        parts.append([f"note: {escape(what.note)}"])
    return "\n\n".join("\n".join(line.rstrip() for line in part) for part in parts if part) + "\n"


def _head(what: Shown, style: Style) -> list[str]:
    run, summary, definition = what.found
    status = f"{summary.status}, {summary.outcome}" if summary.outcome else summary.status
    ended = f", ended {utc(summary.ended_s)}" if summary.ended_s is not None else ""
    lasted = (summary.ended_s or summary.changed_s) - summary.started_s
    facts = {
        "status": style(ROLES.get(summary.outcome, "strong"), status) + (", stuck" if summary.stuck else ""),
        "started": f"{utc(summary.started_s)}{ended} ({long_duration(max(0.0, lasted))})",
        "key": escape(run.start_key) if run.start_key != run.id else "",
        "business key": escape(run.correlation) if run.correlation != run.id else "",
        "driven by": escape(summary.owner),
        "input": _data(run.input) if run.input else "",
    }
    title = f"Run {escape(run.id)} of {escape(run.saga)}, version {definition.saga.version or 1}"
    return [style("strong", title), *(f"  {name:<13}{value}" for name, value in facts.items() if value)]


def _steps(what: Shown, style: Style) -> list[str]:
    run, _, definition = what.found
    flow = definition.flow(run.input)
    rows = [("step", "record", "tries", "reason, result")]
    for plan, step in zip(flow.steps, run.state.steps, strict=True):
        result = _data(run.results[plan.id]) if run.results.get(plan.id) is not None else ""
        told = "; ".join(filter(None, (escape(CAUSES.get(step.cause, step.cause)), result)))
        rows.append((escape(plan.id), step.record, str(step.tries) if step.tries else "", told))
    sizes = [max(width(row[place]) for row in rows) for place in range(3)]
    lines = ["  " + _line(row[:3], sizes).ljust(sum(sizes) + 4) + "  " + row[3] for row in rows]
    return [style("dim", lines[0]), *lines[1:]]


def _timers(what: Shown) -> Iterator[str]:
    run, _, definition = what.found
    flow = definition.flow(run.input)
    for timer in run.timers:
        step = getattr(timer.event, "step", None)
        name = flow.steps[step].id if step is not None else getattr(timer.event, "scope", "")
        yield f"  {utc(timer.due_s)}  {type(timer.event).__name__}" + (f" of {escape(name)}" if name else "")


def _acts(what: Shown) -> Iterator[str]:
    for act in what.acts:
        step = f" {escape(act.step)}" if act.step else ""
        yield f"  {utc(act.at_s)}  {escape(act.what)}{step} by {escape(act.who)}: {escape(act.why)}"


def _open(what: Shown) -> Iterator[str]:
    for letter in what.letters:
        closed = f", closed by {escape(letter.closed)}" if letter.closed else ""
        yield f"  {_of(letter)}{closed}"


def _of(letter: KeptLetter) -> str:
    reason = escape(CAUSES.get(letter.reason, letter.reason))
    tries = f"after {_count(letter.tries, 'try').replace('trys', 'tries')}" if letter.tries else "never tried"
    return f"{escape(letter.step)}, {OF_DIRECTION.get(letter.direction, '')}: {reason}, {tries}"


# -- dead letters


def letters(found: Sequence[KeptLetter], style: Style) -> str:
    if not found:
        return "no dead letters\n"
    return "\n\n".join("\n".join(_letter(letter, style)) for letter in found) + "\n"


def _letter(letter: KeptLetter, style: Style) -> Iterator[str]:
    body = letter.body
    known = "" if body.get("result_is_known") else "not known"
    run = escape(letter.run)
    yield style("strong", _of(letter))
    yield f"  {'saga':<13}{escape(letter.saga)}, run {run}, since {utc(letter.at_s)}"
    yield f"  {'participant':<13}{escape(str(body.get('participant') or 'the service itself'))}"
    yield f"  {'command':<13}{escape(str(body.get('command') or ''))}"
    yield f"  {'key':<13}{escape(str(body.get('key') or ''))}"
    yield f"  {'business key':<13}{escape(str(body.get('correlation') or ''))}"
    yield f"  {'input':<13}{_data(body.get('input'))}"
    yield f"  {'its result':<13}{known or _data(body.get('result'))}"
    if letter.closed:
        yield f"  {'closed by':<13}{escape(letter.closed)}"
    else:
        yield style("help", f"  {'next':<13}sagactl retry {run} {escape(letter.step)} --why …")


def _data(value: Any) -> str:
    """Data in one line of JSON, cut where it is endless."""
    text = escape(json.dumps(value, ensure_ascii=False))
    return text if len(text) <= MAX_DATA else text[:MAX_DATA] + "… (`--format json` shows all)"


# -- an act


def done(result: Done, what: str, step: str, style: Style) -> str:
    summary = result.found.summary
    about = f"{what}{f' {escape(step)}' if step else ''}"
    if result.how == "posted":
        return (
            f"{style('warning', 'posted')}: {about} waits for a worker of `{escape(summary.saga)}`\n"
            f"  the next one that looks does it; `sagactl show {escape(summary.id)}` shows whether one has\n"
        )
    how = f"{summary.status}, {summary.outcome}" if summary.outcome else summary.status
    notes = "".join(f"  note: {escape(alert)}\n" for alert in result.alerts)
    return (
        f"{style('good', 'done')}: {about}; the run is {style(ROLES.get(summary.outcome, 'strong'), how)} now\n{notes}"
    )
