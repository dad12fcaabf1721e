"""What happened in a run, moment by moment, in a form that can be shown, stored and replayed."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple

Status = Literal["STARTED", "PENDING", "COMPENSATING", "COMPLETED", "FAILED"]
RunOutcome = Literal["completed", "compensated", "parked"]

What = Literal[
    "started",  # the run
    "sent",  # an action left
    "executed",  # the participant did it
    "deduplicated",  # the participant had done it already and only answers
    "refused",  # the participant does not take this request any more
    "turned-down",  # the participant says no, for a business reason
    "broke",  # the participant fails, and nothing is done
    "lost",  # a message never arrives
    "duplicated",  # a message arrives twice
    "forgotten",  # the participant forgot the key and does it again
    "crashed",  # the orchestrator, which then sends again what is outstanding
    "restarted",  # the whole saga is tried again
    "done",  # the answer is recorded
    "rejected",
    "failed",
    "timed-out",
    "retrying",
    "paused",
    "asked",
    "answered",
    "waiting",
    "arrived",
    "ignored",  # an answer that no longer matters
    "withdrawn",
    "decided",
    "skipped",
    "rollback",
    "undo-sent",
    "fallback-sent",
    "undo-executed",
    "nothing-to-undo",
    "undone",
    "undo-rejected",
    "undo-failed",
    "undo-timed-out",
    "undo-retrying",
    "dead-letter",
    "given-up",
    "alert",
    "deadline",
    "cancel",
    "ended",
]


class Moment(NamedTuple):
    """One thing that happened: when (virtual seconds), to which step and participant, and what the run was then."""

    what: What
    step: str = ""
    detail: str = ""
    participant: str = ""
    fault: str = ""
    status: Status = "STARTED"
    t_s: float = 0.0


class DeadLetter(NamedTuple):
    """A step that was handed to people."""

    step: str
    reason: str
    tries: int
    direction: Literal["forward", "back"]


class Violation(NamedTuple):
    """A property that did not hold; `promise` names the unstated promise it hangs on, if there is one."""

    property: str
    step: str
    explanation: str
    promise: str = ""


class Trace(NamedTuple):
    """A run from its start to its end."""

    saga: str
    version: int
    status: Status
    outcome: RunOutcome
    executed: tuple[str, ...]
    compensated: tuple[str, ...]
    skipped: tuple[str, ...]
    dead_letters: tuple[DeadLetter, ...]
    duration_s: float
    violations: tuple[Violation, ...]
    moments: tuple[Moment, ...]
    unused_faults: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    replay: Mapping[str, Any] = MappingProxyType({})


VERSION: Final = 1
"""Of the JSON shape; within it fields are added, never removed."""


def to_json(trace: Trace) -> dict[str, Any]:
    """The trace as JSON data."""
    return {
        "version": VERSION,
        "saga": trace.saga,
        "saga_version": trace.version,
        "status": trace.status,
        "outcome": trace.outcome,
        "executed": list(trace.executed),
        "compensated": list(trace.compensated),
        "skipped": list(trace.skipped),
        "dead_letters": [letter._asdict() for letter in trace.dead_letters],
        "duration_s": round(trace.duration_s, 6),
        "violations": [violation._asdict() for violation in trace.violations],
        "unused_faults": list(trace.unused_faults),
        "notes": list(trace.notes),
        "moments": [_moment_json(moment) for moment in trace.moments],
        "replay": dict(trace.replay),
    }


def _moment_json(moment: Moment) -> dict[str, Any]:
    return {
        "t_s": round(moment.t_s, 6),
        "step": moment.step,
        "what": moment.what,
        "detail": moment.detail,
        "participant": moment.participant,
        "fault": moment.fault,
        "status": moment.status,
    }
