"""What chance may put in the place of a move, and how probable each of it is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final, Literal, NamedTuple

from sagactl.flow import FlowStep
from sagactl.machine.state import Phase
from sagactl.simulator.chance import named
from sagactl.simulator.rates import Rate, Rates
from sagactl.world.faults import BY_NAME
from sagactl.world.parts import Move

Flight = tuple[int, str, int, int, int]
"""A message on its way: step, operation, attempt, copy and run."""

INTERRUPTIONS: Final[tuple[Literal["crash", "cancel", "deadline"], ...]] = ("crash", "cancel", "deadline")


class Hazard(NamedTuple):
    """One thing that may happen instead: the statement it follows from, its chance, and the move."""

    rate: Rate
    chance: float
    move: Move


def flight_of(move: Move) -> Flight:
    """The message that the move is about."""
    return move.step, move.operation, move.attempt, move.copy, move.run


def interruption_of(kind: Literal["crash", "cancel", "deadline"]) -> Move:
    """What happens to the run as a whole."""
    return Move(kind, fault="crash" if kind == "crash" else "")


def hazards(rates: Rates, plan: FlowStep, phase: Phase, move: Move, variants: Iterable[Move]) -> tuple[Hazard, ...]:
    """Everything that is possible instead of a message's arrival: something with the run, or a faulty variant."""
    faulty = list(variants)
    among = rates.among(plan.id, [variant.fault for variant in faulty])
    found = (Hazard(*stated, variant) for stated, variant in zip(among, faulty, strict=True))
    return (*_of_the_run(rates, plan, phase, move), *found)


def _of_the_run(rates: Rates, plan: FlowStep, phase: Phase, move: Move) -> Iterator[Hazard]:
    """What happens to the run happens while a request is on its way, and a wish to go back only on the way forward."""
    for kind in INTERRUPTIONS:
        rate = rates.own(plan.id, kind)
        possible = move.kind == "deliver" and move.operation in BY_NAME[kind].operations
        if rate is not None and possible and phase != "ended" and (kind == "crash" or phase == "forward"):
            yield Hazard(rate, rate.chance, interruption_of(kind))


def chosen(found: Iterable[Hazard], uniform: float) -> Hazard | None:
    """The hazard on which the uniform number falls, in their order; None beyond all of them."""
    reached = 0.0
    for hazard in found:
        reached += hazard.chance
        if uniform < reached:
            return hazard
    return None


def name_of(plan: FlowStep, move: Move, crashes: int) -> int:
    """The name of the draw that decides what becomes of a message."""
    return named("fault", move.kind, plan.id, *move.subject[2:], crashes)
