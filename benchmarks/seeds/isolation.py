"""Defects of isolation: what runs do to each other between their steps."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import actions, at, may_meet, pairs, remote
from sagactl.finding import Change, Put
from sagactl.flow import FlowStep

SEEDED: Final = ("resources", "seeded")


def _plain(sound: Sound) -> list[FlowStep]:
    """Steps that use no resource yet."""
    return [step for step in actions(sound) if not (step.step.reads or step.step.writes or step.step.lock)]


def _writing(sound: Sound) -> list[FlowStep]:
    """Those of them that may write; what is declared to read only may not."""
    return [step for step in _plain(sound) if step.kind != "read-only"]


def _in_order(sound: Sound) -> Iterator[tuple[FlowStep, FlowStep]]:
    """Two of them, the second surely after the first whenever both run, and with an effect."""
    for first, second in pairs(_plain(sound)):
        if second.kind != "read-only" and sound.flow.sure_ancestors[second.index] >> first.index & 1:
            yield first, second


def _abreast(sound: Sound) -> Iterator[tuple[FlowStep, FlowStep]]:
    """Two of them with an effect that may run at the same time."""
    for first, second in pairs(_writing(sound)):
        if sound.flow.beside(first.index) >> second.index & 1:
            yield first, second


def _resource(**facts: object) -> Put:
    return Put(SEEDED, facts)


def _reads(step: FlowStep) -> Put:
    return Put(at(step, "reads"), ["seeded"])


def _writes(step: FlowStep, mode: str) -> tuple[Change, ...]:
    return Put(at(step, "writes"), ["seeded"]), Put(at(step, "write_mode"), mode)


def _overwritten(sound: Sound) -> Iterator[Mutant]:
    for first, second in _in_order(sound):
        yield (_resource(invariant="It adds up."), _reads(first), *_writes(second, "set"))


def _read_before_it_is_sure(sound: Sound) -> Iterator[Mutant]:
    """One run reads what a later step of another one writes and may still undo."""
    for first, second in _in_order(sound):
        if second.undo is not None and any(second.index == step.index for step in remote(sound)):
            yield (_resource(countermeasure="commutative"), _reads(first), *_writes(second, "add"))


def _read_twice(sound: Sound) -> Iterator[Mutant]:
    plain = [step for step in _plain(sound) if step.kind in ("pivot", "retriable")]
    for first, second in _in_order(sound):
        writer = next((step for step in plain if step.index not in (first.index, second.index)), None)
        if writer is not None:
            yield (_resource(countermeasure="commutative"), _reads(first), _reads(second), *_writes(writer, "add"))


def _kept_for_ever(sound: Sound) -> Iterator[Mutant]:
    for step in remote(sound):
        if step.step.lock is None:
            yield (_resource(participant=step.step.participant), Put(at(step, "lock"), "seeded"))


def _let_go(sound: Sound, first: FlowStep, second: FlowStep) -> bool:
    """Whether the second step surely lets go of what the first has taken, and nothing waits in between."""
    between = sound.flow.members(sound.flow.descendants[first.index])
    return not second.step.when and second.step.unlock is None and all(step.step.wait is None for step in between)


def _locked_without_end(sound: Sound) -> Iterator[Mutant]:
    for first, second in _in_order(sound) if sound.saga.accept is None else ():
        if (
            first.undo is not None
            and first.step.participant
            and first.step.for_each is None
            and _let_go(sound, first, second)
        ):
            resource = _resource(participant=first.step.participant)
            yield (resource, Put(at(first, "lock"), "seeded"), Put(at(second, "unlock"), "seeded"))


def _locked_in_a_circle(sound: Sound) -> Iterator[Mutant]:
    """Two branches each take a lock, and neither lets go before both are done."""
    for first, second in _abreast(sound):
        later = sound.flow.sure_descendants(first.index) & sound.flow.sure_descendants(second.index)
        ends = [step for step in sound.flow.members(later) if step.step.unlock is None and not step.step.when]
        if first.undo is not None and second.undo is not None and len(ends) > 1:
            yield (
                Put(("resources", "seeded-one"), {"invariant": "It is kept."}),
                Put(("resources", "seeded-two"), {"invariant": "It is kept."}),
                *(Put(at(step, "lock"), f"seeded-{name}") for step, name in ((first, "one"), (second, "two"))),
                *(Put(at(step, "lock_ttl"), "300d") for step in (first, second)),
                *(Put(at(step, "unlock"), f"seeded-{name}") for step, name in zip(ends, ("one", "two"), strict=False)),
            )


def _given_early(sound: Sound) -> Iterator[Mutant]:
    for step in remote(sound):
        later = sound.flow.members(sound.flow.sure_descendants(step.index))
        if not step.step.writes and any(each.can_fail and may_meet(each, step) for each in later):
            give = Put(at(step, "action"), "ReleaseTheRest")
            yield (_resource(countermeasure="commutative"), give, *_writes(step, "add"))


def _without_its_version(sound: Sound) -> Iterator[Mutant]:
    for first, second in _in_order(sound):
        if second.step.input is not None and "version" not in str(second.step.input):
            yield (_resource(countermeasure="version"), _reads(first), *_writes(second, "set"))


def _written_at_once(sound: Sound) -> Iterator[Mutant]:
    for first, second in _abreast(sound):
        yield (_resource(countermeasure="semantic-lock"), *_writes(first, "set"), *_writes(second, "set"))


def _unprotected(sound: Sound) -> Iterator[Mutant]:
    for step in _writing(sound):
        yield (_resource(invariant="Never below zero."), *_writes(step, "add"))


# fmt: off
SEEDS: Final = (
    Seed("SG601", "what was read is overwritten later", _overwritten, also=("SG107", "SG208", "SG602", "SG611")),
    Seed("SG602", "what may be undone is read", _read_before_it_is_sure, also=("SG607",)),
    Seed("SG603", "what was read is read again", _read_twice, also=("SG602", "SG607")),
    Seed("SG604", "a lock is never released", _kept_for_ever, also=("SG208",)),
    Seed("SG605", "a lock has no end of its own", _locked_without_end, also=("SG013", "SG208")),
    Seed("SG606", "two branches lock in a circle", _locked_in_a_circle, also=("SG013", "SG208")),
    Seed("SG607", "what may have to be taken back is given", _given_early, also=("SG210",)),
    Seed("SG609", "a version is compared that nobody brings", _without_its_version, also=("SG107", "SG602")),
    Seed("SG610", "two branches set one value", _written_at_once, also=("SG107", "SG111", "SG208")),
    Seed("SG611", "nothing protects an invariant", _unprotected, also=("SG607",)),
)
