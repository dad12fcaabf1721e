"""Defects of operations: compensations that fail unheard, and runs that nobody watches."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import at, each, last, once, remote, undone
from sagactl.finding import Change, Drop, Put


def _given_up(sound: Sound) -> bool:
    return any(step.undo is not None and step.undo.tries is not None for step in remote(sound))


def _no_queue(sound: Sound) -> Iterator[Mutant]:
    if sound.saga.rollback.dead_letter is not None and _given_up(sound):
        yield (Drop(("rollback", "dead_letter")),)


def _ignored(sound: Sound) -> Iterator[Mutant]:
    if any(undone(sound)):
        yield (Put(("rollback", "on_failure"), "ignore"),)


def _stopped(sound: Sound) -> Iterator[Mutant]:
    failing = [step for step in remote(sound) if step.undo is not None and step.undo.tries is not None]
    if any(sound.flow.ancestors[step.index] >> other.index & 1 for step in failing for other in failing):
        yield (Put(("rollback", "on_failure"), "stop"),)


def _unwatched(sound: Sound) -> Iterator[Mutant]:
    written = {"owner": sound.saga.owner, "alert": sound.saga.rollback.alert, "stuck": sound.saga.limits.stuck_after_s}
    routes = {"owner": ("owner",), "alert": ("rollback", "alert"), "stuck": ("limits", "stuck_after")}
    changes: list[Change] = [Drop(routes[name]) for name, value in written.items() if value is not None]
    if not any(step.undo is not None and step.undo.tries is None for step in undone(sound)):
        yield tuple(changes)


def _unlimited(sound: Sound) -> Iterator[Mutant]:
    if sound.saga.limits.concurrency is not None:
        yield (Drop(("limits", "concurrency")),)


def _unowned(sound: Sound) -> Iterator[Mutant]:
    if sound.saga.owner is not None:
        yield (Drop(("owner",)),)


def _unfound(sound: Sound) -> Iterator[Mutant]:
    """A run waits for an event, and nothing says how it finds the run."""
    if sound.saga.correlation is not None and sound.saga.style != "choreography":
        if any(step.wait is not None and step.wait.event is not None for step in sound.saga.steps):
            yield (Drop(("correlation",)),)
    elif sound.saga.correlation is None and sound.saga.style != "choreography":
        yield from last({"wait": "SomethingCame", "timeout": "1m", "on_timeout": "continue"})(sound)


# fmt: off
SEEDS: Final = (
    Seed("SG501", "a compensation that is given up goes nowhere", _no_queue, also=("SG203",)),
    Seed("SG502", "a failed compensation is ignored", _ignored),
    Seed("SG502", "nobody hears whether it was undone", each(remote, lambda step: Put(at(step, "compensation", "reply"), False))),
    Seed("SG503", "one failed compensation stops the others", _stopped),
    Seed("SG505", "nobody sees a run that cannot go on", _unwatched),
    Seed("SG507", "nothing limits how many runs there are", _unlimited),
    Seed("SG508", "nothing says how an event finds its run", _unfound, also=("SG409",)),
    Seed("SG509", "a secret becomes part of the state", once(Put(("input", "card_number"), "string")), also=("SG013",)),
    Seed("SG510", "nobody answers for the saga", _unowned),
)
