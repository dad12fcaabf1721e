"""What each step does with its time, and where a moment stands on the scale of a chart.

A run may last hours while its answers take milliseconds; such a scale is compressed: each stretch between two moments
takes room by the logarithm of its length, so that what comes first is always on the left and nothing vanishes.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from itertools import pairwise
from math import log1p
from typing import Final, Literal, NamedTuple

from sagactl.reports.traces.text import collapsed, is_shown
from sagactl.trace import Moment, Trace, What

Kind = Literal["action", "query", "wait", "pause", "undo"]

OPENS: Final[dict[What, Kind]] = {
    "sent": "action",
    "retrying": "action",
    "asked": "query",
    "waiting": "wait",
    "paused": "pause",
    "undo-sent": "undo",
    "fallback-sent": "undo",
    "undo-retrying": "undo",
}
CLOSES: Final[frozenset[What]] = frozenset(
    {
        "done", "rejected", "failed", "timed-out", "arrived", "withdrawn", "undone", "undo-rejected", "undo-failed",
        "undo-timed-out", "given-up", "dead-letter",
    }
)  # fmt: skip
SAYINGS: Final[frozenset[What]] = frozenset({"published", "heard"})
"""What takes no time and leaves no mark: a step that only hears of others has no line."""

RESUMES: Final[frozenset[What]] = frozenset({"retrying", "undo-retrying", "fallback-sent", "given-up"})
"""What shows that the time since the last answer was a pause."""

MARKS: Final[tuple[What, ...]] = (
    "skipped", "withdrawn", "duplicated", "failed", "undo-failed", "lost", "forgotten", "timed-out", "undo-timed-out",
    "arrived", "done", "undone", "rejected", "undo-rejected", "given-up", "dead-letter",
)  # fmt: skip
"""Shown on the line of a step; where two fall together, the later in this list is seen."""

RUN_MARKS: Final[tuple[What, ...]] = (
    "decided", "alert", "started", "crashed", "cancel", "deadline", "restarted", "by-hand", "rollback", "ended",
)  # fmt: skip
"""The same for the line of the run."""

COMPRESSED_FROM: Final = 60
"""A scale is compressed where the run lasts so many times as long as its shortest stretch."""


class Span(NamedTuple):
    """A stretch of a step's time; `is_open` when the run ends before it does."""

    kind: Kind
    start_s: float
    end_s: float
    is_open: bool = False


class Line(NamedTuple):
    """One step of the chart, or the run itself where `step` is empty."""

    step: str
    participant: str
    spans: tuple[Span, ...]
    marks: tuple[Moment, ...]


class Scale(NamedTuple):
    """Times in order, and the share of the width at which each stands."""

    times_s: tuple[float, ...]
    shares: tuple[float, ...]
    is_compressed: bool

    def at(self, time_s: float) -> float:
        """Where the time stands, from 0 to 1."""
        place = bisect_right(self.times_s, time_s)
        if place == 0:
            return 0.0
        if place == len(self.times_s):
            return self.shares[-1]
        before, after = self.times_s[place - 1], self.times_s[place]
        left, right = self.shares[place - 1], self.shares[place]
        return left + (right - left) * (time_s - before) / (after - before)


class Tick(NamedTuple):
    """A label of the scale: the column where it starts, and the one that it names."""

    start: int
    column: int
    text: str


def lines(trace: Trace) -> tuple[Line, ...]:
    """The run, then its steps in the order in which they come up."""
    by_step: dict[str, list[Moment]] = {}
    for moment in trace.moments:
        if moment.what not in SAYINGS:
            by_step.setdefault(moment.step, []).append(moment)
    end_s = last_s(trace)
    run = Line("", "", (), tuple(m for m in by_step.pop("", []) if m.what in RUN_MARKS))
    return (run, *(_line(step, moments, end_s) for step, moments in by_step.items()))


def last_s(trace: Trace) -> float:
    """When the last moment is; late messages may arrive after the end of the run."""
    return max((moment.t_s for moment in trace.moments), default=0.0)


def _line(step: str, moments: list[Moment], end_s: float) -> Line:
    participant = next((moment.participant for moment in moments if moment.participant), "")
    marks = tuple(moment for moment in moments if moment.what in MARKS)
    return Line(step, participant, tuple(_spans(moments, end_s)), marks)


def _spans(moments: list[Moment], end_s: float) -> Iterator[Span]:
    going: tuple[Kind, float] | None = None
    closed_s: float | None = None
    for moment in moments:
        if going is None and closed_s is not None and moment.what in RESUMES:
            yield Span("pause", closed_s, moment.t_s)
        kind = OPENS.get(moment.what)
        if kind is None and moment.what not in CLOSES:
            continue
        if going is not None:
            yield Span(*going, moment.t_s)
        going = None if kind is None else (kind, moment.t_s)
        closed_s = moment.t_s
    if going is not None:
        yield Span(*going, end_s, is_open=True)


# -- the scale


def scale(trace: Trace) -> Scale:
    """The scale on which the whole trace fits; what the table collapses is one stretch of it."""
    shown = collapsed([moment for moment in trace.moments if is_shown(moment)])
    times_s = sorted({0.0, last_s(trace), *(row.t_s for row in shown if isinstance(row, Moment))})
    if len(times_s) == 1:
        return Scale((times_s[0],), (0.0,), False)
    lengths_s = [span.end_s - span.start_s for line in lines(trace) for span in line.spans]
    shortest_s = min((length for length in lengths_s if length > 0), default=times_s[-1])
    is_compressed = times_s[-1] > COMPRESSED_FROM * shortest_s
    gaps = [later - earlier for earlier, later in pairwise(times_s)]
    return Scale(
        tuple(times_s), _shares([log1p(gap / shortest_s) for gap in gaps] if is_compressed else gaps), is_compressed
    )


def _shares(weights: list[float]) -> tuple[float, ...]:
    whole, sums = sum(weights), [0.0]
    for weight in weights:
        sums.append(sums[-1] + weight)
    return tuple(min(1.0, each / whole) if whole else 0.0 for each in sums)


def ticks(scale: Scale, columns: int) -> list[Tick]:
    """As many labels as fit into so many columns without touching, the first and the last among them."""
    last = columns - 1
    candidates = [(round(scale.at(time_s) * last), time_text(time_s)) for time_s in _candidates_s(scale)]
    (_, first), (_, end) = candidates[0], candidates[-1]
    final = Tick(max(0, columns - len(end)), last, end)
    if len(candidates) == 1 or len(first) + 1 > final.start:
        return [Tick(0, 0, first)]
    placed = [Tick(0, 0, first)]
    for column, text in candidates[1:-1]:
        start = column - len(text) // 2
        if start > placed[-1].start + len(placed[-1].text) + 1 and start + len(text) + 1 < final.start:
            placed.append(Tick(start, column, text))
    return [*placed, final]


def _candidates_s(scale: Scale) -> Iterable[float]:
    """Times that people like to read on an even scale; on a compressed one, times at which something happens."""
    if scale.is_compressed or len(scale.times_s) == 1:
        return scale.times_s
    end_s = scale.times_s[-1]
    rough_s = end_s / 6
    nice = (
        0.001,
        0.002,
        0.005,
        0.01,
        0.02,
        0.05,
        0.1,
        0.2,
        0.5,
        1,
        2,
        5,
        10,
        15,
        30,
        60,
        120,
        300,
        600,
        900,
        1800,
        3600,
    )
    step_s = next((each for each in nice if each >= rough_s), rough_s)
    number = int(end_s / step_s)
    return [*(step_s * place for place in range(number + 1) if step_s * place < end_s), end_s]


def time_text(seconds: float) -> str:
    """A time in a few letters: `80ms`, `2.18s`, `14m11s`, `1h53m`."""
    if seconds < 1:
        return f"{seconds * 1000:.3g}ms" if seconds else "0"
    if seconds < 60:
        return f"{seconds:.4g}s"
    whole = int(seconds)
    for (unit, unit_s), (less, less_s) in pairwise((("d", 86400), ("h", 3600), ("m", 60), ("s", 1))):
        if whole >= unit_s:
            rest = whole % unit_s // less_s
            return f"{whole // unit_s}{unit}" + (f"{rest}{less}" if rest else "")
    raise AssertionError(seconds)
