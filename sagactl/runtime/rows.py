"""Rows of a store, whichever database it is: values become columns and columns become values."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, Final

from sagactl.runtime.orders import Letter
from sagactl.runtime.record import Run, progress_from, progress_text, to_text
from sagactl.runtime.store import KeptLetter, LogEntry, Summary, Write
from sagactl.trace import Moment

Row = Sequence[Any]

_KEPT: Final = ("what", "step", "detail", "participant", "fault", "status", "t_s", "sender")


def run_row(write: Write) -> tuple[Any, ...]:
    """All columns of a new run, in the order of the table."""
    run, change, owner = write.change.run, write.change, _owner(write)
    return (
        run.id, run.saga, run.digest, run.start_key, run.correlation, to_text(run.input, "the input"), run.begun,
        change.status, change.ended or "", progress_text(run), to_text(run.results, "the results"), run.revision,
        owner, _wake_s(write), write.stuck_s, run.started_s, run.changed_s, _ended_s(write),
    )  # fmt: skip


def progress_row(write: Write) -> tuple[Any, ...]:
    """The columns of a run that change, then the id and the revision that must be there."""
    run, change, owner = write.change.run, write.change, _owner(write)
    return (
        run.begun, change.status, change.ended or "", progress_text(run), to_text(run.results, "the results"),
        run.revision, owner, _wake_s(write), write.stuck_s, run.changed_s, _ended_s(write),
        run.id, write.expects,
    )  # fmt: skip


def _owner(write: Write) -> str | None:
    return write.worker if write.keeps else None


def _wake_s(write: Write) -> float | None:
    """A run that waits for its turn is always due, and one that has ended never."""
    run = write.change.run
    if run.has_ended:
        return None
    return run.wake_s if run.begun else run.changed_s


def _ended_s(write: Write) -> float | None:
    return write.change.run.changed_s if write.change.run.has_ended else None


def run_from(row: Row) -> Run:
    """The run of a row of the statement `load`."""
    id, saga, digest, start_key, correlation, input, begun, progress, results, revision, started_s, changed_s = row
    state, timers = progress_from(progress)
    return Run(
        id=id, saga=saga, digest=digest, start_key=start_key, correlation=correlation, input=json.loads(input),
        state=state, started_s=started_s, changed_s=changed_s, results=json.loads(results), timers=timers,
        revision=revision, begun=bool(begun),
    )  # fmt: skip


def taken(run: Run) -> Run:
    """The run as it is once somebody has taken it over."""
    return replace(run, revision=run.revision + 1)


def log_row(write: Write) -> tuple[Any, ...]:
    run, change = write.change.run, write.change
    return (run.id, run.revision, run.changed_s, change.event, moments_text(change.moments))


def moments_text(moments: Sequence[Moment]) -> str:
    """The moments as JSON, each without what is usual."""
    return json.dumps([list(_short(moment)) for moment in moments], ensure_ascii=False, separators=(",", ":"))


def _short(moment: Moment) -> Iterator[Any]:
    """The fields up to the last one that says something."""
    values = [getattr(moment, name) for name in _KEPT]
    while values and values[-1] == "":
        values.pop()
    return iter(values)


def log_from(row: Row) -> LogEntry:
    number, at_s, event, moments = row
    return LogEntry(
        number, at_s, event, tuple(Moment(**dict(zip(_KEPT, told, strict=False))) for told in json.loads(moments))
    )


def letter_row(write: Write, letter: Letter) -> tuple[Any, ...]:
    """A dead letter holds all that a person needs to do by hand what could not be done."""
    run, order = write.change.run, letter.order
    body = {
        "participant": order.participant,
        "command": order.name,
        "key": order.key,
        "correlation": order.correlation,
        "input": order.input,
        "result": order.result,
        "result_is_known": order.knows_result,
    }
    text = to_text(body, f"the dead letter of `{letter.step}`")
    return (run.id, run.saga, letter.step, letter.direction, letter.reason, letter.tries, run.changed_s, text)


def letter_from(row: Row) -> KeptLetter:
    id, run, saga, step, direction, reason, tries, at_s, body, closed = row
    return KeptLetter(id, run, saga, step, direction, reason, tries, at_s, json.loads(body), closed)


def summary_from(row: Row) -> Summary:
    *first, stuck, letters = row
    return Summary._make((*first, bool(stuck), letters))
