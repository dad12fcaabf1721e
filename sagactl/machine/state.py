"""The durable record of a run: one small value per step, hashable and ordered.

How a run ended is derived from its steps and stored nowhere else, so "compensated" while something was not undone
cannot be written down.
"""

from __future__ import annotations

from typing import Final, Literal, NamedTuple, get_args

from sagactl.flow import Flow, FlowStep
from sagactl.trace import RunOutcome, Status

Record = Literal[
    "idle",  # not started
    "skipped",  # not taken: its choice went another way
    "requested",  # a try of the action is in flight, or the wait is on
    "paused",  # between two tries
    "asked",  # tries are used up; the participant is asked what became of them
    "done",
    "unheard",  # sent, and nobody waits for an answer: the flow goes on, the outcome is never known
    "rejected",  # a definite no: nothing was done
    "unknown",  # tries are used up; it may be done or not
    "withdrawn",  # a wait that was given up for a rollback
    "stuck",  # parked going forward
    "waived",  # people let the run go on without it
    "undoing",  # a try of the compensation is in flight
    "undo-paused",
    "falling-back",  # the same for the fallback of the compensation
    "fallback-paused",
    "undone",
    "dead",  # parked going back: the compensation failed for good
    "left",  # not undone, because an earlier failure stopped the rollback
    "standing",  # not undone, because nothing can undo it
    "unconfirmed",  # its compensation was sent, and nobody waits for an answer
    "settled",  # not known to be undone, and people answer for that
]

RECORDS: Final[tuple[Record, ...]] = get_args(Record)

FORWARD: Final = frozenset({"requested", "paused", "asked"})
UNDER_WAY: Final = FORWARD | {"idle"}
"""It may still come to anything."""

BACK: Final[frozenset[Record]] = frozenset({"undoing", "undo-paused", "falling-back", "fallback-paused"})
ACTIVE: Final = FORWARD | BACK
PASSED: Final = frozenset({"done", "skipped", "unheard", "waived"})
CLEAN: Final = frozenset({"idle", "skipped", "rejected", "undone", "withdrawn"})
"""Nothing of such a step is left."""
ENDED_BACK: Final[frozenset[Record]] = frozenset({"undone", "dead", "left", "standing", "unconfirmed", "settled"})
"""The way back is over for such a step."""

PARKED: Final[frozenset[Record]] = frozenset({"stuck", "dead", "left", "standing", "unconfirmed", "settled"})
WITHOUT_TRACE: Final = frozenset({"done", "unknown", "unheard", "waived", "settled"})
"""Of such a step nothing is left if it has no effects."""

Phase = Literal["forward", "back", "ended"]


class StepState(NamedTuple):
    """What is known of one step: its record, the tries of the current operation, and why it is as it is.

    `known` says that the result of the action came; the result itself is kept by the driver.
    """

    record: Record = "idle"
    tries: int = 0
    cause: str = ""
    known: bool = False


class State(NamedTuple):
    """A run; `wish` is the cause of a rollback that must wait for the pivot's answer.

    `choices` holds an outcome per choice of the saga in its order; None is not asked yet, "" is being decided.
    `restarts` counts how often the saga was tried again, `may_restart` says that this rollback may end in one.
    """

    phase: Phase
    steps: tuple[StepState, ...]
    choices: tuple[str | None, ...] = ()
    wish: str = ""
    restarts: int = 0
    may_restart: bool = False


def status(flow: Flow, state: State) -> Status:
    """The state of a run in the words of its users."""
    if state.phase == "back":
        return "COMPENSATING"
    if state.phase == "ended":
        return "COMPLETED" if outcome(flow, state) == "completed" else "FAILED"
    answered = any(step.record not in ("idle", "requested", "skipped") or step.tries > 1 for step in state.steps)
    return "PENDING" if answered else "STARTED"


def outcome(flow: Flow, state: State) -> RunOutcome | None:
    """How an ended run ended, None while it goes on.

    completed: every step is done, was not taken, or was waived by people.  compensated: nothing is left of any step.
    parked: all else.
    """
    if state.phase != "ended":
        return None
    if all(_passed(plan, step) for plan, step in zip(flow.steps, state.steps, strict=True)):
        return "completed"
    if all(_nothing_left(plan, step) for plan, step in zip(flow.steps, state.steps, strict=True)):
        return "compensated"
    return "parked"


def _passed(plan: FlowStep, step: StepState) -> bool:
    """What starts only when something fails need not have started."""
    return step.record in PASSED or (plan.reacts and step.record == "idle")


def _nothing_left(plan: FlowStep, step: StepState) -> bool:
    """What a reaction to a failure did is meant to stay."""
    if plan.reacts and step.record in PASSED:
        return True
    return step.record in CLEAN or (step.record in WITHOUT_TRACE and not plan.has_effects)


def pivot_committed(flow: Flow, state: State) -> bool:
    """Whether the point of no return is behind the run, or may be: a parked pivot is for people to judge."""
    return any(state.steps[pivot].record in ("done", "stuck", "waived") for pivot in flow.pivots)


def pivot_in_flight(flow: Flow, state: State) -> bool:
    """Whether it is not known yet on which side of the point of no return the run is."""
    return any(state.steps[pivot].record in FORWARD for pivot in flow.pivots)
