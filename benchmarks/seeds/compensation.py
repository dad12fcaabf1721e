"""Defects of compensations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import at, each, endangered, final, of_kind, pairs, remote, undone
from sagactl.finding import Drop, Put
from sagactl.flow import FlowStep


def _patient(sound: Sound) -> Iterator[FlowStep]:
    """Retriable steps that are tried for ever."""
    return (
        step for step in of_kind("retriable")(sound) if step.action.tries is None and not step.step.omits_compensation
    )


def _others_undo(sound: Sound) -> Iterator[Mutant]:
    for step in remote(sound):
        own = sound.saga.participants[step.step.participant or ""]
        for id, other in sound.saga.participants.items():
            if id != own.id and other.store != own.store:
                yield (Put(at(step, "compensation", "participant"), id),)
                break


def _anothers_undo(sound: Sound) -> Iterator[Mutant]:
    """The second of two steps of one participant is undone by the command that undoes the first."""
    for first, second in pairs(list(remote(sound))):
        undo = first.step.compensation
        if undo is not None and first.step.participant == second.step.participant:
            yield (Put(at(second, "compensation"), {"command": undo.command, **_input(undo.input)}),)


def _input(data: Any) -> dict[str, Any]:
    return {} if data is None else {"input": data}


def _set_back(sound: Sound) -> Iterator[Mutant]:
    for first, second in pairs([step for step in undone(sound) if not step.step.writes]):
        yield (
            Put(("resources", "seeded"), {"invariant": "It adds up."}),
            *(Put(at(step, "writes"), ["seeded"]) for step in (first, second)),
            *(Put(at(step, "write_mode"), "set") for step in (first, second)),
        )


def _told_early(sound: Sound) -> Iterator[Mutant]:
    for step in endangered(sound):
        yield (*final(step), Put(at(step, "external"), ["email"]))


def _items_not_undone(sound: Sound) -> Iterator[Mutant]:
    for step in undone(sound):
        if step.step.for_each is not None:
            yield final(step)


def _weak_undo(sound: Sound) -> Iterator[Mutant]:
    for step in remote(sound):
        if step.action.tries is None or step.action.tries > 1:
            yield (Put(at(step, "compensation", "retry"), 1),)


def _restarts(sound: Sound) -> Iterator[Mutant]:
    if sound.saga.rollback.then is None:
        yield (Put(("rollback", "then"), "restart"),)
    elif sound.saga.rollback.max_restarts is not None:
        yield (Drop(("rollback", "max_restarts")),)


def _without_fallback(sound: Sound) -> Iterator[FlowStep]:
    return (step for step in undone(sound) if step.step.compensation and step.step.compensation.fallback is None)


def _falls_back_on_itself(sound: Sound) -> Iterator[Mutant]:
    for step in undone(sound):
        if step.step.compensation is not None:
            yield (Put(at(step, "compensation", "fallback"), step.step.compensation.command),)


# fmt: off
SEEDS: Final = (
    Seed("SG101", "a compensation is forgotten", each(undone, lambda step: Drop(at(step, "compensation")))),
    Seed("SG102", "a check is undone", each(of_kind("read-only"), lambda step: Put(at(step, "compensation"), "UndoTheCheck"))),
    Seed("SG103", "what comes after the pivot is undone", each(_patient, lambda step: Drop(at(step, "kind")), lambda step: Put(at(step, "compensation"), "UndoTheRest")), also=("SG120",)),
    Seed("SG104", "an omission has no reason", each(undone, lambda step: Drop(at(step, "compensation")), lambda step: Put(at(step, "no_compensation"), True))),
    Seed("SG105", "somebody else undoes it", _others_undo),
    Seed("SG106", "an action undoes itself", each(undone, lambda step: Put(at(step, "compensation", "command"), step.step.action), lambda step: Put(at(step, "compensation", "input"), step.step.input or {}))),
    Seed("SG106", "one command undoes two steps", _anothers_undo),
    Seed("SG107", "an undo sets a value back that others write", _set_back),
    Seed("SG109", "a compensation may say no", each(_without_fallback, lambda step: Put(at(step, "compensation", "rejects"), ["TooLate"]))),
    Seed("SG112", "the items that are done stay done", _items_not_undone, also=("SG202", "SG205")),
    Seed("SG117", "a mail goes out before it is certain", _told_early, also=("SG2", "SG991")),
    Seed("SG119", "a compensation does nothing", each(undone, lambda step: Put(at(step, "compensation", "command"), "NoOp"))),
    Seed("SG120", "a compensation gives up sooner than its action", _weak_undo),
    Seed("SG121", "a rollback starts again without a limit", _restarts),
    Seed("SG121", "a compensation falls back on itself", _falls_back_on_itself),
)
