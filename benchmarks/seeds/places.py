"""Where in a definition defects are put, and how the same change is made at each place."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from benchmarks.seeds import Mutant, Sound
from sagactl.finding import Change, Drop, Put
from sagactl.flow import FlowStep
from sagactl.model import Route


def at(step: FlowStep, *keys: str | int) -> Route:
    return (*step.step.route, *keys)


def steps(sound: Sound) -> Iterator[FlowStep]:
    return iter(sound.flow.steps)


def actions(sound: Sound) -> Iterator[FlowStep]:
    return (step for step in steps(sound) if step.step.action is not None)


def undone(sound: Sound) -> Iterator[FlowStep]:
    """Steps with a compensation; all of them stand before the pivot."""
    return (step for step in steps(sound) if step.undo is not None)


def remote(sound: Sound) -> Iterator[FlowStep]:
    """Steps that a participant does and a compensation undoes."""
    return (step for step in undone(sound) if not step.step.local)


def repeated(sound: Sound) -> Iterator[FlowStep]:
    """Steps that are done for each item of a list."""
    return (step for step in steps(sound) if step.step.for_each is not None)


def of_kind(*kinds: str) -> Callable[[Sound], Iterator[FlowStep]]:
    return lambda sound: (step for step in actions(sound) if step.kind in kinds)


def in_a_row(sound: Sound) -> Iterator[tuple[FlowStep, FlowStep, FlowStep]]:
    """Three steps, each of which comes after the one before it and always runs."""
    listed = list(steps(sound))
    for first, second, third in zip(listed, listed[1:], listed[2:], strict=False):
        plain = not any(step.step.after or step.step.when or step.step.listens for step in (first, second, third))
        if plain and second.after == (first.index,) and third.after == (second.index,):
            yield first, second, third


def pairs(listed: Iterable[FlowStep]) -> Iterator[tuple[FlowStep, FlowStep]]:
    """Two steps that one run may both take, in their order."""
    every = list(listed)
    return ((one, other) for number, one in enumerate(every) for other in every[number + 1 :] if may_meet(one, other))


def may_meet(one: FlowStep, other: FlowStep) -> bool:
    """Whether one run may take both steps."""
    return all(other.step.when.get(choice, outcome) == outcome for choice, outcome in one.step.when.items())


def endangered(sound: Sound) -> Iterator[FlowStep]:
    """Undone steps with a step after them that is not skipped when they run, and that may fail."""
    for step in undone(sound):
        later = sound.flow.members(sound.flow.sure_descendants(step.index))
        if step.step.for_each is None and any(each.can_fail and may_meet(each, step) for each in later):
            yield step


# -- mutants


def each(
    places: Callable[[Sound], Iterable[FlowStep]], *make: Callable[[FlowStep], Change]
) -> Callable[[Sound], Iterator[Mutant]]:
    """The same changes at each place by itself."""
    return lambda sound: (tuple(one(step) for one in make) for step in places(sound))


def once(*changes: Change) -> Callable[[Sound], Iterator[Mutant]]:
    """The same changes in every definition."""
    return lambda sound: iter([changes])


def text(change: Callable[[str], str]) -> Callable[[Sound], Iterator[Mutant]]:
    return lambda sound: iter([change])


def last(more: dict[str, Any]) -> Callable[[Sound], Iterator[Mutant]]:
    """One step more at the end, behind a pivot that every run passes."""

    def mutants(sound: Sound) -> Iterator[Mutant]:
        if any(step.place in ("pivot", "after") and not step.step.when for step in steps(sound)):
            ends = [step.id for step in steps(sound) if not sound.flow.dependants[step.index]]
            yield (Put(("steps", len(sound.saga.steps)), {"step": "seeded", "after": ends, **more}),)

    return mutants


def final(step: FlowStep) -> tuple[Change, ...]:
    """The changes that make an undone step one that nothing undoes."""
    return Drop(at(step, "compensation")), Put(at(step, "no_compensation"), "It cannot be taken back any more.")


def comment(words: str) -> Callable[[Sound], Iterator[Mutant]]:
    """A comment above the first step."""
    return text(lambda text: text.replace("\n  - step:", f"\n  # sagactl: {words}\n  - step:", 1))
