"""Defects of time: timeouts, retries and deadlines that do not fit into each other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import actions, at, each, last, remote, steps
from sagactl.finding import Drop, Put
from sagactl.flow import FlowStep


def _awaited(sound: Sound) -> Iterator[FlowStep]:
    """Steps whose answer is waited for and that have no timeout of their own."""
    return (
        step
        for step in actions(sound)
        if not step.step.local and step.step.timeout_s is None and step.step.reply is not False
    )


def _no_timeouts(sound: Sound) -> Iterator[Mutant]:
    if sound.saga.defaults.timeout_s is not None and any(_awaited(sound)):
        yield (Drop(("defaults", "timeout")),)


def _has_deadline(sound: Sound) -> bool:
    triggers = sound.saga.rollback.triggers
    return sound.saga.deadline is not None and (triggers is None or "deadline" in triggers)


def _revocable(sound: Sound) -> Iterator[FlowStep]:
    """Steps that a rollback at the deadline would still reach."""
    return (step for step in remote(sound) if _has_deadline(sound) and step.place == "before")


def _little_time(sound: Sound) -> Iterator[Mutant]:
    """A deadline for one try of the longest step, where several come in a row."""
    chain = [step for step in _revocable(sound) if not step.step.when and step.action.timeout_s is not None]
    if len(chain) > 1 and sound.flow.sure_ancestors[chain[-1].index] >> chain[0].index & 1:
        longest_s = max(step.action.timeout_s or 0.0 for step in steps(sound))
        yield (Put(("deadline", "after"), f"{longest_s:.0f}s"),)


def _stuck_first(sound: Sound) -> Iterator[Mutant]:
    if sound.saga.deadline is not None:
        yield (Put(("limits", "stuck_after"), f"{sound.saga.deadline.after_s / 2:.0f}s"),)


def _short_lease(sound: Sound) -> Iterator[Mutant]:
    for step in steps(sound):
        if step.step.lock_ttl_s is not None:
            yield (Put(at(step, "lock_ttl"), "1s"),)


def _without_deadline(sound: Sound) -> Iterator[Mutant]:
    if sound.saga.deadline is not None:
        yield (Drop(("deadline",)),)


def _retry(step: FlowStep, **policy: object) -> Put:
    return Put(at(step, "retry"), policy)


def _unwatched(sound: Sound) -> Iterator[Mutant]:
    for step in remote(sound):
        yield (Put(at(step, "compensation", "retry"), "forever"), Drop(("rollback", "alert")))


def _many_restarts(sound: Sound) -> Iterator[Mutant]:
    if any(step.action.tries and step.action.tries > 2 for step in _revocable(sound)):
        yield (Put(("rollback", "then"), "restart"), Put(("rollback", "max_restarts"), 20))


# fmt: off
SEEDS: Final = (
    Seed("SG401", "no action has a timeout", _no_timeouts, also=("SG013", "SG4")),
    Seed("SG402", "one try takes longer than the run", each(_revocable, lambda step: Put(at(step, "timeout"), "300d")), also=("SG305", "SG4")),
    Seed("SG403", "all tries together take longer than the run", each(_revocable, lambda step: _retry(step, attempts=1000, initial="1h", max="1d")), also=("SG120", "SG305", "SG4")),
    Seed("SG404", "one try each takes longer than the run", _little_time, also=("SG4",)),
    Seed("SG405", "a run counts as stuck before its deadline", _stuck_first, also=("SG403",)),
    Seed("SG406", "a lock ends while the run is at work", _short_lease),
    Seed("SG407", "nothing says how long a run may take", _without_deadline),
    Seed("SG409", "the deadline passes after the pivot", last({"wait": "SomethingCame", "timeout": "400d", "on_timeout": "continue"}), also=("SG208", "SG403", "SG508", "SG810")),
    Seed("SG410", "it is tried again at once", each(remote, lambda step: _retry(step, attempts=3, initial="0s"))),
    Seed("SG411", "all try again in one rhythm", each(remote, lambda step: _retry(step, attempts=3, jitter=False))),
    Seed("SG413", "what can go back is tried for ever", each(_revocable, lambda step: _retry(step, attempts="forever")), also=("SG120",)),
    Seed("SG414", "an undo is tried for ever, and nobody is told", _unwatched),
    Seed("SG415", "tries inside of tries", _many_restarts, also=("SG403",)),
)
