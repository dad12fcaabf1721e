"""The moves of a kept run, made again in their order, whatever their times are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any

from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.world.kept_moves import move_from
from sagactl.world.parts import Move


class Script:
    """What is still to be made of a kept run."""

    def __init__(self, moves: Iterable[Mapping[str, Any]]) -> None:
        self.rest = deque(moves)
        self.made = 0

    def __bool__(self) -> bool:
        return bool(self.rest)

    def next(self, flow: Flow, possible: Iterable[Move]) -> Move:
        """The move that comes next, if it is possible; raises UsageError for a run that does not fit any more."""
        data = self.rest.popleft()
        wanted = move_from(flow, data)
        self.made += 1
        if wanted.kind == "give-up":
            return wanted
        found = [move for move in possible if move._replace(copy=0) == wanted._replace(copy=0)]
        if not found:
            raise UsageError(
                f"the kept run does not fit `{flow.saga.id}` any more: its move {self.made} cannot happen",
                help=f"it is {dict(data)}; the definition has changed since, so verify it again",
            )
        return min(found, key=lambda move: abs(move.copy - wanted.copy))
