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


def _undone_when_unknown(sound: Sound) -> Iterator[FlowStep]:
    """Where a step is undone after a no as well, another rule speaks of its late actions; none is late in a queue."""
    return (step for step in remote(sound) if step.failed_step == "auto" and not step.promises.ordered_delivery)


def _in_a_row(sound: Sound) -> Iterator[tuple[FlowStep, FlowStep]]:
    """Two undone steps, the second surely after the first, in a saga whose rollback may be told to hurry."""
    if any(step.step.compensation and step.step.compensation.listens for step in undone(sound)):
        return
    for first, second in pairs(list(remote(sound))):
        plain = first.step.for_each is None and second.step.for_each is None and not first.step.when
        if plain and sound.flow.sure_ancestors[second.index] >> first.index & 1:
            yield first, second


def _needed_by_an_undo(sound: Sound) -> Iterator[Mutant]:
    for first, second in _in_a_row(sound):
        yield (
            Put(("rollback", "order"), "parallel"),
            Put(at(first, "output", "seeded_id"), "string"),
            Put(at(second, "compensation", "input"), {"seeded": f"steps.{first.id}.output.seeded_id"}),
        )


def _undone_at_once(sound: Sound) -> Iterator[Mutant]:
    for first, second in _in_a_row(sound):
        if not first.step.writes and not second.step.writes:
            yield (
                Put(("rollback", "order"), "parallel"),
                Put(("resources", "seeded"), {"countermeasure": "semantic-lock"}),
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
    Seed("SG101", "a compensation is forgotten", each(undone, lambda step: Drop(at(step, "compensation"))), also=("SG316", "SG8")),
    Seed("SG102", "a check is undone", each(of_kind("read-only"), lambda step: Put(at(step, "compensation"), "UndoTheCheck"))),
    Seed("SG103", "what comes after the pivot is undone", each(_patient, lambda step: Drop(at(step, "kind")), lambda step: Put(at(step, "compensation"), "UndoTheRest")), also=("SG120",)),
    Seed("SG104", "an omission has no reason", each(undone, lambda step: Drop(at(step, "compensation")), lambda step: Put(at(step, "no_compensation"), True)), also=("SG316", "SG8")),
    Seed("SG105", "somebody else undoes it", _others_undo),
    Seed("SG106", "an action undoes itself", each(undone, lambda step: Put(at(step, "compensation", "command"), step.step.action), lambda step: Put(at(step, "compensation", "input"), step.step.input or {}))),
    Seed("SG106", "one command undoes two steps", _anothers_undo),
    Seed("SG107", "an undo sets a value back that others write", _set_back, also=("SG6",)),
    Seed("SG108", "a compensation that is repeated is done again", each(remote, lambda step: Put(at(step, "compensation", "idempotency"), "none")), also=("SG811",)),
    Seed("SG110", "a compensation needs what another one takes away", _needed_by_an_undo, also=("SG7", "SG1", "SG206")),
    Seed("SG111", "two compensations write the same at once", _undone_at_once, also=("SG107", "SG208", "SG6", "SG110")),
    Seed("SG115", "a late action is done after all", each(_undone_when_unknown, lambda step: Put(at(step, "rejects_late_actions"), False))),
    Seed("SG109", "a compensation may say no", each(_without_fallback, lambda step: Put(at(step, "compensation", "rejects"), ["TooLate"]))),
    Seed("SG112", "the items that are done stay done", _items_not_undone, also=("SG202", "SG205")),
    Seed("SG117", "a mail goes out before it is certain", _told_early, also=("SG2", "SG316", "SG8", "SG991")),
    Seed("SG119", "a compensation does nothing", each(undone, lambda step: Put(at(step, "compensation", "command"), "NoOp"))),
    Seed("SG120", "a compensation gives up sooner than its action", _weak_undo),
    Seed("SG121", "a rollback starts again without a limit", _restarts),
    Seed("SG121", "a compensation falls back on itself", _falls_back_on_itself),
)
