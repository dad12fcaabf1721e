"""The messages of a run in DOT: everything has its place already, and Graphviz only draws.

The rows of a sequence must not move, so each node is pinned where the SVG has it, whichever program is called.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.diagrams import labels
from sagactl.diagrams.colours import BACK, FAILURE, GOOD, INK, NEUTRAL, PALE, PAPER, QUIET
from sagactl.reports.traces.html.lifelines import AS_TEXT, HEAD, ROW, Diagram, row_top, words_on
from sagactl.reports.traces.html.symbols import number
from sagactl.reports.traces.html.timeline import LETTER
from sagactl.reports.traces.messages import Entry
from sagactl.reports.traces.sequence import name_of
from sagactl.reports.traces.text import clock_text, subtitle, title
from sagactl.reports.width import width
from sagactl.trace import Trace

FONT: Final = "Helvetica"
GROUND: Final = "#FDF1E7"
"""Of the rows on the way back."""

FAULT: Final = "#8A5A00"

COLOURS: Final = {"dim": QUIET, "good": GOOD, "undo": BACK, "bad": FAILURE, "fault": FAULT}
"""Of the words of each role; a sign before them says the same."""

GRAPH: Final = (
    "layout=neato",
    "inputscale=72",
    "notranslate=true",
    "outputorder=nodesfirst",
    "splines=line",
    'charset="UTF-8"',
    "pad=0.25",
    f'bgcolor="{PAPER}"',
    "labelloc=t",
    "labeljust=l",
    f'fontname="{FONT}"',
)
"""Places are points; what is written first lies below, and the arrows lie on everything."""

NODE: Final = (f'fontname="{FONT}"', f'fontcolor="{INK}"', "fontsize=13", "shape=plain", 'label=""')
EDGE: Final = (f'color="{INK}"', "arrowsize=0.7", "penwidth=1.4")

HEAD_LOOK: Final = f'fixedsize=false, margin=0.06, style="rounded,filled", fillcolor="{PAPER}", color="{NEUTRAL}"'

POINTS_PER_INCH: Final = 72


def render(trace: Trace) -> str:
    """The whole drawing; the same trace gives the same text."""
    heading = labels.heading(title(trace), subtitle(trace))
    lines = [f"digraph {labels.quoted(title(trace))} {{"]
    lines.append(f"  graph [{', '.join(GRAPH)}, label=<{heading}>];")
    lines.append(f"  node [{', '.join(NODE)}];")
    lines.append(f"  edge [{', '.join(EDGE)}];")
    lines += [f"  {line}" for line in _Sequence(Diagram(trace)).lines()]
    return "\n".join((*lines, "}", ""))


class _Sequence:
    """Writes the nodes where the diagram has them; rows are counted from above, and Graphviz counts from below."""

    def __init__(self, diagram: Diagram) -> None:
        self.diagram = diagram

    def lines(self) -> Iterator[str]:
        yield from self.ground()
        yield from self.lives()
        for place, row in enumerate(self.diagram.rows):
            y = row_top(place) + ROW - 10
            if isinstance(row, str):
                yield self.words(f"words{place}", self.diagram.places[0] + 14, y - 6, f"… {row} …", place, QUIET)
                continue
            yield self.words(f"clock{place}", 72, y - 4, clock_text(row.moment), place, QUIET, side="RIGHT", size=11)
            yield from self.note(place, row, y) if row.shape in ("note", "banner") else self.arrow(place, row, y)

    def ground(self) -> Iterator[str]:
        """The ground of the way back, below everything else."""
        wide = self.diagram.width
        for place, is_back in enumerate(self.diagram.back):
            if is_back:
                look = f'style=filled, fillcolor="{GROUND}", penwidth=0'
                yield self.box(f"ground{place}", wide / 2, row_top(place) + ROW / 2, wide, ROW, look)

    def lives(self) -> Iterator[str]:
        """A line and a name for everybody who takes part; a box grows where a font is wide."""
        high = self.diagram.height - HEAD
        named = zip(self.diagram.places, self.diagram.heads, self.diagram.names, strict=True)
        for place, (x, name, whole) in enumerate(named):
            yield self.box(f"life{place}", x, HEAD + high / 2, 1.2, high, f'style=filled, color="{PALE}", penwidth=0')
            words = f"label=<<B>{labels.words(name, 13, INK)}</B>>, tooltip={labels.quoted(name_of(whole))}"
            yield self.box(f"head{place}", x, HEAD / 2, width(name) * LETTER + 20, 28, f"{HEAD_LOOK}, {words}")

    def note(self, place: int, row: Entry, y: float) -> Iterator[str]:
        """A dot on the lifeline, and the words on the side where there is room."""
        at, colour = self.diagram.at(row.participant), COLOURS.get(row.role, INK)
        look = f'style=filled, fillcolor="{colour}", color="{colour}"'
        yield self.box(f"dot{place}", at, y - 4, 8, 8, look, shape="circle")
        left = self.diagram.is_left(row)
        x = at - 14 if left else at + 14
        yield self.words(f"words{place}", x, y - 4, _shown(row), place, colour, side="RIGHT" if left else "LEFT")

    def arrow(self, place: int, row: Entry, y: float) -> Iterator[str]:
        """From one lifeline to another; what is lost ends in a cross before it arrives."""
        start, end = map(self.diagram.at, row.ends)
        forward = start < end
        beside = 46 if row.is_lost and not forward else 14
        look = [f'style=dashed, color="{BACK}"'] if row.is_back else []
        if row.is_lost:
            end += -34 if forward else 34
            look.append("arrowhead=none")
            cross = f"label=<<B>{labels.words('×', 20, FAULT)}</B>>"
            yield f'lost{place} [{self.pinned(end, y)}, {cross}, tooltip="lost"];'
        yield self.words(
            f"words{place}", min(start, end) + beside, y - 10, _shown(row), place, COLOURS.get(row.role, INK)
        )
        yield self.box(f"from{place}", start, y, 0.1, 0.1, "style=invis", shape="point")
        yield self.box(f"to{place}", end, y, 0.1, 0.1, "style=invis", shape="point")
        yield f"from{place} -> to{place} [{', '.join(look)}];"

    def words(
        self, name: str, x: float, y: float, text: str, place: int, colour: str, *, side: str = "LEFT", size: int = 13
    ) -> str:
        """Words that begin, or end, at x; below them no line is seen."""
        wide = max(width(text), 1) * LETTER * size / 13
        paper = GROUND if self.diagram.back[place] else PAPER
        cell = f'ALIGN="{side}" WIDTH="{round(wide)}" HEIGHT="16" BGCOLOR="{paper}"'
        table = '<TABLE BORDER="0" CELLSPACING="0" CELLPADDING="0">'
        label = f"{table}<TR><TD {cell}>{labels.words(text, size, colour)}</TD></TR></TABLE>"
        middle = x - wide / 2 if side == "RIGHT" else x + wide / 2
        return f"{name} [{self.pinned(middle, y)}, label=<{label}>];"

    def box(self, name: str, x: float, y: float, wide: float, high: float, look: str, *, shape: str = "box") -> str:
        """A shape of this size around a point."""
        size = f"width={_inches(wide)}, height={_inches(high)}, fixedsize=true"
        return f"{name} [{self.pinned(x, y)}, shape={shape}, {size}, {look}];"

    def pinned(self, x: float, y: float) -> str:
        return f'pos="{number(x)},{number(self.diagram.height - y)}!"'


def _shown(row: Entry) -> str:
    """The words without what browsers alone understand."""
    return words_on(row).replace(AS_TEXT, "")


def _inches(points: float) -> str:
    return f"{points / POINTS_PER_INCH:.4f}"
