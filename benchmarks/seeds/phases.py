"""Defects of the phases: what stands before the pivot, and what after it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import (
    actions,
    at,
    each,
    endangered,
    final,
    last,
    may_meet,
    of_kind,
    pairs,
    remote,
    steps,
    undone,
)
from sagactl.finding import Drop, Put, Reorder
from sagactl.flow import FlowStep


def _explained(sound: Sound) -> Iterator[FlowStep]:
    """Pivots that would be inferred if they were not declared."""
    return (step for step in of_kind("pivot")(sound) if step.step.no_compensation is not None)


def _never_undone(sound: Sound) -> Iterator[Mutant]:
    for step in endangered(sound):
        yield final(step)


def _locked_wait(sound: Sound) -> Iterator[Mutant]:
    for step in remote(sound):
        waits = (each for each in sound.flow.members(sound.flow.descendants[step.index]) if each.step.wait is not None)
        if step.step.lock is None and any(may_meet(each, step) for each in waits):
            yield (
                Put(("resources", "seeded"), {"participant": step.step.participant}),
                Put(at(step, "lock"), "seeded"),
                Put(at(step, "lock_ttl"), "90d"),
            )


def _pivot_first(sound: Sound) -> Iterator[Mutant]:
    """A chain of steps that begins with the pivot; where one of those before it can fail, that is too early."""
    plain = all(step.step.after is None and step.step.listens is None for step in steps(sound))
    pivots = list(of_kind("pivot")(sound))
    if plain and len(pivots) == 1 and not pivots[0].step.when:
        here = pivots[0].index
        if any(step.can_fail and step.undo is not None for step in steps(sound) if step.index < here):
            order = [here, *(step.index for step in steps(sound) if step.index != here)]
            yield (Reorder(("steps",), tuple(order)),)


def _in_a_better_order(sound: Sound) -> Iterator[Mutant]:
    """Only where the steps do not need each other's results, so that they can be put right again."""
    if not any("steps." in str(step.input) + str(step.compensation) for step in sound.saga.steps):
        yield from _pivot_first(sound)


def _money(sound: Sound) -> Iterator[Mutant]:
    for first, second in pairs([step for step in actions(sound) if step.kind in ("compensatable", "pivot")]):
        if sound.flow.descendants[first.index] >> second.index & 1 and second.can_fail:
            yield (Put(at(first, "external"), ["money-out"]), Put(at(second, "external"), ["money-in"]))


def _cancelled_late(sound: Sound) -> Iterator[Mutant]:
    for step in remote(sound):
        undo, participant = step.step.compensation, step.step.participant
        if undo is not None and undo.participant is None:
            more = {"participant": participant, "action": undo.command, "kind": "retriable", "retry": "forever"}
            yield from last(more)(sound)


# fmt: off
SEEDS: Final = (
    Seed("SG201", "a retriable step has a compensation", each(undone, lambda step: Put(at(step, "kind"), "retriable")), also=("SG202",)),
    Seed("SG202", "an effect that nothing undoes comes too early", _never_undone, also=("SG112", "SG201", "SG204", "SG205", "SG316", "SG8", "SG991")),
    Seed("SG202", "the pivot comes first", _pivot_first, also=("SG1", "SG2", "SG701")),
    Seed("SG203", "a retriable step may say no", each(of_kind("retriable"), lambda step: Put(at(step, "rejects"), ["NotNow"]))),
    Seed("SG204", "a wait after the pivot gives up", last({"wait": "SomethingCame", "timeout": "1d"}), also=("SG208", "SG409", "SG508", "SG807", "SG810", "SG991")),
    Seed("SG205", "nothing declares the pivot", each(_explained, lambda step: Drop(at(step, "kind")))),
    Seed("SG208", "a wait holds a lock", _locked_wait, also=("SG604",)),
    Seed("SG209", "the same steps could end well in another order", _in_a_better_order, also=("SG1", "SG2")),
    Seed("SG210", "money goes out before it comes in", _money, also=("SG991",)),
    Seed("SG211", "the way back is a step after the pivot", _cancelled_late, also=("SG809", "SG990")),
)
