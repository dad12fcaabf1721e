"""The way to where a search has come: each place remembers from which one it was reached, and how."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

Place = TypeVar("Place")
Turn = TypeVar("Turn")


def way_to(place: Place, came: Mapping[Place, tuple[Place, Turn] | None]) -> tuple[Turn, ...]:
    """The turns from the beginning of the search to the place; the beginning came from nowhere."""
    turns: list[Turn] = []
    step = came.get(place)
    while step is not None:
        place, turn = step
        turns.append(turn)
        step = came.get(place)
    return tuple(reversed(turns))
