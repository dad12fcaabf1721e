"""Stage 4: the whole saga at once, with so many faults at most, as far as a limit allows."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from sagactl.evidence.story import tell
from sagactl.flow import Flow
from sagactl.verdict import Counterexample
from sagactl.world.alone import plainer
from sagactl.world.explore import Broken, Judge, explore_within, shortest
from sagactl.world.kept_moves import move_json
from sagactl.world.parts import Move, World
from sagactl.world.tables import Edge, Tables, move_of, possible_faults
from sagactl.world.world import apply, begin, moves

Key = tuple[str, str]


class Together(NamedTuple):
    """What was seen: defects that no step shows alone, how many worlds, what was covered and what was not."""

    violations: tuple[Counterexample, ...]
    worlds: int
    covered: str
    uncovered: str


def together(
    flow: Flow, max_faults: int, limit: int, known: frozenset[Key], is_over: Callable[[], bool] = lambda: False
) -> Together:
    """All steps together; `known` are the properties that a step breaks by itself, as (property, step)."""
    plain = plainer(flow)
    tables = Tables(
        plain, {plan.index: possible_faults(real) for plan, real in zip(plain.steps, flow.steps, strict=True)}
    )
    steps = tuple(range(len(flow.steps)))
    done, worlds, broken = -1, 0, tuple[Broken, ...]()
    for number, found in enumerate(explore_within(tables, steps, max_faults, limit, is_over)):
        worlds, broken = found.worlds, found.broken
        if found.complete:
            done = number
    fresh = (each for each in broken if (each.property, flow.steps[each.step].id) not in known)
    shown = tuple(_shown(flow, tables, each, limit) for each in fresh)
    covered = f"all steps together, {_faults(done)}" if done >= 0 else ""
    why = "the time was up" if is_over() else f"limit: {limit:,} worlds"
    uncovered = "" if done == max_faults else f"all steps together with {done + 1} and more faults ({why})"
    return Together(shown, worlds, covered, uncovered)


def _faults(number: int) -> str:
    return "no fault" if number == 0 else f"{number} fault{'s' if number > 1 else ''} at most"


def _shown(flow: Flow, tables: Tables, broken: Broken, limit: int) -> Counterexample:
    """The run that shows the defect; without moves where the real saga tries oftener than the explored one."""
    judge = Judge(tables, (broken.step,))
    plan = flow.steps[broken.step]
    key = (broken.property, broken.step)
    way = shortest(tables, lambda world: key in judge.broken(world), 4 * limit) or ()
    made = _made(tables.flow, way)
    told = tell(tables.flow, tables.flow.steps[broken.step], made)
    return Counterexample(
        property=broken.property,
        step=plan.id,
        explanation="it holds for the step alone and breaks beside the others",
        faults=told.faults,
        moves=tuple(move_json(flow, move) for move in made) if _made(flow, way) == made else (),
        moments=told.moments,
        story=told.story,
    )


def _made(flow: Flow, way: tuple[Edge, ...]) -> tuple[Move, ...]:
    """The way as moves of the world, as far as the flow has them."""
    world: World = begin(flow).world
    made: list[Move] = []
    for edge in way:
        wanted = move_of(edge)
        found = [each for each in moves(flow, world) if each._replace(copy=0) == wanted]
        if not found and wanted.kind != "give-up":
            break
        made.append(found[0] if found else wanted)
        world = apply(flow, world, made[-1]).world
    return tuple(made)
