"""How a run goes on in each style: what every driver of a world asks."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow
from sagactl.model import Style
from sagactl.trace import Moment
from sagactl.world import choreography, rest, world
from sagactl.world.parts import Move, World
from sagactl.world.views import EventStep, EventWorld
from sagactl.world.world import Step

AnyWorld = World | EventWorld
AnyStep = Step | EventStep


class Conduct(NamedTuple):
    """How a run starts, all that can happen next, what becomes of it, and who may be given up when nothing can.

    `notes` says of the moments of a run what they do not say themselves.
    """

    begin: Callable[[Flow], AnyStep]
    moves: Callable[[Flow, Any], Iterator[Move]]
    apply: Callable[[Flow, Any, Move], AnyStep]
    overdue: Callable[[Flow, Any], Move | None]
    notes: Callable[[Flow, Iterable[Moment]], tuple[str, ...]]


BY_STYLE: Final[Mapping[Style, Conduct]] = {
    "orchestration": Conduct(world.begin, world.moves, world.apply, world.overdue, lambda flow, moments: ()),
    "choreography": Conduct(choreography.begin, choreography.moves, choreography.apply, rest.overdue, rest.notes),
}
