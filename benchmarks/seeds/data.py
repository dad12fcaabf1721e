"""Defects of data: what is not there when a step or its undo needs it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import actions, at, pairs, remote, repeated
from sagactl.finding import Put
from sagactl.flow import FlowStep


def _in_order(sound: Sound) -> Iterator[tuple[FlowStep, FlowStep]]:
    """Two steps with an answer each, the second surely after the first."""
    for first, second in pairs(list(actions(sound))):
        if sound.flow.sure_ancestors[second.index] >> first.index & 1:
            yield first, second


def _brings(step: FlowStep) -> Put:
    return Put(at(step, "output", "seeded"), "string")


def _takes(step: FlowStep, source: FlowStep, *keys: str) -> Put:
    return Put(at(step, *keys, "input", "seeded"), f"steps.{source.id}.output.seeded")


def _too_early(sound: Sound) -> Iterator[Mutant]:
    for first, second in _in_order(sound):
        if second.step.for_each is None:
            yield (_brings(second), _takes(first, second))


def _skipped(sound: Sound) -> Iterator[Mutant]:
    """What a step brings that not every run takes, for one that every run takes."""
    for first, second in _in_order(sound):
        if first.step.when and not second.step.when:
            yield (_brings(first), _takes(second, first))


def _undone_too_early(sound: Sound) -> Iterator[Mutant]:
    """A compensation needs what a later step brings, which may be the one that fails."""
    undone = {step.index for step in remote(sound)}
    for first, second in _in_order(sound):
        if first.index in undone and second.step.for_each is None:
            yield (_brings(second), _takes(first, second, "compensation"))


def _for_nobody(sound: Sound) -> Iterator[Mutant]:
    """An answer of a step that need not be undone, where all that comes later says what it takes."""
    for step in actions(sound):
        later = [each.step for each in sound.flow.members(sound.flow.descendants[step.index])]
        if step.undo is None and later and all(each.input is not None or each.wait is not None for each in later):
            yield (_brings(step),)


def _one_of_many(sound: Sound) -> Iterator[Mutant]:
    """One item's answer, of a step that does them all at once."""
    many = {step.index for step in repeated(sound)}
    for first, second in _in_order(sound):
        if first.index in many and second.step.for_each is None and not first.step.when:
            yield (Put(at(first, "parallel"), True), _brings(first), _takes(second, first))


def _never_equal(sound: Sound) -> Iterator[Mutant]:
    """An outcome compares a text with a number."""
    texts = [name for name, type in sound.saga.input.items() if type == "string"]
    for choice in sound.saga.choices.values() if texts else ():
        yield (Put(choice.outcomes[0].route, f"input.{texts[0]} == 1 || {choice.outcomes[0].predicate}"),)


# fmt: off
SEEDS: Final = (
    Seed("SG701", "a step needs what a later one brings", _too_early, also=("SG013",)),
    Seed("SG701", "a step needs what a skipped one brings", _skipped),
    Seed("SG702", "an undo needs what a later step brings", _undone_too_early, also=("SG110",)),
    Seed("SG704", "nothing takes what a step brings", _for_nobody),
    Seed("SG705", "one answer is taken of many", _one_of_many),
    Seed("SG706", "a text is compared with a number", _never_equal),
)
