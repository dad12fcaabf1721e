"""A run whose deadline passes when it cannot go back any more: played and told."""

from __future__ import annotations

from typing import Final

from sagactl.evidence.story import Told, tell
from sagactl.evidence.undisturbed import undisturbed
from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import pivot_committed
from sagactl.world.parts import Move
from sagactl.world.world import apply, begin, moves

MAX_MOVES: Final = 400


def too_late_to_go_back(flow: Flow, pivot: FlowStep) -> Told | None:
    """How everything goes well up to the pivot, and then the deadline passes; nothing if the run is over by then."""
    world, made = begin(flow).world, list[Move]()
    for _ in range(MAX_MOVES):
        every = list(moves(flow, world))
        if pivot_committed(flow, world.state):
            late = [move for move in every if move.kind == "deadline" and not move.detail]
            return tell(flow, pivot, (*made, *late[:1])) if late else None
        move = next(undisturbed(every), None)
        if move is None:
            return None
        made.append(move)
        world = apply(flow, world, move).world
    return None
