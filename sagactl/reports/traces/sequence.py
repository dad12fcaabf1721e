"""A trace as a sequence diagram in text: lifelines from top to bottom, a row for each message.

Where the words fit on the arrows they stand there; otherwise the lifelines are numbered and the words stand beside
them, and where not even the numbers fit, the last lifeline is shared.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.escape import escape
from sagactl.reports.style import Style, plain
from sagactl.reports.traces.messages import OUTSIDE, Entry, Lifeline, lifelines, rows, sign
from sagactl.reports.traces.text import clock_text
from sagactl.reports.traces.timeline import MIN_WIDTH, ending, heading
from sagactl.reports.width import fit
from sagactl.reports.width import width as width_of
from sagactl.trace import Trace

ORCHESTRATOR: Final = "orchestrator"
OUTSIDE_NAME: Final = "(outside)"
SHARED: Final = "others"


class Strokes(NamedTuple):
    """The signs that lines are made of."""

    life: str
    forward: str
    back: str
    right: str
    left: str
    start: str
    end: str
    lost: str
    band: str


UNICODE: Final = Strokes("│", "─", "╌", "▶", "◀", "├", "┤", "╳", "═")
ASCII: Final = Strokes("|", "-", ".", ">", "<", "|", "|", "X", "=")


class Plan(NamedTuple):
    """Where everything stands: the columns of the lifelines, the first of which has the notes about the whole run.

    `words` is the column of the words beside the lifelines, None when they stand on the arrows.
    """

    names: tuple[Lifeline, ...]
    places: tuple[int, ...]
    columns: int
    words: int | None
    strokes: Strokes
    ascii: bool

    def of(self, lifeline: Lifeline) -> int:
        """The column of a lifeline; those without one of their own share the last."""
        if lifeline not in self.names:
            return self.places[0]
        return self.places[min(self.names.index(lifeline), len(self.places) - 1)]


def render(trace: Trace, *, style: Style = plain, width: int = 100, ascii: bool = False) -> str:
    """The diagram and how the run ended; no line is wider than `width`, or than MIN_WIDTH."""
    columns = max(width, MIN_WIDTH)
    shown = rows(trace)
    found = [row for row in shown if isinstance(row, Entry)]
    clock = max((len(clock_text(row.moment)) for row in found), default=5)
    names = lifelines(trace, shown)
    room = columns - clock - 2
    plan = _spread(found, names, room, ascii) or _narrow(names, room, ascii)
    lines = [
        *heading(trace, style, columns),
        "",
        *(" " * (clock + 2) + line for line in _heads(plan, style)),
        *(_row(row, plan, clock, style) for row in shown),
        "",
        *ending(trace, style, columns),
    ]
    return "\n".join(line.rstrip() for line in lines) + "\n"


# -- where everything stands


def _spread(found: list[Entry], names: tuple[Lifeline, ...], room: int, ascii: bool) -> Plan | None:
    """Lifelines as far apart as their words need, if that fits."""
    strokes = ASCII if ascii else UNICODE
    heads = [name_of(name) for name in names]
    places = [width_of(heads[0]) // 2]
    for place in range(1, len(names)):
        beside = places[-1] + (width_of(heads[place - 1]) + 1) // 2 + width_of(heads[place]) // 2 + 2
        ending = (each for each in found if each.is_arrow and max(map(names.index, each.ends)) == place)
        needed = [places[min(map(names.index, row.ends))] + _words_width(row, ascii) + 5 for row in ending]
        places.append(max(beside, *needed) if needed else beside)
    used = places[-1] + (width_of(heads[-1]) + 1) // 2
    notes = [_notes_end(row, places, names, ascii) for row in found if row.shape in ("note", "banner")]
    if max([used, *notes]) > room:
        return None
    return Plan(names, tuple(places), room, None, strokes, ascii)


def _notes_end(row: Entry, places: list[int], names: tuple[Lifeline, ...], ascii: bool) -> int:
    at = places[names.index(row.participant)] if row.participant in names else places[0]
    return at + 2 + _words_width(row, ascii)


def _narrow(names: tuple[Lifeline, ...], room: int, ascii: bool) -> Plan:
    """Numbered lifelines on the left half, words on the right."""
    half = max(room // 2, 12)
    gap = max(4, min(8, half // max(1, len(names))))
    fitting = max(2, min(len(names), (half - 2) // gap + 1))
    places = tuple(1 + gap * place for place in range(fitting)) if len(names) > 1 else (1,)
    return Plan(names, places, room, places[-1] + 4, ASCII if ascii else UNICODE, ascii)


def name_of(lifeline: Lifeline) -> str:
    """What stands at the head of a lifeline."""
    if lifeline is None:
        return ORCHESTRATOR
    return OUTSIDE_NAME if lifeline == OUTSIDE else escape(lifeline)


def _label(row: Entry, ascii: bool) -> str:
    found = sign(row)
    return row.words if found is None else f"{found.ascii if ascii else found.unicode} {row.words}"


def _words_width(row: Entry, ascii: bool) -> int:
    return width_of(_label(row, ascii))


# -- rows


def _heads(plan: Plan, style: Style) -> Iterator[str]:
    if plan.words is None:
        line = _blank(plan.columns)
        for place, name in zip(plan.places, map(name_of, plan.names), strict=True):
            _put(line, place - width_of(name) // 2, name)
        yield style("strong", _text(line))
    else:
        yield from _numbers(plan, style)
    line = _blank(plan.columns)
    _lives(line, plan)
    yield _text(line)


def _numbers(plan: Plan, style: Style) -> Iterator[str]:
    """The legend of the numbers, and the numbers."""
    alone = len(plan.places) - 1 if len(plan.places) == len(plan.names) else len(plan.places) - 2
    for number, name in enumerate(plan.names):
        shown = str(number) if number <= alone else "+"
        yield style("strong", fit(f"{shown} {name_of(name)}", plan.columns).rstrip())
    line = _blank(plan.columns)
    for number, place in enumerate(plan.places):
        _put(line, place, str(number) if number <= alone else "+")
    yield style("strong", _text(line))


def _row(row: Entry | str, plan: Plan, clock: int, style: Style) -> str:
    line = _blank(plan.columns)
    if isinstance(row, str):
        _lives(line, plan)
        dots = "..." if plan.ascii else "…"
        _put(line, plan.words or plan.places[0] + 2, f"{dots} {row} {dots}")
        return " " * (clock + 2) + style("dim", _text(line))
    match row.shape:
        case "banner":
            _put(line, 0, plan.strokes.band * plan.columns)
            _put(line, plan.places[0] + 2, f" {_fitted(_label(row, plan.ascii), plan.columns - plan.places[0] - 4)} ")
        case "note":
            _lives(line, plan)
            at = plan.of(row.participant)
            start = plan.words if plan.words is not None else at + 2
            if plan.words is not None and row.participant is not None:
                _put(line, at, "o")
            _put(line, start, _label(row, plan.ascii))
        case _:
            _lives(line, plan)
            _arrow(line, row, plan)
    return f"{clock_text(row.moment):>{clock}}  " + (style(row.role, _text(line)) if row.role else _text(line))


def _arrow(line: list[str], row: Entry, plan: Plan) -> None:
    """From one lifeline to another; a lost message does not reach the other end."""
    source, target = map(plan.of, row.ends)
    strokes, left, right = plan.strokes, min(source, target), max(source, target)
    stroke = strokes.back if row.is_back else strokes.forward
    _put(line, left + 1, stroke * (right - left - 1))
    label = _label(row, plan.ascii)
    if left == right:
        line[left] = strokes.start
    elif source < target:
        line[left] = strokes.start
        line[right - 2 if row.is_lost else right - 1] = strokes.lost if row.is_lost else strokes.right
        if row.is_lost:
            line[right - 1] = " "
    else:
        line[right] = strokes.end
        line[left + 2 if row.is_lost else left + 1] = strokes.lost if row.is_lost else strokes.left
        if row.is_lost:
            line[left + 1] = " "
    if plan.words is not None:
        _put(line, plan.words, label)
    else:
        _put(line, left + (2 if source < target else 3), f" {label} " if label else "")


# -- a line of columns


def _blank(columns: int) -> list[str]:
    return [" "] * columns


def _lives(line: list[str], plan: Plan) -> None:
    for place in plan.places:
        line[place] = plan.strokes.life


def _put(line: list[str], start: int, text: str) -> None:
    """Text from this column on, cut where the line ends; a wide character takes two columns."""
    column = start
    for char in _fitted(text, len(line) - start):
        taken = width_of(char)
        if taken == 0:
            line[max(0, column - 1)] += char
            continue
        line[column] = char
        if taken == 2:
            line[column + 1] = ""
        column += taken


def _fitted(text: str, columns: int) -> str:
    return text if width_of(text) <= columns else fit(text, columns).rstrip()


def _text(line: list[str]) -> str:
    return "".join(line).rstrip()
