"""What a driver is told to do, in the imperative; `step` is the index of the step in its flow.

Commands say what is allowed and name data (`result_of`); the driver picks a moment in a range and attaches what it
has stored.  The idempotency key is a function of run, step and direction, so commands need not carry it.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

Direction = Literal["forward", "back"]


class RunAction(NamedTuple):
    """Send the action; without an answer within `timeout_s` report ActionTimedOut."""

    step: int
    attempt: int
    timeout_s: float | None


class AwaitEvent(NamedTuple):
    """Wait for the event or the decision of the step."""

    step: int
    timeout_s: float | None


class WithdrawWait(NamedTuple):
    """Stop waiting; what arrives later no longer matters."""

    step: int


class AskStatus(NamedTuple):
    """Ask the participant what became of the action."""

    step: int
    timeout_s: float | None


class RunCompensation(NamedTuple):
    """Send the compensation (or its fallback), with the result of the action if it is known."""

    step: int
    attempt: int
    timeout_s: float | None
    fallback: bool = False
    result_of: int | None = None


class Pause(NamedTuple):
    """Wait between `least_s` and `most_s`, then report that the retry is due."""

    step: int
    attempt: int
    direction: Direction
    least_s: float
    most_s: float
    fallback: bool = False


class Decide(NamedTuple):
    """Evaluate a choice and report its outcome."""

    choice: str


class WatchDeadline(NamedTuple):
    """Report DeadlinePassed after this time; `scope` names the nested saga whose deadline it is."""

    after_s: float
    scope: str = ""


class SendDeadLetter(NamedTuple):
    """Hand a step to people: what it is, why nothing more is tried, after how many tries."""

    step: int
    direction: Direction
    reason: str
    tries: int


class Alert(NamedTuple):
    """Tell people something that does not change the run."""

    what: str
    step: int | None = None


class Finish(NamedTuple):
    """The run has ended."""

    outcome: Literal["completed", "compensated", "parked"]


Command = (
    RunAction
    | AwaitEvent
    | WithdrawWait
    | AskStatus
    | RunCompensation
    | Pause
    | Decide
    | WatchDeadline
    | SendDeadLetter
    | Alert
    | Finish
)
Commands = tuple[Command, ...]
