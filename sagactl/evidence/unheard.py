"""A run that nobody leads, in which one step fails and another one never hears of it: played and told."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from sagactl.evidence.undisturbed import undisturbed
from sagactl.flow import Flow, FlowStep
from sagactl.trace import Moment, What
from sagactl.world.choreography import apply, begin, moves
from sagactl.world.parts import Move
from sagactl.world.views import EventWorld

MAX_MOVES: Final = 400
MAX_LINES: Final = 10

LINES: Final[dict[What, str]] = {
    "published": "`{step}` publishes `{detail}`",
    "heard": "`{step}` hears `{detail}`",
    "turned-down": "REJECTED: `{step}` says no ({detail})",
    "broke": "FAILS: `{step}` answers with an error",
    "undo-executed": "`{step}` is undone",
}


def left_standing(flow: Flow, step: FlowStep, failing: FlowStep) -> tuple[str, ...]:
    """How the failing step fails while the effect of the other one stays; nothing if it is undone after all."""
    world, story, fails = begin(flow).world, list[str](), False
    for _ in range(MAX_MOVES):
        move = _next(flow, world, failing, fails)
        if move is None:
            break
        fails = fails or bool(move.fault)
        played = apply(flow, world, move)
        world = played.world
        story += _told(played.moments)
    truth = world.truths[step.index]
    if not fails or not truth.done or truth.undone:
        return ()
    kept = story if len(story) < MAX_LINES else [*story[:2], "…", *story[4 - MAX_LINES :]]
    return (*kept, f"nothing more happens, and what `{step.id}` did stands")


def _next(flow: Flow, world: EventWorld, failing: FlowStep, fails: bool) -> Move | None:
    """What comes next without a fault, and the failure of the step as soon and as often as it can fail."""
    every = list(moves(flow, world))
    faults = ("fail",) if fails else ("reject", "fail")
    wanted = (move for fault in faults for move in every if move.fault == fault and move.step == failing.index)
    return next(wanted, next(undisturbed(every), None))


def _told(moments: tuple[Moment, ...]) -> Iterator[str]:
    for moment in moments:
        line = LINES.get(moment.what)
        if line is not None:
            yield line.format(step=moment.step, detail=moment.detail.replace(" for ", "` for `", 1).partition(", ")[0])
