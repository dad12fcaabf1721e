"""A run that nobody leads, told: with all the tries that its saga has, its faults as addresses, and in a few lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow
from sagactl.machine.state import Record
from sagactl.trace import Moment
from sagactl.world.choreography import apply, begin, moves
from sagactl.world.kept_moves import move_json
from sagactl.world.parts import Move
from sagactl.world.rest import overdue
from sagactl.world.views import EventWorld

MAX_LINES: Final = 10
INTERRUPTIONS: Final = ("cancel", "deadline")
PAUSED: Final[frozenset[Record]] = frozenset({"paused", "undo-paused", "fallback-paused"})

WORDS: Final = {
    "published": "`{step}` publishes {detail}",
    "heard": "`{step}` hears {detail}",
    "executed": "`{step}` is done{again}",
    "forgotten": "KEY EXPIRED: `{step}` takes the repetition for new work",
    "deduplicated": "`{step}` knows the work already",
    "refused": "`{step}` refuses what comes too late",
    "turned-down": "REJECTED: `{step}` says no ({detail})",
    "broke": "FAILS: `{step}` does not work",
    "duplicated": "DUPLICATED: `{step}` gets its event twice",
    "undo-executed": "`{step}` is undone{again}",
    "nothing-to-undo": "`{step}` finds nothing to undo",
    "lost": "LOST: what `{step}` tells never arrives",
    "dead-letter": "`{step}` goes to the dead letters: {detail}",
    "cancel": "CANCEL: somebody takes the run back",
    "deadline": "DEADLINE: the time of the run is over",
}


class Told(NamedTuple):
    """A run: its moves as they are kept, its moments, its faults as `--fault` takes them, and its story."""

    moves: tuple[dict[str, Any], ...]
    moments: tuple[Moment, ...]
    faults: tuple[str, ...]
    story: tuple[str, ...]


def tell(flow: Flow, plain: Flow, made: tuple[Move, ...]) -> Told:
    """The run of a flow that was found where two tries stand for all that are more."""
    all_of_them = with_all_tries(flow, plain, made)
    kept = made if all_of_them is None else all_of_them
    shown = plain if all_of_them is None else flow
    first = begin(shown)
    world, moments, faults = first.world, list(first.moments), list[str]()
    for move in kept:
        if move.fault or move.kind in INTERRUPTIONS:
            faults.append(_address(shown, world, moments, move))
        step = apply(shown, world, move)
        world = step.world
        moments += step.moments
    again = () if all_of_them is None else tuple(move_json(flow, move) for move in kept)
    return Told(again, tuple(moments), tuple(faults), tuple(_short(list(_lines(moments)))))


def with_all_tries(flow: Flow, plain: Flow, made: tuple[Move, ...]) -> tuple[Move, ...] | None:
    """The moves as the whole flow has them: what fails for good fails at every try; None where that cannot be."""
    here, there, kept = begin(flow).world, begin(plain).world, list[Move]()
    for move in made:
        found = move if move.kind == "give-up" else _like(flow, here, move)
        if found is None:
            return None
        kept.append(found)
        here, there = apply(flow, here, found).world, apply(plain, there, move).world
        while (fewer := _goes_on(here, there)) is not None:
            again = _once_more(flow, here, fewer, move.fault)
            if again is None:
                return None
            for each in again:
                kept.append(each)
                here = apply(flow, here, each).world
    return tuple(kept)


def _like(flow: Flow, world: EventWorld, wanted: Move) -> Move | None:
    return next((move for move in moves(flow, world) if move._replace(copy=0) == wanted._replace(copy=0)), None)


def _goes_on(here: EventWorld, there: EventWorld) -> int | None:
    """A step that is tried again in the one world and has used up its tries in the other."""
    pairs = enumerate(zip(here.state.steps, there.state.steps, strict=True))
    return next((index for index, (a, b) in pairs if a.record in PAUSED and b.record not in PAUSED), None)


def _once_more(flow: Flow, world: EventWorld, step: int, fault: str) -> tuple[Move, Move] | None:
    """Another try that fails like the one before it."""
    retry = next((move for move in moves(flow, world) if move.kind == "retry" and move.step == step), None)
    if retry is None:
        return None
    tried = apply(flow, world, retry).world
    work = (move for move in moves(flow, tried) if move.kind == "deliver" and move.step == step)
    failing = next((move for move in work if move.fault == fault and move.attempt == retry.attempt + 1), None)
    return None if failing is None else (retry, failing)


def ending(flow: Flow, world: EventWorld) -> Move | None:
    """What becomes of a run in which nothing can happen any more and somebody waits."""
    return None if world.ended else overdue(flow, world)


def _address(flow: Flow, world: EventWorld, moments: list[Moment], move: Move) -> str:
    """Of what happens to the whole run: while a step is in flight, else just after the last that was done."""
    if move.kind not in INTERRUPTIONS:
        number = f"#{move.attempt}" if move.attempt > 1 else ""
        return f"{flow.steps[move.step].id}{number}:{move.fault}"
    flying = next((flow.steps[message.step].id for message in world.messages), "")
    done = [moment.step for moment in moments if moment.what in ("done", "arrived")]
    return f"{flying or (done[-1] + '!' if done else flow.steps[flow.order[0]].id)}:{move.kind}"


def _lines(moments: list[Moment]) -> Iterator[str]:
    before: set[tuple[str, str]] = set()
    for moment in moments:
        words = WORDS.get(moment.what)
        if words is not None:
            again = " again" if (moment.what, moment.step) in before else ""
            yield words.format(step=moment.step, detail=moment.detail, again=again)
        before.add((moment.what, moment.step))


def _short(told: list[str]) -> list[str]:
    return told if len(told) <= MAX_LINES else [*told[:3], "…", *told[-(MAX_LINES - 4) :]]
