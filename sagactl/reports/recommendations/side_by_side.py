"""The evidence for people: both styles in two columns, within a given width."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import zip_longest
from textwrap import wrap
from typing import Final

from sagactl.escape import escape
from sagactl.recommender.comparison import Comparison
from sagactl.recommender.factors import counted
from sagactl.reports.recommendations.evidence import (
    FAILURES,
    HEADING,
    IMPOSSIBLE,
    SENT,
    WAYS_BACK,
    Row,
    failures,
    rows,
    sent,
    way_back,
)

Paint = Callable[..., str]
"""Gives a piece of a line its looks, as `text.Paint` does."""

LABEL: Final = 14
NARROW: Final = 76
"""Below this width what is sent stands one below the other."""

MAX_TOLD: Final = 4
"""So many failures and ways back are told, the longest ones, unless all are asked for."""


def lines(found: Comparison, paint: Paint, width: int, *, verbose: bool) -> Iterator[str]:
    """The table, what is sent, how failures travel back, and what each style makes impossible."""
    yield from _heading(HEADING, paint, width)
    yield from _table(rows(found), paint, width, LABEL)
    yield from _failures(found, paint, width, verbose=verbose)
    yield from _sent(found, paint, width)
    yield from _ways_back(found, paint, width, verbose=verbose)
    for style, costs in (("orchestration", found.orchestration), ("choreography", found.choreography)):
        if costs.impossible:
            yield ""
            yield from _heading(IMPOSSIBLE[style], paint, width)
            for sentence in costs.impossible:
                yield from _bullet(sentence, width)


def _table(rows: Iterable[Row], paint: Paint, width: int, widest: int) -> Iterator[str]:
    label = min(widest, width // 5)
    cell = (width - label - 6) // 2
    yield paint(_columns(("", "orchestration", "choreography"), (label, cell, cell)), "dim")
    for row in rows:
        cells = [_wrapped(text, room) for text, room in zip(row[:3], (label, cell, cell), strict=True)]
        for pieces in zip_longest(*cells, fillvalue=""):
            yield _columns(pieces, (label, cell, cell))
        if row.note:
            yield from (paint("    " + line, "dim") for line in _wrapped(row.note, width - 4))


def _failures(found: Comparison, paint: Paint, width: int, *, verbose: bool) -> Iterator[str]:
    each = failures(found)
    if not each:
        return
    yield ""
    yield from _heading(FAILURES, paint, width)
    shown = each if verbose else each[:MAX_TOLD]
    yield from _table(shown, paint, width, max(len(row.label) for row in shown))
    if len(each) > len(shown):
        yield paint(f"  and {len(each) - len(shown)} more; `--verbose` shows all", "dim")


def _sent(found: Comparison, paint: Paint, width: int) -> Iterator[str]:
    sides = sent(found)
    yield ""
    if width < NARROW:
        for place, (heading, parts) in enumerate(zip(SENT, sides, strict=True)):
            if place:
                yield ""
            yield from _heading(heading, paint, width)
            for part in parts:
                yield from _bullet(part, width)
        return
    room = (width - 4) // 2
    yield paint(_columns(SENT, (room, room)), "heading")
    left, right = ([line for part in parts for line in _hanging(part, room)] for parts in sides)
    for pair in zip_longest(left, right, fillvalue=""):
        yield _columns(pair, (room, room))


def _ways_back(found: Comparison, paint: Paint, width: int, *, verbose: bool) -> Iterator[str]:
    ways = found.ways_back
    if not ways:
        return
    yield ""
    yield from _heading(WAYS_BACK, paint, width)
    longest = sorted(ways, key=lambda way: -len(way.legs))[:MAX_TOLD]
    for way in ways:
        if verbose or way in longest:
            yield from _bullet(way_back(way), width)
    if len(ways) > MAX_TOLD and not verbose:
        more = counted(len(ways) - MAX_TOLD, "shorter one")
        yield paint(f"  and {more}; `--verbose` shows all", "dim")


def _heading(text: str, paint: Paint, width: int) -> Iterator[str]:
    return (paint(line, "heading") for line in _wrapped(text, width))


def _columns(cells: Sequence[str], widths: Sequence[int]) -> str:
    return "  " + "  ".join(cell.ljust(width) for cell, width in zip(cells, widths, strict=True)).rstrip()


def _bullet(text: str, width: int) -> Iterator[str]:
    first, *rest = _wrapped(text, width - 4)
    yield f"  - {first}"
    yield from (f"    {line}" for line in rest)


def _hanging(text: str, width: int) -> list[str]:
    first, *rest = _wrapped(text, width - 2)
    return [first, *(f"  {line}" for line in rest)]


def _wrapped(text: str, width: int) -> list[str]:
    """At least one line, none wider than the column."""
    return wrap(escape(text), max(width, 8), break_on_hyphens=False) or [""]
