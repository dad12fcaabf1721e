"""What the guard does in which order, as generators: they yield statements and work, and receive rows and results.

Nothing here knows a database or whether it is awaited, so each sentence is written once for all connections.

Rule 1.  The first statement claims the key: it locks the record, or waits for whoever holds it.
Rule 2.  Work runs behind a savepoint; what it wrote is gone again unless it returns a result that can be kept.
Rule 3.  A claim that taught nothing is given back, so that a transaction that goes on shows no trace of the call.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from contextlib import suppress
from typing import Any, Final, NamedTuple, TypeVar

from sagactl.runtime.guard.answers import Done, Refused, Rejected, Undone
from sagactl.runtime.guard.encoding import decoded, encoded
from sagactl.runtime.guard.errors import Forgotten, SchemaTooNew
from sagactl.runtime.guard.record import (
    BLANK,
    Keeps,
    Record,
    after_action,
    after_compensation,
    after_rejection,
    after_status,
    known_of_action,
    known_of_compensation,
    known_of_status,
)

VERSION: Final = 1
"""Of the tables that `install` makes."""


class Statement(NamedTuple):
    """A statement by its name in the SQL files of a package; answered with its rows."""

    name: str
    values: Mapping[str, object] = {}
    home: str = __package__


class Work(NamedTuple):
    """The participant's own work; answered with its result."""

    call: Callable[[], Any]


class Entry(NamedTuple):
    """Which record a request is about, and how it is kept."""

    participant: str
    key: str
    keeps: Keeps
    max_result_bytes: int

    @property
    def names(self) -> dict[str, object]:
        return {"participant": self.participant, "key": self.key}


Answer = TypeVar("Answer")
Script = Generator[Statement | Work, Any, Answer]


def action(entry: Entry, work: Callable[[], Any]) -> Script[Done | Refused]:
    record = yield from _claim(entry)
    known = known_of_action(record, entry.keeps)
    if known is not None:
        return known
    try:
        result = yield from _attempt(work, lambda result: encoded(entry.key, result, entry.max_result_bytes))
    except Rejected as rejected:
        yield from _keep(entry, record, after_rejection(record, entry.keeps, rejected.reason))
        return Refused(rejected.reason)
    except BaseException:
        with suppress(Exception):  # what went wrong is worth more than what went wrong then
            yield from _keep(entry, record, record)
        raise
    yield from _keep(entry, record, after_action(record, result))
    return Done(decoded(result))


def compensation(entry: Entry, work: Callable[[Any], Any], was_done: bool) -> Script[Undone | Refused]:
    record = yield from _claim(entry)
    if was_done and not record.done:
        yield from _keep(entry, record, record)
        raise Forgotten(entry.key)
    known = known_of_compensation(record, entry.keeps)
    if known is None:
        try:
            yield from _attempt(lambda: work(record.value), lambda result: "")
        except Rejected as rejected:
            return Refused(rejected.reason)
    yield from _keep(entry, record, after_compensation(record, entry.keeps))
    return known or Undone()


def status(entry: Entry) -> Script[Done | Undone | Refused]:
    record = yield from _claim(entry)
    yield from _keep(entry, record, after_status(record))
    return known_of_status(record)


def forget(participant: str, older_than_s: float, limit: int) -> Script[int]:
    values = {"participant": participant, "older_than_s": older_than_s, "limit": limit}
    rows = yield Statement("forget", values)
    return len(rows)


def install() -> Script[None]:
    yield Statement("install", {"version": VERSION})
    rows = yield Statement("version")
    (found,) = rows[0]
    if found > VERSION:
        raise SchemaTooNew(found, VERSION)


def _claim(entry: Entry) -> Script[Record]:
    rows = yield Statement("claim", entry.names)
    done, undone, refusal, result = rows[0]
    return Record(bool(done), bool(undone), refusal, result)


def _keep(entry: Entry, before: Record, after: Record) -> Script[None]:
    """The record as it is from now on; one that says nothing goes."""
    if after == BLANK:
        yield Statement("give-back", entry.names)
    elif after != before:
        yield Statement("keep", {**entry.names, **after._asdict()})


def _attempt(work: Callable[[], Any], encode: Callable[[Any], str]) -> Script[str]:
    """The work and its result, or nothing of it: a rejection must be able to rely on the way back."""
    yield Statement("savepoint")
    try:
        result = encode((yield Work(work)))
    except Rejected:
        yield Statement("roll-back")
        raise
    except BaseException:
        with suppress(Exception):  # the connection may be what broke
            yield Statement("roll-back")
        raise
    yield Statement("release")
    return result
