"""A trace as a Mermaid diagram: the messages as a sequence diagram, or the steps as a Gantt chart.

Lifelines and tasks are numbered, so that no name of a definition is ever read as syntax; every character of a label
that is not plainly a letter, a digit or harmless is written as a number.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Final

from sagactl.diagrams.mermaid import HARMLESS
from sagactl.escape import escape
from sagactl.reports.traces.messages import Entry, Lifeline, lifelines, rows, sign, way_back
from sagactl.reports.traces.sequence import name_of
from sagactl.reports.traces.spans import Kind, Line, Span, last_s, lines
from sagactl.reports.traces.text import MAX_ALIKE, SIGNS, clock_text, words_of
from sagactl.trace import Moment, Trace, What

VIEWS: Final = ("sequence", "timeline")

ARROWS: Final = {
    ("call", False): "->>",
    ("reply", False): "-->>",
    ("call", True): "-x",
    ("reply", True): "--x",
    ("event", False): "-)",
}
"""By shape, and by whether the message is lost."""

TASKS: Final[dict[Kind, tuple[str, str]]] = {
    "action": ("action", "done, "),
    "query": ("status query", "active, "),
    "wait": ("wait", "active, "),
    "undo": ("compensation", "crit, "),
}
"""What a task is called, and the tag that decides how it is drawn; a pause is the gap between two tasks."""

MILESTONES: Final[frozenset[What]] = frozenset(
    {
        "rejected",
        "undone",
        "undo-rejected",
        "dead-letter",
        "given-up",
        "rollback",
        "deadline",
        "cancel",
        "by-hand",
        "crashed",
        "restarted",
        "ended",
    },
)
EPOCH: Final = datetime(2000, 1, 1)
"""A day without a change of clocks; only the distance from it is shown."""

AXES: Final = ((60.0, "%S.%L s"), (3600.0, "%M:%S"), (86400.0, "%H:%M:%S"))
MAX_NAME: Final = 48
PLAIN: Final = HARMLESS | {sign.unicode for sign in SIGNS.values() if not sign.unicode.isascii()}
LONGEST_S: Final = 7000 * 365 * 86400.0
"""The calendar ends there; nothing that is rehearsed is meant to last so long."""


def render(trace: Trace, view: str = "sequence") -> str:
    """The diagram; the same trace gives the same text."""
    found = _gantt(trace) if view == "timeline" else _sequence(trace)
    return "\n".join((*found, ""))


# -- sequence


def _sequence(trace: Trace) -> Iterator[str]:
    shown = rows(trace)
    names = lifelines(trace, shown)
    leads = names[0] is None
    ids: dict[Lifeline, str] = {name: f"p{place - leads}" for place, name in enumerate(names)}
    ids |= {None: "o" if leads else "p0"}
    yield "sequenceDiagram"
    yield f"  accTitle: {_words(f'Rehearsal of {trace.saga}')}"
    yield f"  accDescr: {_words(f'Ends {trace.outcome} after {trace.duration_s:.3f}s')}"
    for name in names:
        yield f"  participant {ids[name]} as {_label(name_of(name))}"
    across = f"{ids[names[0]]},{ids[names[-1]]}" if len(names) > 1 else ids[names[0]]
    back, was_back = way_back(trace), False
    for row in shown:
        is_back = back[row.place] if isinstance(row, Entry) else was_back
        if is_back != was_back:
            yield "  rect rgba(213, 94, 0, 0.12)" if is_back else "  end"
        was_back = is_back
        yield f"  {_row(row, ids, across)}"
    if was_back:
        yield "  end"


def _row(row: Entry | str, ids: dict[Lifeline, str], across: str) -> str:
    if isinstance(row, str):
        return f"Note over {across}: {_label(f'… {row} …')}"
    found = sign(row)
    text = _label(f"{clock_text(row.moment)} {found.unicode + ' ' if found else ''}{row.words}")
    if row.shape == "banner":
        return f"Note over {across}: {text}"
    if row.shape == "note":
        return f"Note over {ids[row.participant]}: {text}"
    source, target = row.ends
    return f"{ids[source]}{ARROWS[row.shape, row.is_lost]}{ids[target]}: {text}"


# -- timeline


def _gantt(trace: Trace) -> Iterator[str]:
    end_s, names = last_s(trace), {line: _name(line) for line in lines(trace)}
    yield f'%%{{init: {{"gantt": {{"leftPadding": {max(75, 30 + 6 * max(map(len, names.values())))}}}}}}}%%'
    yield "gantt"
    yield f"  title {_words(f'Rehearsal of {trace.saga}, {trace.outcome} after {trace.duration_s:.3f}s')}"
    yield "  dateFormat YYYY-MM-DDTHH:mm:ss.SSS"
    yield f"  axisFormat {next((axis for limit_s, axis in AXES if end_s < limit_s), '%j. %H:%M')}"
    for line, name in names.items():
        if line.spans or any(moment.what in MILESTONES for moment in line.marks):
            yield f"  section {name}"
            yield from _section(line)


def _name(line: Line) -> str:
    who = f" - {line.participant}" if line.participant else ""
    return _words(line.step + who)[:MAX_NAME].rstrip() if line.step else "run"


def _section(line: Line) -> Iterator[str]:
    for task in _tasks(line.spans):
        yield f"  {task}"
    for moment in _last_ones(line.marks):
        yield f"  {_label(f'{SIGNS[moment.what].unicode} {words_of(moment)}')} :milestone, {_date(moment.t_s)}, 0d"


def _tasks(spans: tuple[Span, ...]) -> list[str]:
    """One for each stretch, with its number among its like; long repetitions become one."""
    numbers: dict[Kind, int] = {}
    tasks, kept = [], [span for span in spans if span.kind in TASKS]
    for span in kept:
        numbers[span.kind] = numbers.get(span.kind, 0) + 1
        words, tag = TASKS[span.kind]
        number = f", try {numbers[span.kind]}" if numbers[span.kind] > 1 else ""
        tasks.append(f"{words}{number} :{tag}{_date(span.start_s)}, {_date(span.end_s)}")
    if len(tasks) <= MAX_ALIKE + 2:
        return tasks
    half = MAX_ALIKE // 2
    middle = kept[half:-half]
    more = f"{len(middle)} more like these :{_date(middle[0].start_s)}, {_date(middle[-1].end_s)}"
    return [*tasks[:half], more, *tasks[-half:]]


def _last_ones(marks: tuple[Moment, ...]) -> list[Moment]:
    return [moment for moment in marks if moment.what in MILESTONES][-MAX_ALIKE:]


def _date(seconds: float) -> str:
    found = EPOCH + timedelta(milliseconds=round(min(seconds, LONGEST_S) * 1000))
    return found.isoformat(timespec="milliseconds")


# -- text


def _label(text: str) -> str:
    """Text for a message, a note or a task, where `#40;` is Mermaid's way to write a character by its number."""
    shown = escape(text).strip() or "-"
    return "".join(char if char.isalnum() or char in PLAIN else f"#{ord(char)};" for char in shown)


def _words(text: str) -> str:
    """Text for a line that ends the syntax: what could mean something becomes a space."""
    return " ".join("".join(char if char.isalnum() or char in ".,-_" else " " for char in escape(text)).split()) or "-"
