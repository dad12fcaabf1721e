"""The pictures of a saga: drawn where that was possible, else in letters, else with the reason why there is none."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sagactl.reports.hypertext import text
from sagactl.reports.surveys import Picture, Refused, Surveyed
from sagactl.reports.surveys.html.layout import refusal, region

OF_STYLES: Final = ("commands", "events", "hybrid")
"""Pictures that stand beside the recommendation."""


def pictures(surveyed: Surveyed) -> Iterator[str]:
    """Each picture below its heading."""
    if not surveyed.pictures:
        yield "<p>Nothing is left of the saga that could be drawn.</p>"
    yield from _each(picture for picture in surveyed.pictures if picture.name not in OF_STYLES)


def both_styles(surveyed: Surveyed) -> Iterator[str]:
    """The same definition in the forms between which a recommendation chooses."""
    yield from _each(picture for picture in surveyed.pictures if picture.name in OF_STYLES)


def _each(pictures: Iterable[Picture]) -> Iterator[str]:
    for picture in pictures:
        yield f"<h3>{text(picture.title)}</h3>"
        yield from shown(picture)


def shown(picture: Picture) -> Iterator[str]:
    """The drawing, which can be scrolled where it is wider than the page."""
    if not isinstance(picture.drawn, Refused):
        yield from region(picture.title, (picture.drawn,), "picture")
        return
    yield from refusal(picture.drawn)
    if picture.words:
        lines = "\n".join(text(line) for line in picture.words.split("\n"))
        yield from region(picture.title, (f"<pre>{lines}</pre>",))
