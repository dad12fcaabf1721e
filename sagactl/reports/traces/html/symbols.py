"""The marks of the drawings: shapes that differ without their colours, and the few tags that SVG needs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.reports.hypertext import text
from sagactl.trace import What

SYMBOLS: Final[dict[str, str]] = {
    "done": '<circle r="8" class="f-good"/><path d="M-4 0.5 L-1.2 3.3 L4 -3" class="pen"/>',
    "undone": (
        '<circle r="8" class="f-undo"/>'
        '<path d="M-1 -4.5 L-4 -1.5 L-1 1.5 M-4 -1.5 H1.5 A2.6 2.6 0 0 1 1.5 3.8 H-1.5" class="pen"/>'
    ),
    "no": (
        '<rect x="-6.5" y="-6.5" width="13" height="13" rx="2" class="f-bad" transform="rotate(45)"/>'
        '<path d="M-3 -3 L3 3 M3 -3 L-3 3" class="pen"/>'
    ),
    "late": '<circle r="7" class="o-bad"/><path d="M0 -4 V0 L3 2" class="hand"/>',
    "fault": '<path d="M0 -8.5 L8.5 7 H-8.5 Z" class="f-fault"/><path d="M0 -3.5 V2 M0 4.4 V4.6" class="ink"/>',
    "dead": (
        '<rect x="-9" y="-7" width="18" height="14" rx="2" class="f-dead"/><path d="M-9 -6 L0 1.5 L9 -6" class="cut"/>'
    ),
    "skipped": '<circle r="6" class="o-quiet"/>',
    "choice": '<rect x="-5.5" y="-5.5" width="11" height="11" class="o-ink" transform="rotate(45)"/>',
    "start": '<circle r="6" class="f-ink"/>',
    "end": '<rect x="-6" y="-6" width="12" height="12" class="f-ink"/>',
    "again": '<circle r="8" class="o-ink"/><path d="M3.5 -2 A4 4 0 1 0 4 1 M4 -4.5 V-1.5 H1" class="hand-ink"/>',
    "back": '<circle r="8" class="o-undo"/><path d="M4 0 H-4 M-1 -3 L-4 0 L-1 3" class="stroke-undo"/>',
}
"""Drawn around the point 0, 0."""

SYMBOL_OF: Final[dict[What, tuple[str, str]]] = {
    "done": ("done", "done"),
    "arrived": ("done", "done"),
    "undone": ("undone", "undone"),
    "rejected": ("no", "rejected, failed or not undone"),
    "failed": ("no", "rejected, failed or not undone"),
    "undo-rejected": ("no", "rejected, failed or not undone"),
    "undo-failed": ("no", "rejected, failed or not undone"),
    "timed-out": ("late", "no answer in time"),
    "undo-timed-out": ("late", "no answer in time"),
    "lost": ("fault", "fault or alert"),
    "turned-down": ("fault", "fault or alert"),
    "broke": ("fault", "fault or alert"),
    "duplicated": ("fault", "fault or alert"),
    "forgotten": ("fault", "fault or alert"),
    "crashed": ("fault", "fault or alert"),
    "alert": ("fault", "fault or alert"),
    "deadline": ("fault", "fault or alert"),
    "cancel": ("fault", "fault or alert"),
    "dead-letter": ("dead", "dead letter"),
    "skipped": ("skipped", "skipped"),
    "decided": ("choice", "choice"),
    "started": ("start", "start of the run"),
    "ended": ("end", "end of the run, or of waiting"),
    "given-up": ("end", "end of the run, or of waiting"),
    "rollback": ("back", "rollback, or a wait withdrawn"),
    "withdrawn": ("back", "rollback, or a wait withdrawn"),
    "restarted": ("again", "all is tried again, or repaired by hand"),
    "by-hand": ("again", "all is tried again, or repaired by hand"),
}
"""The symbol and its meaning."""


def symbols() -> str:
    """The definitions, once per page, and the stripes of the bars that mean the way back."""
    drawn = "".join(f'<g id="k-{name}">{shape}</g>' for name, shape in SYMBOLS.items())
    stripes = (
        '<pattern id="stripes" width="8" height="8" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
        '<rect width="8" height="8" class="f-undo-pale"/><rect width="4" height="8" class="f-undo"/></pattern>'
    )
    return (
        f'<svg width="0" height="0" class="defs" aria-hidden="true"><defs>{drawn}{stripes}{arrow_heads()}</defs></svg>'
    )


def arrow_heads(marks: str = "") -> str:
    """The ends of the arrows forward and back; their names begin with `marks`."""
    return "".join(
        f'<marker id="{marks}{name}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="8" markerHeight="8" '
        f'orient="auto"><path d="M0 0.5 L10 5 L0 9.5 Z" class="{fill}"/></marker>'
        for name, fill in (("head", "f-ink"), ("head-back", "f-undo"))
    )


def mark(name: str, x: float, y: float, title: str = "") -> str:
    """A symbol at a point; its title is shown where the pointer rests."""
    shown = f"<title>{text(title)}</title>" if title else ""
    return f'<g transform="translate({number(x)} {number(y)})">{shown}<use href="#k-{name}"/></g>'


def icon(name: str) -> str:
    """A symbol in running text, where words beside it say the same."""
    return f'<svg class="icon" viewBox="-11 -11 22 22" aria-hidden="true"><use href="#k-{name}"/></svg>'


def label(x: float, y: float, words: str, *classes: str) -> str:
    """A line of text in a drawing."""
    return f'<text x="{number(x)}" y="{number(y)}" class="{" ".join(filter(None, classes))}">{text(words)}</text>'


def line(x1: float, y1: float, x2: float, y2: float, kind: str, more: str = "") -> str:
    """A straight line of a class."""
    start = f'x1="{number(x1)}" y1="{number(y1)}"'
    return f'<line {start} x2="{number(x2)}" y2="{number(y2)}" class="{kind}"{more}/>'


def picture(size: tuple[float, float], kind: str, name: str, title: str, about: str, content: Iterator[str]) -> str:
    """A drawing with its words for those who do not see it; no other one of the page may have its name."""
    width, height = map(number, size)
    head = f'<title id="{name}-title">{text(title)}</title><desc id="{name}-desc">{text(about)}</desc>'
    named = f'role="img" aria-labelledby="{name}-title" aria-describedby="{name}-desc"'
    return (
        f'<svg id="{name}" class="drawing {kind}" {named} viewBox="0 0 {width} {height}" width="{width}" '
        f'height="{height}">{head}{"".join(content)}</svg>'
    )


def number(value: float) -> str:
    """A coordinate with as many digits as can be seen."""
    return f"{value:.1f}".removesuffix(".0")
