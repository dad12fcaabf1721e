"""What happened in a run, moment by moment, in a form that can be shown, stored and replayed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from itertools import pairwise
from math import isfinite
from types import MappingProxyType
from typing import Any, Final, Literal, NamedTuple, get_args

from sagactl.errors import SagactlError
from sagactl.model import Style

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
    "by-hand",  # what people did to a step of the run, who it was, and why
    "ended",
    "published",  # an event, by the participant whose step it tells of; only where nobody leads
    "heard",  # an event, by one listener
]


class Moment(NamedTuple):
    """One thing that happened: when (virtual seconds), to which step and participant, and what the run was then.

    `sender` is the participant whose event is heard, empty when it comes from outside.
    """

    what: What
    step: str = ""
    detail: str = ""
    participant: str = ""
    fault: str = ""
    status: Status = "STARTED"
    t_s: float = 0.0
    sender: str = ""


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
    style: Style = "orchestration"


VERSION: Final = 1
"""Of the JSON shape; within it fields are added, never removed."""


def to_json(trace: Trace) -> dict[str, Any]:
    """The trace as JSON data."""
    return {
        "version": VERSION,
        "saga": trace.saga,
        "saga_version": trace.version,
        "style": trace.style,
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
        "sender": moment.sender,
    }


# -- from JSON


MAX_MOMENTS: Final = 1_000_000
MAX_ITEMS: Final = 100_000
MAX_LETTERS: Final = 100_000
MAX_DEPTH: Final = 100
"""More than any rehearsal writes; data that claims to hold more is refused before it is looked through."""


class BadTrace(SagactlError, ValueError):
    """Data that is no trace; `where` names the part that is wrong, such as `moments[3].what`."""

    def __init__(self, where: str, problem: str) -> None:
        super().__init__(
            f"this is no trace: `{where}` {problem}" if where else f"this is no trace: it {problem}",
            help="a trace is what `sagactl simulate --format json` writes",
        )
        self.where, self.problem = where, problem


Reader = Callable[[Any, str], Any]


def from_json(data: object) -> Trace:
    """The trace that `to_json` wrote; raises BadTrace for anything else, and ignores fields it does not know."""
    fields = _mapping(data, "")
    version = _whole(fields.get("version"), "version")
    if version != VERSION:
        raise BadTrace("version", f"is {version}, and only version {VERSION} is known")
    known = {**fields, "version": fields.get("saga_version", 1)}
    return Trace(**_fields(known, "", Trace._field_defaults, _TRACE))


def _fields(data: Mapping[str, Any], where: str, defaults: Mapping[str, Any], readers: Mapping[str, Reader]) -> Any:
    """Each field read by its reader; a field with a default may be missing."""
    found: dict[str, Any] = {}
    for name, read in readers.items():
        place = f"{where}.{name}" if where else name
        if name in data:
            found[name] = read(data[name], place)
        elif name not in defaults:
            raise BadTrace(place, "is missing")
    return found


def _mapping(value: Any, where: str) -> dict[str, Any]:
    if not isinstance(value, dict) or not all(isinstance(key, str) for key in value):
        raise BadTrace(where, "is not an object")
    if len(value) > MAX_ITEMS:
        raise BadTrace(where, f"has more than {MAX_ITEMS} fields")
    return value


def _text(value: Any, where: str) -> str:
    if not isinstance(value, str):
        raise BadTrace(where, "is not a text")
    if len(value) > MAX_LETTERS:
        raise BadTrace(where, f"is longer than {MAX_LETTERS} letters")
    return value


def _whole(value: Any, where: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value < 2**53:
        raise BadTrace(where, "is not a whole number from 0 on")
    return value


def _seconds(value: Any, where: str) -> float:
    if not isinstance(value, int | float) or isinstance(value, bool) or not 0 <= value < 2**53 or not isfinite(value):
        raise BadTrace(where, "is not a number of seconds from 0 on")
    return float(value)


def _one_of(kind: Any) -> Reader:
    known = get_args(kind)

    def read(value: Any, where: str) -> Any:
        if _text(value, where) not in known:
            raise BadTrace(where, f"is `{value[:40]}`, which is none of the known words")
        return value

    return read


def _each(read: Reader, most: int = MAX_ITEMS) -> Reader:
    def read_all(value: Any, where: str) -> tuple[Any, ...]:
        if not isinstance(value, list):
            raise BadTrace(where, "is not a list")
        if len(value) > most:
            raise BadTrace(where, f"holds more than {most} entries")
        return tuple(read(item, f"{where}[{place}]") for place, item in enumerate(value))

    return read_all


def _record(kind: Any, readers: Mapping[str, Reader]) -> Reader:
    def read(value: Any, where: str) -> Any:
        return kind(**_fields(_mapping(value, where), where, kind._field_defaults, readers))

    return read


def _moments(value: Any, where: str) -> tuple[Moment, ...]:
    found: tuple[Moment, ...] = _each(_record(Moment, _MOMENT), MAX_MOMENTS)(value, where)
    for place, (before, after) in enumerate(pairwise(found), start=1):
        if after.t_s < before.t_s:
            raise BadTrace(f"{where}[{place}].t_s", "is earlier than the moment before")
    return found


def _plan(value: Any, where: str) -> Mapping[str, Any]:
    """The plan of a rehearsal is plain data of any shape; it is only kept from being too large."""
    rest, seen = [(_mapping(value, where), 0)], 0
    while rest:
        item, depth = rest.pop()
        seen += 1
        if seen > MAX_ITEMS or depth > MAX_DEPTH:
            raise BadTrace(where, f"holds more than {MAX_ITEMS} values, or nests deeper than {MAX_DEPTH}")
        inner = item.values() if isinstance(item, dict) else item if isinstance(item, list) else ()
        rest.extend((each, depth + 1) for each in inner)
    _each(_text)(value.get("faults", []), f"{where}.faults")
    return MappingProxyType(value)


_MOMENT: Final[Mapping[str, Reader]] = {
    "what": _one_of(What),
    "step": _text,
    "detail": _text,
    "participant": _text,
    "fault": _text,
    "status": _one_of(Status),
    "t_s": _seconds,
    "sender": _text,
}
_LETTER: Final[Mapping[str, Reader]] = {
    "step": _text,
    "reason": _text,
    "tries": _whole,
    "direction": _one_of(Literal["forward", "back"]),
}
_VIOLATION: Final[Mapping[str, Reader]] = {
    "property": _text,
    "step": _text,
    "explanation": _text,
    "promise": _text,
}
_TRACE: Final[Mapping[str, Reader]] = {
    "saga": _text,
    "version": _whole,
    "status": _one_of(Status),
    "outcome": _one_of(RunOutcome),
    "executed": _each(_text),
    "compensated": _each(_text),
    "skipped": _each(_text),
    "dead_letters": _each(_record(DeadLetter, _LETTER)),
    "duration_s": _seconds,
    "violations": _each(_record(Violation, _VIOLATION)),
    "moments": _moments,
    "unused_faults": _each(_text),
    "notes": _each(_text),
    "replay": _plan,
    "style": _one_of(Style),
}
