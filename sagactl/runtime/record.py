"""What is durable about a run: the machine's record, what it was started with, what came back, and its timers."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from sagactl.errors import SagactlError
from sagactl.machine import events as e
from sagactl.machine.state import State, StepState
from sagactl.model import Saga

MAX_PAYLOAD: Final = 1_048_576
"""Characters of one input, result or message as JSON; what is larger belongs into a store, with its address here."""


class BadPayload(SagactlError, ValueError):
    """Data that cannot be kept: it is not JSON, or too large."""


class Timer(NamedTuple):
    """An event that happens by itself when it is late enough; seconds since 1970."""

    due_s: float
    event: e.Event

    @property
    def name(self) -> tuple[Any, ...]:
        """Which timer it is; two events with the same fields are equal as tuples, and this tells their kinds apart."""
        return (type(self.event).__name__, *self.event)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One execution of a definition, as it is stored.

    `digest` names the definition that the run started with and keeps; `results` are what the actions answered, by
    step; `revision` counts the transitions, so that who decided on an old record is noticed; `begun` is False while
    the run waits because too many are under way.
    """

    id: str
    saga: str
    digest: str
    start_key: str
    correlation: str
    input: Mapping[str, Any]
    state: State
    started_s: float
    changed_s: float
    results: Mapping[str, Any] = field(default_factory=dict)
    timers: tuple[Timer, ...] = ()
    revision: int = 0
    begun: bool = True

    @property
    def has_ended(self) -> bool:
        return self.state.phase == "ended"

    @property
    def wake_s(self) -> float | None:
        """When something happens by itself, None when only an answer or an event can go on."""
        return min((timer.due_s for timer in self.timers), default=None)


def to_text(value: Any, what: str) -> str:
    """The value as JSON; raises BadPayload with what it is when that cannot be done or is too much."""
    try:
        text = json.dumps(value, ensure_ascii=False, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        raise BadPayload(
            f"{what} is not JSON data: {error}", help="give back texts, numbers, lists and mappings"
        ) from None
    if len(text) > MAX_PAYLOAD:
        raise BadPayload(
            f"{what} has {len(text):,} characters of JSON, and {MAX_PAYLOAD:,} are the most",
            help="store it where it belongs, and pass its id",
        )
    return text


def new_id() -> str:
    """An id that grows with time, so that rows of one hour lie together; the form of a UUID of version 7."""
    digits = f"{time.time_ns() // 1_000_000:012x}7{os.urandom(10).hex()}"
    return (
        f"{digits[:8]}-{digits[8:12]}-{digits[12:16]}-{'89ab'[int(digits[16], 16) % 4]}{digits[17:20]}-{digits[20:32]}"
    )


def correlation_of(saga: Saga, data: Mapping[str, Any]) -> str:
    """The business key that every message of a run with this input carries; empty where the saga names none."""
    path = (saga.correlation or "").split(".")
    value: Any = data
    for name in path[1:]:
        value = value.get(name) if isinstance(value, Mapping) else None
    return str(value) if path[0] == "input" and value is not data and value is not None else ""


def progress_text(run: Run) -> str:
    """Everything of a run that changes, as one text."""
    told = {**state_data(run.state), "timers": timers_data(run.timers)}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


class Progress(NamedTuple):
    """What `progress_text` wrote, read back."""

    state: State
    timers: tuple[Timer, ...]


def progress_from(text: str) -> Progress:
    told = json.loads(text)
    return Progress(state_from(told), timers_from(told["timers"]))


def state_data(state: State) -> dict[str, Any]:
    """The machine's record, as JSON data."""
    return {
        "phase": state.phase,
        "steps": [list(step) for step in state.steps],
        "choices": list(state.choices),
        "wish": state.wish,
        "restarts": state.restarts,
        "may_restart": state.may_restart,
    }


def state_from(told: Mapping[str, Any]) -> State:
    return State(
        told["phase"],
        tuple(StepState(*step) for step in told["steps"]),
        tuple(told["choices"]),
        told["wish"],
        told["restarts"],
        told["may_restart"],
    )


def timers_data(timers: tuple[Timer, ...]) -> list[Any]:
    return [[timer.due_s, type(timer.event).__name__, *timer.event] for timer in timers]


def timers_from(told: list[Any]) -> tuple[Timer, ...]:
    return tuple(Timer(due_s, _TIMED[name](*fields)) for due_s, name, *fields in told)


_TIMED: Final[Mapping[str, Any]] = {
    event.__name__: event
    for event in (
        e.ActionTimedOut,
        e.RetryDue,
        e.StatusAnswered,
        e.CompensationTimedOut,
        e.CompensationRetryDue,
        e.DeadlinePassed,
    )
}
"""What can happen by itself."""
