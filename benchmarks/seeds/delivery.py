"""Defects of delivery: what comes twice, too late or never, and keys that do not tell commands apart."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from benchmarks.seeds import Mutant, Seed, Sound
from benchmarks.seeds.places import actions, at, each, of_kind, pairs, remote, steps
from sagactl.finding import Change, Drop, Put
from sagactl.flow import FlowStep


def _sent(sound: Sound) -> Iterator[FlowStep]:
    """Steps whose action has an effect and is a message."""
    return (step for step in actions(sound) if not step.step.local and step.kind != "read-only")


def _keyed(sound: Sound) -> Iterator[FlowStep]:
    """Those of them that are known by the default key."""
    return (step for step in _sent(sound) if step.step.key is None and step.promises.idempotency == "key")


def _undone_by_key(sound: Sound) -> Iterator[FlowStep]:
    return (step for step in remote(sound) if step.undo_promises.idempotency == "key")


def _not_accepted(sound: Sound) -> Iterator[FlowStep]:
    """Steps of which nobody has said that they may end parked."""
    return (step for step in remote(sound) if step.id not in sound.flow.accepted)


def _one_key_for_two(sound: Sound) -> Iterator[Mutant]:
    for first, second in pairs(list(_keyed(sound))):
        if first.step.participant == second.step.participant and not first.step.for_each and not second.step.for_each:
            yield tuple(Put(at(step, "key"), "{saga_id}:both") for step in (first, second))


def _one_key_for_all_items(sound: Sound) -> Iterator[FlowStep]:
    return (step for step in _keyed(sound) if step.step.for_each is not None)


def _key_of_the_action(step: FlowStep) -> Put:
    default = "{saga_id}:{step}:{item}" if step.step.for_each is not None else "{saga_id}:{step}"
    return Put(at(step, "compensation", "key"), step.step.key or default)


def _forgetful(sound: Sound) -> Iterator[Mutant]:
    """Participants that forget within the pauses between two tries of an action."""
    repeated = (step for step in _sent(sound) if step.action.tries != 1 and step.promises.idempotency == "key")
    for id in dict.fromkeys(step.step.participant for step in repeated):
        yield (Put(("participants", id or "", "dedup_window"), "1s"),)


def _never_asked(sound: Sound) -> Iterator[Mutant]:
    """Pivots that are given up, of participants that cannot say what became of them."""
    for step in of_kind("pivot")(sound):
        if not step.step.local and step.action.tries is not None:
            yield (Put(at(step, "status_query"), False),)


def _unheard(step: FlowStep) -> tuple[Change, ...]:
    return Put(at(step, "reply"), False), Put(at(step, "status_query"), False)


def _unanswered(sound: Sound) -> Iterator[Mutant]:
    """Steps that need not be undone and whose answer nobody waits for or needs."""
    for step in of_kind("pivot")(sound):
        if not step.step.local and not step.step.output:
            yield _unheard(step)


def _cannot_be_found(sound: Sound) -> Iterator[Mutant]:
    for step in remote(sound):
        undo = step.step.compensation
        if undo is not None and undo.fallback is None:
            refused = Put(at(step, "compensation", "rejects"), ["NothingToUndo"])
            yield (refused, Put(at(step, "compensation", "fallback"), {"command": "MakeUpForIt"}))


def _known_by_its_reply(step: FlowStep) -> tuple[Change, ...]:
    own = f"steps.{step.id}.output.seeded_id"
    return Put(at(step, "output", "seeded_id"), "string"), Put(at(step, "compensation", "input", "seeded"), own)


def _needs_its_reply(sound: Sound) -> Iterator[Mutant]:
    return (_known_by_its_reply(step) for step in remote(sound) if step.step.for_each is None)


def _no(step: FlowStep, name: str) -> Put:
    return Put(at(step, "rejects"), [*step.step.rejects, name])


def _refusing(sound: Sound) -> Iterator[FlowStep]:
    """Steps that say no, and that a rollback follows."""
    return (step for step in _sent(sound) if step.step.rejects and step.kind != "retriable")


def _tried_after_a_no(step: FlowStep) -> Put:
    return Put(at(step, "retry"), {"attempts": 3, "only": ["timeout", "error", step.step.rejects[0]]})


def _tried_after_a_timeout(step: FlowStep) -> Put:
    return Put(at(step, "retry"), {"attempts": 3, "only": ["Timeout", "error"]})


def _any_failure(step: FlowStep) -> Put:
    return Put(at(step, "retry"), {"attempts": 3, "only": ["Exception", "timeout", "error"]})


def _two_writes(sound: Sound) -> Iterator[Mutant]:
    for id in dict.fromkeys(step.step.participant for step in _sent(sound)):
        yield (Put(("participants", id or "", "messaging"), "dual-write"),)


def _silent(sound: Sound) -> Iterator[Mutant]:
    """Waits without a limit of their own, in a saga without any."""
    saga = sound.saga
    for step in steps(sound):
        if step.step.wait is not None and step.step.timeout_s is not None:
            limits = {
                at(step, "timeout"): True,
                at(step, "on_timeout"): step.step.on_timeout is not None,
                ("deadline",): saga.deadline is not None,
                ("limits", "stuck_after"): saga.limits.stuck_after_s is not None,
            }
            yield tuple(Drop(route) for route, is_there in limits.items() if is_there)


def _forgets_its_no(sound: Sound) -> Iterator[FlowStep]:
    return (step for step in _refusing(sound) if step.failed_step != "always" or step.undo is None)


# fmt: off
SEEDS: Final = (
    Seed("SG301", "each copy of a request is done again", each(_sent, lambda step: Put(at(step, "idempotency"), "none")), also=("SG108", "SG811")),
    Seed("SG302", "a key holds the number of the try", each(_keyed, lambda step: Put(at(step, "key"), "{saga_id}:{step}:{attempt}"))),
    Seed("SG303", "all runs send one key", each(_keyed, lambda step: Put(at(step, "key"), f"{step.id}-key"))),
    Seed("SG303", "two steps send one key", _one_key_for_two),
    Seed("SG303", "all items send one key", each(_one_key_for_all_items, lambda step: Put(at(step, "key"), "{saga_id}:{step}"))),
    Seed("SG304", "an undo has the key of its action", each(_undone_by_key, _key_of_the_action)),
    Seed("SG305", "keys are forgotten between two tries", _forgetful),
    Seed("SG306", "what may have been done is not undone", each(_not_accepted, lambda step: Put(at(step, "failed_step"), "never")), also=("SG316",)),
    Seed("SG306", "a pivot is given up, and nobody can be asked", _never_asked),
    Seed("SG306", "nobody waits for the answer of a pivot", _unanswered),
    Seed("SG307", "a compensation that finds nothing is refused", _cannot_be_found),
    Seed("SG309", "an undo needs what only a lost answer brings", _needs_its_reply),
    Seed("SG310", "a timeout counts as a no", each(_refusing, lambda step: _no(step, "GatewayTimeout"))),
    Seed("SG311", "everything counts as a no", each(_refusing, lambda step: _no(step, "States.ALL"))),
    Seed("SG311", "a retry after every failure by a name that none has", each(_refusing, _any_failure)),
    Seed("SG312", "a no is to be tried again", each(_refusing, _tried_after_a_no)),
    Seed("SG313", "what is stored and what is told are two writes", _two_writes),
    Seed("SG314", "a wait has no end, and nobody notices", _silent, also=("SG407",)),
    Seed("SG316", "a no is forgotten", each(_forgets_its_no, lambda step: Put(at(step, "remembers_failures"), False))),
    Seed("SG317", "a timeout has another name", each(_refusing, _tried_after_a_timeout)),
)
