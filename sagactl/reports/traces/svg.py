"""The messages of a run as an SVG of its own, which needs no program to lay it out.

Its ids begin with a name and its style speaks of nothing outside it, so that several can stand in one page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sagactl.reports.hypertext import text
from sagactl.reports.traces.html.lifelines import Diagram
from sagactl.reports.traces.html.symbols import arrow_heads, label, number
from sagactl.reports.traces.text import subtitle, title
from sagactl.reports.width import width
from sagactl.trace import Trace

CLASS: Final = "saga-sequence"

COLOURS: Final[Mapping[str, tuple[str, str]]] = {
    "paper": ("#ffffff", "#12161c"),
    "ink": ("#1f2937", "#e5e7eb"),
    "quiet": ("#4b5563", "#b8c0cc"),
    "rule": ("#d1d5db", "#475162"),
    "undo": ("#8a2d00", "#f0a883"),
    "ground": ("#fdf1e7", "#2a1d14"),
    "good": ("#00694c", "#5fd0a8"),
    "bad": ("#b00020", "#ff8f8f"),
    "fault": ("#8a5a00", "#f0c24b"),
}
"""On light and on dark; a sign or a word beside each says the same."""

RULES: Final[Mapping[str, str]] = {
    ".paper": "fill:{paper}",
    "text": "fill:{ink};font:13px Helvetica,Arial,'Liberation Sans','DejaVu Sans',sans-serif",
    ".t-title": "font-size:20px;font-weight:700",
    ".t-name": "font-weight:700",
    ".t-strong": "font-weight:700",
    ".t-small": "font-size:11px;fill:{quiet}",
    ".t-quiet": "fill:{quiet}",
    ".t-middle": "text-anchor:middle",
    ".t-end": "text-anchor:end",
    ".halo": "paint-order:stroke;stroke:{paper};stroke-width:4px;stroke-linejoin:round",
    ".on-back .halo": "stroke:{ground}",
    ".life": "stroke:{rule};stroke-width:1.5",
    ".head": "fill:{paper};stroke:{quiet}",
    ".ground": "fill:{ground}",
    ".arrow": "stroke:{ink};stroke-width:1.6",
    ".arrow.back": "stroke:{undo};stroke-dasharray:7 4",
    ".lost": "stroke:{fault};stroke-width:3;fill:none",
    ".f-ink": "fill:{ink}",
    ".f-strong": "fill:{ink}",
    ".f-dim": "fill:{quiet}",
    ".f-good": "fill:{good}",
    ".f-undo": "fill:{undo}",
    ".f-bad": "fill:{bad}",
    ".f-fault": "fill:{fault}",
    ".r-dim": "fill:{quiet}",
    ".r-good": "fill:{good}",
    ".r-undo": "fill:{undo}",
    ".r-bad": "fill:{bad}",
    ".r-fault": "fill:{fault}",
}

HEADING: Final = 62
LETTER: Final = 11
"""The width of a letter of the title."""


def render(trace: Trace, name: str = "sequence") -> str:
    """The picture; the same trace gives the same text."""
    drawn = Diagram(trace, marks=f"{name}-")
    wide, high = max(drawn.width, 24 + LETTER * width(title(trace))), drawn.height + HEADING
    box = f'viewBox="0 0 {number(wide)} {number(high)}" width="{number(wide)}" height="{number(high)}"'
    named = f'id="{name}" class="{CLASS}" role="img" aria-labelledby="{name}-title {name}-description"'
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" {box} {named}>',
        f'<title id="{name}-title">{text(title(trace))}</title>',
        f'<desc id="{name}-description">{text(subtitle(trace))}. {text(drawn.about())}.</desc>',
        f"<style>{style()}</style>",
        f"<defs>{arrow_heads(f'{name}-')}</defs>",
        f'<rect width="{number(wide)}" height="{number(high)}" class="paper"/>',
        label(12, 28, title(trace), "t-title"),
        label(12, 48, subtitle(trace), "t-quiet"),
        f'<g transform="translate(0 {HEADING})">',
        *drawn.content(),
        "</g>",
        "</svg>",
    ]
    return "\n".join((*lines, ""))


def style() -> str:
    """The rules of every such picture, for light and for dark screens."""
    light = "".join(_rules(0))
    return f"{light}@media screen and (prefers-color-scheme:dark){{{''.join(_rules(1))}}}"


def _rules(surface: int) -> Iterator[str]:
    colours = {name: pair[surface] for name, pair in COLOURS.items()}
    for selector, declarations in RULES.items():
        yield f".{CLASS} {selector}{{{declarations.format(**colours)}}}"
