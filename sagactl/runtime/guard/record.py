"""What is remembered of a key, and what a request means to a participant that remembers it.

It is what `sagactl/world/participants.py` says of a participant's truth, with results and reasons; the tests send
both the same requests.

Rule 1.  Action and compensation share one record, so that neither can overlook the other.
Rule 2.  What refuses an action refuses it for good, and the first reason stays.
Rule 3.  A record that says nothing is not kept.
"""

from __future__ import annotations

from typing import Any, Final, NamedTuple

from sagactl.runtime.guard.answers import ASKED, LATE, Done, Refused, Undone
from sagactl.runtime.guard.encoding import decoded


class Keeps(NamedTuple):
    """Which promises are kept: all of them, except in a test that shows what each is for."""

    idempotent_actions: bool = True
    idempotent_compensations: bool = True
    rejects_late_actions: bool = True
    remembers_failures: bool = True


class Record(NamedTuple):
    """A row of the guard's table: `result` is JSON, and a `refusal` that is empty refuses nothing."""

    done: bool = False
    undone: bool = False
    refusal: str = ""
    result: str = "null"

    @property
    def value(self) -> Any:
        """The result of the action."""
        return decoded(self.result)


BLANK: Final = Record()
"""A key that was never seen."""


def known_of_action(record: Record, keeps: Keeps) -> Done | Refused | None:
    """The answer to an action that needs no work, or None if it has to be done."""
    if record.refusal:
        return Refused(record.refusal)
    if record.done and keeps.idempotent_actions:
        return Done(record.value, repeated=True)
    return None


def known_of_compensation(record: Record, keeps: Keeps) -> Undone | None:
    """The answer to a compensation that needs no work, or None if it has to be done."""
    if not record.done:
        return Undone(empty=True)
    if record.undone and keeps.idempotent_compensations:
        return Undone(repeated=True)
    return None


def known_of_status(record: Record) -> Done | Undone | Refused:
    """What became of the action; asked and not done means refused from now on."""
    if not record.done:
        return Refused(record.refusal or ASKED)
    return Undone(repeated=True) if record.undone else Done(record.value, repeated=True)


def after_action(record: Record, result: str) -> Record:
    return record._replace(done=True, result=result)


def after_rejection(record: Record, keeps: Keeps, reason: str) -> Record:
    return record._replace(refusal=reason) if keeps.remembers_failures else record


def after_compensation(record: Record, keeps: Keeps) -> Record:
    """Undone if it was done; and no late action any more, whether it was or not."""
    refusal = record.refusal or (LATE if keeps.rejects_late_actions else "")
    return record._replace(undone=record.done, refusal=refusal)


def after_status(record: Record) -> Record:
    return record if record.done else record._replace(refusal=record.refusal or ASKED)
