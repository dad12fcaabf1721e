"""A run in which one step is undone before another: the order that nothing forbids, played and told."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain
from typing import Final

from sagactl.evidence.undisturbed import undisturbed
from sagactl.flow import Flow, FlowStep
from sagactl.trace import Moment, What
from sagactl.world.parts import Move, World
from sagactl.world.world import apply, begin, moves

MAX_MOVES: Final = 400

LINES: Final[dict[What, str]] = {
    "executed": "`{action}` of `{step}` is done",
    "cancel": "CANCEL: somebody takes the run back",
    "turned-down": "REJECTED: `{step}` says no",
    "broke": "FAILS: `{step}` answers with an error",
    "rollback": "the run goes back",
    "undo-sent": "`{undo}` of `{step}` is sent",
    "undo-executed": "`{undo}` is done: nothing of `{step}` is left",
}


def undone_first(flow: Flow, early: FlowStep, late: FlowStep) -> tuple[str, ...]:
    """How the one step is undone before the other although it was done first; nothing if no run does so."""
    first = begin(flow)
    world, story, cancelled = first.world, list[str](), False
    for _ in range(MAX_MOVES):
        move = _next(flow, world, early, late, cancelled)
        if move is None:
            return ()
        cancelled = cancelled or move.kind == "cancel"
        step = apply(flow, world, move)
        world = step.world
        story += (line for line in _told(step.moments, flow, (early, late)) if [line] != story[-1:])
        if _record(world, late) == "undone":
            return tuple(story) if _record(world, early) == "undone" else ()
        if move.operation == "undo" and move.step == late.index and _record(world, early) != "undone":
            return ()
    return ()


def _next(flow: Flow, world: World, early: FlowStep, late: FlowStep, cancelled: bool) -> Move | None:
    """Forward until both are done, then whatever sends the run back, and the undo of the later step last of all."""
    every = list(moves(flow, world))
    plain = list(undisturbed(every))
    if world.state.phase == "forward" and _record(world, early) == _record(world, late) == "done":
        ways = (move for fault in ("reject", "fail") for move in every if move.fault == fault)
        cancels = (move for move in every if move.kind == "cancel" and not cancelled)
        return next(chain(ways, cancels, plain), None)
    return next((move for move in plain if move.step != late.index), next(iter(plain), None))


def _record(world: World, plan: FlowStep) -> str:
    return world.state.steps[plan.index].record


def _told(moments: tuple[Moment, ...], flow: Flow, plans: tuple[FlowStep, FlowStep]) -> Iterator[str]:
    """What is done and undone of the two steps, and what sends the run back, whichever step that is."""
    for moment in moments:
        line = LINES.get(moment.what)
        plan = flow[moment.step] if moment.step else plans[0]
        if line is not None and (plan in plans or moment.what in ("turned-down", "broke")):
            undo = plan.compensation.command if plan.compensation is not None else ""
            yield line.format(action=plan.step.action, step=plan.id, undo=undo)
