"""A trace as a chart: one line per step in the order in which they come up, time from left to right."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.diagrams.text import wrap
from sagactl.escape import escape
from sagactl.reports.style import Style, plain
from sagactl.reports.traces.spans import MARKS, RUN_MARKS, Kind, Line, Scale, Span, lines, scale, ticks
from sagactl.reports.traces.text import SIGNS, summary, title
from sagactl.reports.width import fit
from sagactl.reports.width import width as width_of
from sagactl.trace import Moment, Trace, What

MIN_WIDTH: Final = 40


class Bar(NamedTuple):
    """How a stretch of time is drawn: a sign (unicode, ascii), what it means, and a role for its colour."""

    unicode: str
    ascii: str
    words: str
    role: str


BARS: Final[dict[Kind, Bar]] = {
    "action": Bar("━", "=", "action in flight", ""),
    "query": Bar("┉", "%", "status query", ""),
    "pause": Bar("┄", ".", "pause between tries", "dim"),
    "wait": Bar("~", "~", "wait", ""),
    "undo": Bar("«", "<", "compensation in flight", "undo"),
}

OWN_SIGNS: Final[dict[What, tuple[str, str]]] = {
    "timed-out": ("◷", "t"),
    "undo-timed-out": ("◷", "t"),
    "undone": ("↶", "u"),
}
"""Where the table's words tell apart what shares a sign, a chart needs a sign of its own."""

MEANINGS: Final[dict[What, str]] = {
    "done": "done",
    "arrived": "arrived",
    "undone": "undone",
    "rejected": "rejected",
    "failed": "failed",
    "undo-rejected": "refuses to undo",
    "undo-failed": "undo failed",
    "timed-out": "no answer in time",
    "undo-timed-out": "no answer in time",
    "lost": "message lost",
    "duplicated": "message arrives twice",
    "forgotten": "key forgotten",
    "crashed": "crash",
    "restarted": "tried again",
    "given-up": "no more tries",
    "dead-letter": "dead letter",
    "skipped": "skipped",
    "decided": "choice",
    "rollback": "rollback",
    "withdrawn": "no longer waited for",
    "cancel": "cancelled",
    "by-hand": "by hand",
    "deadline": "deadline",
    "alert": "alert",
    "started": "start",
    "ended": "end",
}
"""What the marks mean; kinds that share a sign share its place in the legend."""

ROLLBACK: Final = Bar("┊", ":", "", "undo")


class Cell(NamedTuple):
    """One column of a line, with the role of its colour."""

    char: str = " "
    role: str = ""


def render(trace: Trace, *, style: Style = plain, width: int = 100, ascii: bool = False) -> str:
    """The chart, its legend, and how the run ended; no line is wider than `width`, or than MIN_WIDTH."""
    columns = max(width, MIN_WIDTH)
    drawn = lines(trace)
    step, who = _label_sizes(drawn, columns)
    room = columns - step - who - 2 - (2 if who else 0)
    scaled = scale(trace)
    turns = {_column(scaled, moment.t_s, room) for moment in trace.moments if moment.what == "rollback"}
    rows = [
        *heading(trace, style, columns),
        "",
        *_axis(scaled, step + who + (4 if who else 2), room, style, ascii),
        *(_row(line, turns, scaled, (step, who, room), style, ascii) for line in drawn),
        "",
        *_legend(drawn, scaled, columns, style, ascii),
        "",
        *ending(trace, style, columns),
    ]
    return "\n".join(row.rstrip() for row in rows) + "\n"


def heading(trace: Trace, style: Style, columns: int) -> list[str]:
    """The saga and the faults, in as many lines as they take."""
    faults = ", ".join(map(str, trace.replay.get("faults", ())))
    words = title(trace) + (f" with {escape(faults)}" if faults else "")
    return [style("strong", line) for line in wrap(words, columns)]


def ending(trace: Trace, style: Style, columns: int) -> list[str]:
    """The summary of the table; a line that is too long goes on, without its colours, below itself."""
    found: list[str] = []
    for coloured, line in zip(summary(trace, style, columns), summary(trace, plain, columns), strict=True):
        if width_of(line) <= columns:
            found.append(coloured)
            continue
        name, text = line[:14], line[14:]
        parts = wrap(text, columns - 14)
        found += [f"{name if place == 0 else '':<14}{part}" for place, part in enumerate(parts)]
    return found


# -- lines


def _label_sizes(drawn: tuple[Line, ...], columns: int) -> tuple[int, int]:
    """Room for the step and for its participant; the participant is left out where the chart would be too narrow."""
    step = min(max(4, *(width_of(escape(line.step)) for line in drawn)), columns // 3)
    who = max((width_of(escape(line.participant)) for line in drawn), default=0)
    who = min(max(11, who), columns // 5)
    return step, who if columns - step - who - 4 >= columns // 2 else 0


def _row(line: Line, turns: set[int], scaled: Scale, sizes: tuple[int, int, int], style: Style, ascii: bool) -> str:
    step, who, room = sizes
    cells = [Cell()] * room
    for column in turns:
        cells[column] = Cell(ROLLBACK.ascii if ascii else ROLLBACK.unicode, "dim")
    for span in line.spans:
        _draw(cells, span, scaled, ascii)
    order = (RUN_MARKS if not line.step else MARKS).index
    for moment in sorted(line.marks, key=lambda each: order(each.what)):
        _put(cells, _column(scaled, moment.t_s, room), moment, ascii)
    name = fit(escape(line.step) if line.step else "run", step)
    label = f"{name}  {fit(escape(line.participant), who)}" if who else name
    return f"{label if line.step else style('dim', label)}  {_coloured(cells, style)}"


def _draw(cells: list[Cell], span: Span, scaled: Scale, ascii: bool) -> None:
    bar = BARS[span.kind]
    start, end = (_column(scaled, time_s, len(cells)) for time_s in (span.start_s, span.end_s))
    for column in range(start, max(start + 1, end)):
        if span.kind != "pause" or cells[column].char in (" ", ROLLBACK.unicode, ROLLBACK.ascii):
            cells[column] = Cell(bar.ascii if ascii else bar.unicode, bar.role)


def _put(cells: list[Cell], column: int, moment: Moment, ascii: bool) -> None:
    """A wide sign takes the next column too, or at the end the one before."""
    sign, role = _sign(moment.what, ascii), SIGNS[moment.what].role
    wide = width_of(sign) == 2
    start = min(column, len(cells) - 2) if wide else column
    end = start + 1 + wide
    _make_room(cells, start, end)
    cells[start:end] = [Cell(sign, role), Cell("", role)][: 1 + wide]


def _make_room(cells: list[Cell], start: int, end: int) -> None:
    """A wide sign whose right half is to be covered moves to the left, if nothing wide stands there."""
    if not cells[start].char:
        moves = start >= 2 and cells[start - 2].char
        cells[start - 2 if moves else start - 1 : start] = cells[start - 1 : start + 1] if moves else [Cell()]
    if end < len(cells) and not cells[end].char:
        cells[end] = Cell()


def _sign(what: What, ascii: bool) -> str:
    return OWN_SIGNS.get(what, SIGNS[what][:2])[1 if ascii else 0]


def _column(scaled: Scale, time_s: float, room: int) -> int:
    return round(scaled.at(time_s) * (room - 1))


def _coloured(cells: list[Cell], style: Style) -> str:
    """Neighbours of one role share their colour code."""
    shown, start = "", 0
    while start < len(cells):
        end = start
        while end < len(cells) and cells[end].role == cells[start].role:
            end += 1
        text = "".join(cell.char for cell in cells[start:end])
        shown += style(cells[start].role, text) if cells[start].role else text
        start = end
    return shown.rstrip()


# -- scale and legend


def _axis(scaled: Scale, indent: int, room: int, style: Style, ascii: bool) -> Iterator[str]:
    labels, line = [" "] * room, ["-" if ascii else "─"] * room
    for tick in ticks(scaled, room):
        labels[tick.start : tick.start + len(tick.text)] = tick.text
        line[tick.column] = "+" if ascii else "┬"
    yield style("dim", " " * indent + "".join(labels)[:room].rstrip())
    yield style("dim", " " * indent + "".join(line))


def _legend(drawn: tuple[Line, ...], scaled: Scale, columns: int, style: Style, ascii: bool) -> Iterator[str]:
    """Only the signs that the chart shows."""
    kinds = {span.kind for line in drawn for span in line.spans}
    bars = [f"{(bar.ascii if ascii else bar.unicode) * 2} {bar.words}" for kind, bar in BARS.items() if kind in kinds]
    present = {moment.what for line in drawn for moment in line.marks}
    meanings: dict[str, dict[str, None]] = {}
    for what, meaning in MEANINGS.items():
        if what in present:
            meanings.setdefault(_sign(what, ascii), {})[meaning] = None
    marks = [f"{sign} {', '.join(words)}" for sign, words in meanings.items()]
    yield from (style("dim", line) for line in _joined([*bars, *marks], columns))
    if scaled.is_compressed:
        words = "Time is compressed: order is true, lengths are not; read times from the scale."
        yield from (style("note", line) for line in wrap(words, columns))


def _joined(parts: list[str], columns: int) -> Iterator[str]:
    """As many parts on a line as it holds; one that is too long for any takes several."""
    line = ""
    for part in (piece for each in parts for piece in wrap(each, columns)):
        if line and width_of(line) + 3 + width_of(part) > columns:
            yield line
            line = ""
        line = f"{line}   {part}" if line else part
    if line:
        yield line
