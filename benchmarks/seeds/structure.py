"""Defects of the structure."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import actions, at, each, in_a_row, once, remote, steps, text, undone
from sagactl.finding import Change, Drop, Put, Rename


def _cycle(sound: Sound) -> Iterator[Mutant]:
    first = sound.flow.steps[0]
    for step in steps(sound):
        if sound.flow.sure_ancestors[step.index] & 1 and step.step.listens is None and first.step.listens is None:
            yield (Put(at(first, "after"), [step.id]),)


def _same_id(sound: Sound) -> Iterator[Mutant]:
    for before, step in zip(sound.saga.steps, sound.saga.steps[1:], strict=False):
        yield (Put((*step.route, "step"), before.id),)


def _outcome_never(sound: Sound) -> Iterator[Mutant]:
    used = {entry for step in sound.saga.steps for entry in step.when.items()}
    for choice in sound.saga.choices.values():
        for outcome in choice.outcomes:
            if (choice.id, outcome.id) in used and not outcome.is_otherwise:
                yield (Put(outcome.route, "1 > 2"),)


def _implied(sound: Sound) -> Iterator[Mutant]:
    for first, second, third in in_a_row(sound):
        yield (Put(at(third, "after"), [first.id, second.id]),)


def _no_otherwise(sound: Sound) -> Iterator[Mutant]:
    for choice in sound.saga.choices.values():
        yield (Put(choice.outcomes[-1].route, f"!({choice.outcomes[0].predicate})"),)


def _undecided(sound: Sound) -> Iterator[Mutant]:
    """A choice that no step depends on any more."""
    for choice in sound.saga.choices:
        asking = [step for step in sound.saga.steps if choice in step.when]
        yield tuple(Drop((*step.route, "when", *([choice] if len(step.when) > 1 else []))) for step in asking)


def _one_participant(sound: Sound) -> Iterator[Mutant]:
    acting = list(actions(sound))
    if len(acting) == len(sound.saga.steps) and not sound.is_nested and not any(step.step.local for step in acting):
        participant = acting[0].step.participant
        moved: list[Change] = [Put(at(step, "participant"), participant) for step in acting]
        yield (*moved, *(Drop(at(step, "external")) for step in acting if step.step.external))


def _own_child(sound: Sound) -> Iterator[Mutant]:
    yield (Put(("steps", len(sound.saga.steps)), {"step": "seeded", "saga": sound.saga.id}),)


def _again(sound: Sound) -> Iterator[Mutant]:
    """The last step is done in two, by one participant."""
    step = sound.flow.steps[-1]
    ends = [each.index for each in steps(sound) if not sound.flow.dependants[each.index]]
    if step.kind == "retriable" and not step.step.local and not step.step.when and step.step.for_each is None:
        more = {"step": "seeded", "after": [step.id], "participant": step.step.participant, "action": "DoTheRest"}
        if step.index in ends:
            yield (Put(("steps", len(sound.saga.steps)), {**more, "kind": "retriable", "retry": "forever"}),)


def _unbounded(sound: Sound) -> Iterator[Mutant]:
    """Neither the step nor the type of its list says how many items there may be."""
    for step in steps(sound):
        if step.step.for_each is not None:
            yield (Put(("input", step.step.for_each.split(".")[1]), "array"), Drop(at(step, "max_items")))


# fmt: off
SEEDS: Final = (
    Seed("SG001", "a key is misspelt", each(actions, lambda step: Rename(at(step, "action"), "acton"))),
    Seed("SG002", "two steps have one name", _same_id, also=("SG003", "SG004")),
    Seed("SG003", "a step comes after one that does not exist", each(steps, lambda step: Put(at(step, "after"), ["seeded"]))),
    Seed("SG004", "the first step waits for a later one", _cycle),
    Seed("SG005", "an outcome never happens", _outcome_never, also=("SG013", "SG704")),
    Seed("SG006", "a dependency follows from another one", _implied),
    Seed("SG007", "a choice has no outcome for the rest", _no_otherwise),
    Seed("SG007", "a choice decides nothing", _undecided, also=("SG1", "SG2")),
    Seed("SG008", "a key has a brace that is not closed", each(actions, lambda step: Put(at(step, "key"), "{saga_id"))),
    Seed("SG009", "one participant does it all", _one_participant, also=("SG013", "SG015", "SG105", "SG990", "SG991")),
    Seed("SG010", "a saga runs itself", _own_child),
    Seed("SG011", "nothing bounds the items", _unbounded),
    Seed("SG013", "a participant has nothing to do", once(Put(("participants", "seeded"), {"owner": "nobody"}))),
    Seed("SG014", "an action has a name that says nothing", each(actions, lambda step: Put(at(step, "action"), "Process"))),
    Seed("SG014", "a compensation has a name that says nothing", each(undone, lambda step: Put(at(step, "compensation", "command"), "Undo"))),
    Seed("SG015", "one step is done in two", _again),
    Seed("SG016", "a timeout has no unit", each(actions, lambda step: Put(at(step, "timeout"), 30))),
    Seed("SG017", "a number stands where text belongs", once(Put(("owner",), 7))),
    Seed("SG018", "a key stands twice", text(lambda text: f"{text}\nowner: somebody\n")),
    Seed("SG019", "a word is unknown", each(steps, lambda step: Put(at(step, "kind"), "pivotal"))),
    Seed("SG020", "an action has nobody to do it", each(remote, lambda step: Drop(at(step, "participant")))),
)
