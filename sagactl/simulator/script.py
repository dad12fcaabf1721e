"""The moves of a kept run, made again in their order, whatever their times are."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping
from typing import Any, Final

from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.world.kept_moves import move_from, time_of
from sagactl.world.parts import Move


class Script:
    """What is still to be made of a kept run; `at_s` is when the last move really happened, if that was kept."""

    def __init__(self, moves: Iterable[Mapping[str, Any]]) -> None:
        self.rest = deque(moves)
        self.made = 0
        self.at_s: float | None = None

    def __bool__(self) -> bool:
        return bool(self.rest)

    def next(self, flow: Flow, possible: Iterable[Move]) -> Move:
        """The move that comes next, if it is possible; raises UsageError for a run that does not fit any more."""
        data = self.rest.popleft()
        wanted = move_from(flow, data)
        self.made += 1
        self.at_s = time_of(data)
        if wanted.kind in ("give-up", "repair"):
            return wanted
        found = [move._replace(detail=wanted.detail) for move in possible if _is(move, wanted)]
        if not found:
            raise UsageError(
                f"the kept run does not fit `{flow.saga.id}` any more: its move {self.made} cannot happen",
                help=f"it is {dict(data)}; the definition has changed since, so verify it again",
            )
        return min(found, key=lambda move: abs(move.copy - wanted.copy))


def _is(move: Move, wanted: Move) -> bool:
    """Whether it is the move that was kept; which business error a participant names is for the kept run to say."""
    detail = move.detail if move.fault not in NAMED else wanted.detail
    return move._replace(copy=0, detail=detail) == wanted._replace(copy=0)


NAMED: Final = frozenset({"reject", "compensation-fail"})
"""Faults that name a business error."""
