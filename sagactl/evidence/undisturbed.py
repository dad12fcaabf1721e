"""What happens while nothing goes wrong and nobody interferes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sagactl.world.parts import Move

INTERRUPTIONS: Final = ("cancel", "deadline", "timeout")


def undisturbed(moves: Iterable[Move]) -> Iterator[Move]:
    """The moves that are no fault, no interruption, and no timer that runs out; a crash is a fault."""
    return (move for move in moves if not move.fault and move.kind not in INTERRUPTIONS)
