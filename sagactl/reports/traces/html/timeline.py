"""The steps of a run as bars over a scale of time."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.escape import escape
from sagactl.reports.hypertext import text
from sagactl.reports.traces.html.symbols import SYMBOL_OF, label, line, mark, number, picture
from sagactl.reports.traces.spans import MARKS, RUN_MARKS, Kind, Line, Scale, Span, lines, scale, ticks, time_text
from sagactl.reports.traces.text import clock_text, words_of
from sagactl.reports.width import fit, width
from sagactl.trace import Moment, Trace

WIDTH: Final = 1120
RIGHT: Final = 24
TOP: Final = 34
ROW: Final = 38
LETTER: Final = 7.3
"""The width of a letter in the drawings, a little more than most fonts need."""

MAX_LETTERS: Final = 30

BARS: Final[dict[Kind, tuple[str, str]]] = {
    "action": ("b-action", "action in flight"),
    "query": ("b-query", "status query"),
    "pause": ("b-pause", "pause between tries"),
    "wait": ("b-wait", "wait"),
    "undo": ("b-undo", "compensation in flight"),
}
"""The class of a bar and what it means."""


class Chart:
    """Where things stand on the chart."""

    def __init__(self, trace: Trace, name: str = "timeline") -> None:
        self.trace = trace
        self.name = name
        self.lines: tuple[Line, ...] = lines(trace)
        self.scale: Scale = scale(trace)
        names = [name for each in self.lines for name in (each.step, each.participant)]
        letters = min(MAX_LETTERS, max(8, *(width(escape(name)) for name in names)))
        self.left = 24 + letters * LETTER
        self.height = TOP + ROW * len(self.lines) + 12

    def x(self, time_s: float) -> float:
        return self.left + self.scale.at(time_s) * (WIDTH - RIGHT - self.left)

    def draw(self) -> str:
        about = (
            f"One line for the run and one for each of its {len(self.lines) - 1} steps, in the order in which they "
            f"come up, over {time_text(self.trace.duration_s)}; the table of moments says the same in words."
        )
        title = f"Timeline of {self.trace.saga}"
        return picture((WIDTH, self.height), "timeline", self.name, title, about, self._content())

    def _content(self) -> Iterator[str]:
        yield from self._axis()
        for place, each in enumerate(self.lines):
            yield from self._line(each, TOP + ROW * place + ROW / 2)
        yield from self._rollback()
        hidden = f' id="{self.name}-cursor" visibility="hidden"'
        yield line(self.left, TOP - 6, self.left, self.height, "cursor", hidden)

    def _axis(self) -> Iterator[str]:
        columns = int((WIDTH - RIGHT - self.left) / LETTER)
        step = (WIDTH - RIGHT - self.left) / max(1, columns - 1)
        found = ticks(self.scale, columns)
        for place, tick in enumerate(found):
            x = self.left + tick.column * step
            end = place and place == len(found) - 1
            yield line(x, TOP - 8, x, self.height - 8, "grid")
            yield label(x, TOP - 14, tick.text, "t-quiet", "t-end" if end else "t-middle" if place else "t-start")

    def _line(self, each: Line, y: float) -> Iterator[str]:
        if not each.step:
            yield label(8, y + 4, "run", "t-quiet")
            yield line(self.left, y, WIDTH - RIGHT, y, "rule")
        else:
            yield self._name(each, y)
        for span in each.spans:
            yield self._bar(span, y, each.step)
        order = (MARKS if each.step else RUN_MARKS).index
        for moment in sorted(each.marks, key=lambda found: order(found.what)):
            yield mark(SYMBOL_OF[moment.what][0], self.x(moment.t_s), y, _told(moment))

    def _name(self, each: Line, y: float) -> str:
        lower = (
            label(8, y + 13, fit(escape(each.participant), MAX_LETTERS).strip(), "t-small") if each.participant else ""
        )
        upper = label(8, y - 2 if lower else y + 4, fit(escape(each.step), MAX_LETTERS).strip(), "t-name")
        whole = f"{each.step}, done by {each.participant}" if each.participant else each.step
        return f"<g><title>{text(whole)}</title>{upper}{lower}</g>"

    def _bar(self, span: Span, y: float, step: str) -> str:
        kind, words = BARS[span.kind]
        x = self.x(span.start_s)
        long = max(3.0, self.x(span.end_s) - x)
        title = f"{step}: {words}, {time_text(span.start_s)} to {time_text(span.end_s)}"
        title += ", and it never ends" if span.is_open else ""
        high = 4 if span.kind == "pause" else 14
        return (
            f'<rect x="{number(x)}" y="{number(y - high / 2)}" width="{number(long)}" height="{high}" rx="2" '
            f'class="{kind}"><title>{text(title)}</title></rect>'
        )

    def _rollback(self) -> Iterator[str]:
        for moment in self.trace.moments:
            if moment.what == "rollback":
                x = self.x(moment.t_s)
                yield line(x, TOP + ROW / 2 + 9, x, self.height - 8, "turn")


def _told(moment: Moment) -> str:
    return (
        f"{clock_text(moment)} {moment.step}: {words_of(moment)}"
        if moment.step
        else f"{clock_text(moment)} {words_of(moment)}"
    )


def bars_used(chart: Chart) -> Iterator[tuple[str, str]]:
    """The bars of the legend: class and meaning."""
    kinds = {span.kind for each in chart.lines for span in each.spans}
    return (bar for kind, bar in BARS.items() if kind in kinds)


def marks_used(chart: Chart) -> dict[str, str]:
    """The marks of the legend: symbol and meaning."""
    used = {moment.what for each in chart.lines for moment in each.marks}
    return dict(meaning for what, meaning in SYMBOL_OF.items() if what in used)
