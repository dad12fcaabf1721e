"""The colours of pictures, for light and for dark surfaces.

Pictures are drawn in the colours for light ones; `dark` says for each of them what stands in its place on a dark one.
No colour says anything that words, numbers or the form of a line do not say, too.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

PALETTE: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442", "#999999")
"""Colours that people who see fewer colours can tell apart; vermillion is kept for what fails.

Source: Okabe & Ito, Color Universal Design, 2008.
"""

PAPER: Final = "#FFFFFF"
INK: Final = "#1F2937"
QUIET: Final = "#4B5563"
FAINT: Final = "#6B7280"
PALE: Final = "#D1D5DB"
FAILURE: Final = "#B83A00"
BACK: Final = "#8A2D00"
NEUTRAL: Final = "#64748B"
GOOD: Final = "#00694C"

NIGHT: Final = "#12161C"
"""What paper is in the dark."""

DARK: Final[Mapping[str, str]] = {
    PAPER: NIGHT,
    INK: "#E5E7EB",
    QUIET: "#B8C0CC",
    FAINT: "#98A2B3",
    PALE: "#475162",
    FAILURE: "#FF9D6E",
    BACK: "#F0A883",
    NEUTRAL: "#94A3B8",
    GOOD: "#5FD0A8",
}


def tint(colour: str) -> str:
    """A light ground of the colour, on which ink can be read."""
    return _mixed(colour, PAPER, 0.16)


def shade(colour: str) -> str:
    """The colour dark enough for a line on paper."""
    return _mixed(colour, "#000000", 0.8)


def dark(colour: str) -> str:
    """What stands in the place of a colour on a dark surface; a colour of no picture is left alone."""
    return _DARK.get(colour.upper(), colour)


def dark_css(scope: str, used: Iterable[str]) -> str:
    """Rules for a dark screen: the colours that are used in attributes below `scope` give way to their dark ones."""
    rules = "".join(_rules(scope, sorted({colour.lower() for colour in used})))
    return f"@media screen and (prefers-color-scheme: dark){{{rules}}}"


def _rules(scope: str, used: Iterable[str]) -> Iterator[str]:
    for colour in used:
        if dark(colour) != colour:
            for key in ("fill", "stroke"):
                yield f'{scope} [{key}="{colour}"]{{{key}:{dark(colour).lower()}}}'


def _mixed(colour: str, other: str, share: float) -> str:
    """So much of the colour, and the other for the rest."""
    pairs = zip(_parts(colour), _parts(other), strict=True)
    return "#" + "".join(f"{round(part * share + rest * (1 - share)):02X}" for part, rest in pairs)


def _parts(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))


_LANES: Final = (*PALETTE, NEUTRAL)
_DARK: Final[Mapping[str, str]] = {
    **{tint(each): _mixed(each, NIGHT, 0.26) for each in _LANES},
    **{shade(each): _mixed(each, PAPER, 0.7) for each in _LANES},
    **DARK,
}
