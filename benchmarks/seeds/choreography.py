"""Defects of choreographies: events that nobody publishes or hears, and what nobody owns."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import actions, at, pairs, remote, steps
from sagactl.finding import Change, Drop, Put
from sagactl.flow import FlowStep, success_event


def _led_by_nobody(sound: Sound) -> bool:
    return sound.saga.style == "choreography"


def _listening(sound: Sound) -> Iterator[FlowStep]:
    """Steps that hear one event of another step."""
    for step in steps(sound):
        if (
            _led_by_nobody(sound)
            and step.step.listens is not None
            and len(step.step.listens.events) == 1
            and step.after
        ):
            yield step


def _uncorrelated(sound: Sound) -> Iterator[Mutant]:
    if _led_by_nobody(sound):
        yield (Drop(("correlation",)),)


def _missed(sound: Sound) -> Iterator[Mutant]:
    """A wait for what its own predecessor has published already."""
    for step in steps(sound):
        if _led_by_nobody(sound) and step.kind == "retriable":
            wait = {"step": "seeded", "after": [step.id], "wait": success_event(step.step), "timeout": "1m"}
            yield (Put(("steps", len(sound.saga.steps)), {**wait, "on_timeout": "continue"}),)


def _never_published(sound: Sound) -> Iterator[Mutant]:
    for step in _listening(sound):
        yield (Put(at(step, "listens"), ["SomethingElseHappened"]),)


def _never_heard(sound: Sound) -> Iterator[Mutant]:
    """The saga is said to start on one event more, which no step hears."""
    if _led_by_nobody(sound):
        yield (Put(("starts_on", len(sound.saga.starts_on)), "SomethingElseHappened"),)


def _deaf(sound: Sound) -> Iterator[Mutant]:
    """A compensation that hears its own failure alone, and none of those after it."""
    for step in remote(sound):
        later = [each for each in sound.flow.members(sound.flow.descendants[step.index]) if each.can_fail]
        listens = step.step.compensation.listens if step.step.compensation is not None else None
        if _led_by_nobody(sound) and listens is not None and len(listens.events) > 1 and later:
            yield (Put(at(step, "compensation", "listens"), {"any": [listens.events[0]]}),)


def _in_a_loop(sound: Sound) -> Iterator[Mutant]:
    """The first step also hears what follows from it."""
    first = sound.flow.steps[0]
    for step in steps(sound):
        heard = first.step.listens
        if _led_by_nobody(sound) and heard is not None and step.step.publishes is not None and step.index:
            events = [*heard.events, success_event(step.step)]
            yield (Put(at(first, "listens"), {"any": events}),)


def _back_and_forth(sound: Sound) -> Iterator[Mutant]:
    """The last of three steps in a row is done by the participant of the first."""
    for first, third in pairs(list(actions(sound))):
        middle = [step for step in _listening(sound) if sound.flow.descendants[step.index] >> third.index & 1]
        between = [step for step in middle if sound.flow.descendants[first.index] >> step.index & 1]
        if between and first.step.participant not in (third.step.participant, between[0].step.participant):
            yield (Put(at(third, "participant"), first.step.participant),)


def _joined_by_nobody(sound: Sound) -> Iterator[Mutant]:
    for step in steps(sound):
        if _led_by_nobody(sound) and len(step.after) > 1:
            events = [success_event(sound.flow.steps[index].step) for index in step.after]
            yield (Put(("steps", len(sound.saga.steps)), {"step": "seeded", "wait": "AllSaid", "listens": events}),)


def _twice_undone(sound: Sound) -> Iterator[Mutant]:
    """What two steps beside each other may both set off is done again each time."""
    for step in remote(sound):
        listens = step.step.compensation.listens if step.step.compensation is not None else None
        if _led_by_nobody(sound) and listens is None and len(sound.flow.dependants[step.index]) > 1:
            yield (Put(at(step, "compensation", "idempotency"), "none"),)


def _commanding(sound: Sound) -> Iterator[Mutant]:
    """An event is called like what its listener does."""
    for step in _listening(sound):
        before = sound.flow.steps[step.after[0]]
        if step.step.action is not None and before.step.publishes is not None:
            old, new = success_event(before.step), step.step.action
            yield tuple(_renamed(sound, old, new))


def _renamed(sound: Sound, old: str, new: str) -> Iterator[Change]:
    for step in steps(sound):
        if step.step.publishes is not None and step.step.publishes.success == old:
            yield Put(at(step, "publishes", "success"), new)
        if step.step.listens is not None and old in step.step.listens.events:
            yield Put(at(step, "listens"), [new if event == old else event for event in step.step.listens.events])


def _untold(sound: Sound) -> Iterator[Mutant]:
    if _led_by_nobody(sound) and sound.saga.ends_with:
        yield (Drop(("ends_with",)),)


def _unowned(sound: Sound) -> Iterator[Mutant]:
    if _led_by_nobody(sound) and sound.saga.deadline is not None:
        yield (Drop(("deadline", "owner")),)


def _listed_otherwise(sound: Sound) -> Iterator[Mutant]:
    """`after` names a step that does not come before what the step hears."""
    for step in _listening(sound):
        later = [each for each in steps(sound) if not sound.flow.ancestors[step.index] >> each.index & 1]
        other = next((each for each in later if each.index != step.index), None)
        if other is not None and not sound.flow.descendants[step.index] >> other.index & 1:
            yield (Put(at(step, "after"), [other.id]),)
        yield (Put(at(step, "after"), []),)


# fmt: off
SEEDS: Final = (
    Seed("SG801", "nothing tells the runs apart", _uncorrelated, also=("SG013",)),
    Seed("SG803", "a wait begins when its event has come", _missed, also=("SG2", "SG4", "SG508", "SG813")),
    Seed("SG805", "a step hears what nobody publishes", _never_published, also=("SG1", "SG2", "SG7", "SG80", "SG81")),
    Seed("SG805", "nobody hears an event", _never_heard),
    Seed("SG807", "a compensation does not hear every failure", _deaf, also=("SG805",)),
    Seed("SG808", "events go round", _in_a_loop, also=("SG117", "SG2", "SG413", "SG8", "SG991")),
    Seed("SG809", "services hear each other in a ring", _back_and_forth, also=("SG013", "SG015")),
    Seed("SG810", "nobody remembers what has come", _joined_by_nobody, also=("SG208", "SG813")),
    Seed("SG811", "two failures undo it twice", _twice_undone, also=("SG108",)),
    Seed("SG812", "an event is a command", _commanding),
    Seed("SG813", "no event tells how a run ended", _untold, also=("SG805",)),
    Seed("SG814", "nobody keeps the time", _unowned),
    Seed("SG817", "the list and the events say different things", _listed_otherwise),
)
