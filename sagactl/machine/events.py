"""What can happen to a run, in the past tense; `step` is the index of the step in its flow.

All tries of an operation share one idempotency key, so a success or a rejection counts whichever try it answers;
only failures, timeouts and due retries name their try, and are late when it is not the current one.  The fallback of
a compensation is an operation of its own: what goes wrong with the one says nothing about the other.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sagactl.machine.state import Record


class ActionSucceeded(NamedTuple):
    """The participant did the action."""

    step: int


class ActionRejected(NamedTuple):
    """The participant said no for a business reason; nothing was done."""

    step: int
    error: str = ""


class ActionFailed(NamedTuple):
    """A try of the action ended with a technical error."""

    step: int
    attempt: int
    error: str = "error"


class ActionTimedOut(NamedTuple):
    """No answer came to a try of the action, or to a wait, in time."""

    step: int
    attempt: int


class RetryDue(NamedTuple):
    """The pause after a try of the action is over."""

    step: int
    attempt: int


class StatusAnswered(NamedTuple):
    """The participant said what became of the action; after `not-done` it refuses the key."""

    step: int
    answer: Literal["done", "not-done", "none"]


class CompensationSucceeded(NamedTuple):
    """The participant undid the action."""

    step: int


class CompensationRejected(NamedTuple):
    """The participant refused to undo the action for a business reason."""

    step: int
    error: str = ""
    fallback: bool = False


class CompensationFailed(NamedTuple):
    """A try of the compensation ended with a technical error."""

    step: int
    attempt: int
    error: str = "error"
    fallback: bool = False


class CompensationTimedOut(NamedTuple):
    """No answer came to a try of the compensation in time."""

    step: int
    attempt: int
    fallback: bool = False


class CompensationRetryDue(NamedTuple):
    """The pause after a try of the compensation is over."""

    step: int
    attempt: int
    fallback: bool = False


class Decided(NamedTuple):
    """A choice has its outcome."""

    choice: str
    outcome: str


class DeadlinePassed(NamedTuple):
    """The time of the whole run, or of the nested saga `scope`, is over."""

    scope: str = ""


class CancelRequested(NamedTuple):
    """Somebody asked for the run to be taken back."""


class GivenUp(NamedTuple):
    """The driver stops waiting for a step that is tried for ever, or that nobody will ever answer."""

    step: int
    reason: str = "still retrying"


class Heard(NamedTuple):
    """Another participant told what became of its step, and what had passed before; see rule 8 of the machine."""

    step: int
    record: Record
    cause: str = ""
    passed: tuple[tuple[int, Record], ...] = ()


StepEvent = (
    ActionSucceeded
    | ActionRejected
    | ActionFailed
    | ActionTimedOut
    | RetryDue
    | StatusAnswered
    | CompensationSucceeded
    | CompensationRejected
    | CompensationFailed
    | CompensationTimedOut
    | CompensationRetryDue
    | GivenUp
)
RunEvent = Decided | DeadlinePassed | CancelRequested | Heard
Event = StepEvent | RunEvent
