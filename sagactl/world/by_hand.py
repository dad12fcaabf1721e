"""A world in which people step in: what they do to a step, and what they found out, which is taken for true."""

from __future__ import annotations

from typing import Final

from sagactl.flow import Flow
from sagactl.machine.repair import BY_NAME, OF_THE_UNDO, Repair, ResolveStep, repair
from sagactl.machine.state import Record
from sagactl.trace import Moment
from sagactl.world import world as led
from sagactl.world.moments import participant_of
from sagactl.world.parts import Move, Truth, World

BY: Final = " by "


def words(name: str, who: str, why: str) -> str:
    """How a repair is told: its name, who did it, and why."""
    return f"{name}{BY}{who}: {why}"


def named(step: int, told: str) -> Repair | None:
    """The repair that `words` told; None for words of another kind."""
    made = BY_NAME.get(told.partition(BY)[0])
    return None if made is None else made(step)


def moment_by_hand(flow: Flow, step: int, told: str) -> Moment:
    """That people did something to the step."""
    plan = flow.steps[step]
    return Moment("by-hand", plan.id, told, participant_of(plan, "action"))


def repaired(flow: Flow, world: World, move: Move) -> led.Step:
    """The world after the repair; one that makes no sense changes nothing."""
    wanted = named(move.step, move.detail)
    if wanted is None:
        return led.Step(world, ())
    state, commands, refusal = repair(flow, world.state, wanted)
    if refusal:
        return led.Step(world, ())
    truths = list(world.truths)
    if isinstance(wanted, ResolveStep):
        truths[move.step] = _found(truths[move.step], wanted, world.state.steps[move.step].record)
    first = moment_by_hand(flow, move.step, move.detail)
    return led.follow(flow, world._replace(truths=tuple(truths)), state, commands, (first,))


def _found(truth: Truth, wanted: ResolveStep, record: Record) -> Truth:
    """What is really so, when people are right."""
    if not wanted.done:
        return Truth(refuses=True)
    if record in OF_THE_UNDO:
        return Truth(max(truth.done, 1), 1, truth.refuses)
    return truth._replace(done=max(truth.done, 1))
