"""The messages of a run between those who take part, from top to bottom."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.escape import escape
from sagactl.reports.hypertext import text
from sagactl.reports.traces.html.symbols import label, line, number, picture
from sagactl.reports.traces.html.timeline import LETTER
from sagactl.reports.traces.messages import Entry, Lifeline, lifelines, rows, sign, way_back
from sagactl.reports.traces.sequence import name_of
from sagactl.reports.traces.text import clock_text
from sagactl.reports.width import fit, width
from sagactl.trace import Trace

CLOCK: Final = 84
HEAD: Final = 40
ROW: Final = 34
MAX_LETTERS: Final = 64
MAX_NAME: Final = 26
PAGE: Final = 1120
MAX_STRETCH: Final = 2.0
AS_TEXT: Final = "\ufe0e"
"""Asks for the sign before it as a letter rather than as a picture."""


class Diagram:
    """Where the lifelines stand, and the drawing; the names of its arrow heads begin with `marks`."""

    def __init__(self, trace: Trace, name: str = "sequence", marks: str = "") -> None:
        self.trace, self.name, self.marks = trace, name, marks
        self.rows = rows(trace)
        self.back = self._back()
        self.names = lifelines(trace, self.rows)
        self.heads = tuple(_cut(name_of(name), MAX_NAME) for name in self.names)
        self.places = self._places()
        self.width = max([self.places[-1] + _long(self.heads[-1]) / 2 + 20, *self._note_ends()])
        self.height = row_top(len(self.rows)) + 10

    def _places(self) -> list[float]:
        found = [CLOCK + _long(self.heads[0]) / 2 + 12]
        for place in range(1, len(self.names)):
            beside = found[-1] + _long(self.heads[place - 1]) / 2 + _long(self.heads[place]) / 2 + 36
            needed = (found[start] + _long(words_on(row)) + 56 for row, start in self._ending_at(place))
            found.append(max([beside, *needed]))
        return self._stretched(found)

    def _stretched(self, places: list[float]) -> list[float]:
        """Few lifelines share the width that a page has."""
        first, last = places[0], places[-1]
        if last == first:
            return places
        room = PAGE - 20 - _long(self.heads[-1]) / 2 - first
        factor = min(MAX_STRETCH, max(1.0, room / (last - first)))
        return [first + (place - first) * factor for place in places]

    def _ending_at(self, place: int) -> Iterator[tuple[Entry, int]]:
        """The arrows whose right end is this lifeline, with the lifeline of their left end."""
        for row in self.rows:
            if isinstance(row, Entry) and row.is_arrow:
                left, right = sorted(map(self.names.index, row.ends))
                if right == place:
                    yield row, left

    def _note_ends(self) -> Iterator[float]:
        for row in self.rows:
            if isinstance(row, str):
                yield self.places[0] + _long(row) + 40
            elif row.shape in ("note", "banner") and not self.is_left(row):
                yield self.at(row.participant) + _long(words_on(row)) + 40

    def at(self, lifeline: Lifeline) -> float:
        """How far right it stands; what concerns the whole run is at the first lifeline if there is no orchestrator."""
        return self.places[self.names.index(lifeline)] if lifeline in self.names else self.places[0]

    def is_left(self, row: Entry) -> bool:
        """Whether a note stands left of its lifeline, because there is no room at the right."""
        return row.participant is not None and self.at(row.participant) + _long(words_on(row)) + 30 > PAGE

    def draw(self) -> str:
        title = f"Sequence of {self.trace.saga}"
        about = f"{self.about()}; the table of moments says the same in words."
        return picture((self.width, self.height), "sequence", self.name, title, about, self.content())

    def about(self) -> str:
        """What the drawing holds, for those who do not see it."""
        others = len(self.names) - 1
        who = f"The orchestrator and {others} other lifeline{'s' if others != 1 else ''}"
        return (
            f"{who if self.names[0] is None else f'{len(self.names)} participants and no orchestrator'} with "
            f"{len(self.rows)} messages and notes in order"
        )

    def content(self) -> Iterator[str]:
        """The marks of the drawing, the ground first."""
        yield from self._ground()
        for x, name, whole in zip(self.places, self.heads, self.names, strict=True):
            yield line(x, HEAD, x, self.height, "life")
            yield self._head(x, name, name_of(whole))
        for place, row in enumerate(self.rows):
            yield self._row(row, row_top(place) + ROW - 10, self.back[place])

    def _back(self) -> list[bool]:
        """For each row whether it is on the way back; what stands for several is where the one before is."""
        moments, found = way_back(self.trace), list[bool]()
        for row in self.rows:
            found.append(moments[row.place] if isinstance(row, Entry) else bool(found and found[-1]))
        return found

    def _ground(self) -> Iterator[str]:
        """The ground of the way back, below everything else."""
        for place, is_back in enumerate(self.back):
            if is_back:
                yield f'<rect x="0" y="{row_top(place)}" width="{number(self.width)}" height="{ROW}" class="ground"/>'

    def _head(self, x: float, name: str, whole: str) -> str:
        long = _long(name) + 20
        box = f'<rect x="{number(x - long / 2)}" y="6" width="{number(long)}" height="28" rx="5" class="head"/>'
        return f"<g><title>{text(whole)}</title>{box}{label(x, 25, name, 't-name', 't-middle')}</g>"

    def _row(self, row: Entry | str, y: float, is_back: bool) -> str:
        kind = "row on-back" if is_back else "row"
        if isinstance(row, str):
            return f'<g class="{kind}">{label(self.places[0] + 14, y - 2, f"… {row} …", "t-quiet", "halo")}</g>'
        shown = words_on(row)
        clock = label(CLOCK - 12, y + 1, clock_text(row.moment), "t-small", "t-end")
        draw = self._note if row.shape in ("note", "banner") else self._arrow
        told = f"<title>{text(row.words)}</title>"
        return f'<g class="{kind}" data-place="{row.place}">{told}{clock}{draw(row, shown, y)}</g>'

    def _note(self, row: Entry, shown: str, y: float) -> str:
        """Beside its lifeline, on the side where there is room."""
        at, role = self.at(row.participant), row.role or "ink"
        dot = f'<circle cx="{number(at)}" cy="{number(y - 4)}" r="4" class="f-{role}"/>'
        weight = "t-strong" if row.shape == "banner" else ""
        side = "t-end" if self.is_left(row) else "t-start"
        return dot + label(at - 14 if self.is_left(row) else at + 14, y, shown, f"r-{role}", "halo", side, weight)

    def _arrow(self, row: Entry, shown: str, y: float) -> str:
        start, end = map(self.at, row.ends)
        left, forward = min(start, end), start < end
        kind = "arrow back" if row.is_back else "arrow"
        head = "head-back" if row.is_back else "head"
        beside = 46 if row.is_lost and not forward else 14
        words = label(left + beside, y - 6, shown, f"r-{row.role or 'ink'}", "halo")
        if row.is_lost:
            end += -34 if forward else 34
            cross = f'<path d="M-5 -5 L5 5 M5 -5 L-5 5" class="lost" transform="translate({number(end)} {number(y)})"/>'
            return line(start, y, end, y, kind) + cross + words
        return line(start, y, end, y, kind, f' marker-end="url(#{self.marks}{head})"') + words


def row_top(place: int) -> int:
    """Where a row begins."""
    return HEAD + 14 + ROW * place


def words_on(row: Entry) -> str:
    """What is written on a message or a note, with its sign."""
    found = sign(row)
    return _cut(f"{found.unicode}{AS_TEXT} {row.words}" if found else row.words, MAX_LETTERS)


def _cut(words: str, letters: int) -> str:
    shown = escape(words)
    return shown if width(shown) <= letters else fit(shown, letters).strip()


def _long(words: str) -> float:
    return width(words) * LETTER
