"""A run in which a participant takes an undo for a copy of the action, because both bear one key: played and told."""

from __future__ import annotations

from typing import Final

from sagactl.evidence.story import Told, tell
from sagactl.evidence.undisturbed import undisturbed
from sagactl.flow import Flow, FlowStep
from sagactl.world.parts import Move, World
from sagactl.world.world import apply, begin, moves

MAX_MOVES: Final = 400


def not_undone(flow: Flow, plan: FlowStep) -> Told | None:
    """How the run goes back once the step is done, and its effect stays; nothing if this run does not show it."""
    world, made = begin(flow).world, list[Move]()
    for _ in range(MAX_MOVES):
        move = _next(flow, world, plan)
        if move is None:
            break
        made.append(move)
        world = apply(flow, world, move).world
        truth = world.truths[plan.index]
        if world.state.steps[plan.index].record == "undone" and truth.done and not truth.undone:
            return tell(flow, plan, tuple(made))
    return None


def _next(flow: Flow, world: World, plan: FlowStep) -> Move | None:
    """What comes next without a fault, and a cancel once the step is done and before anybody knows: nothing follows."""
    every = list(moves(flow, world))
    if world.truths[plan.index].done and world.state.phase == "forward" and not world.state.wish:
        cancel = next((move for move in every if move.kind == "cancel"), None)
        if cancel is not None:
            return cancel
    return next(undisturbed(every), None)
