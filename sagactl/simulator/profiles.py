"""The same definition under another engine's way of going back.

A profile changes only what the engine decides for itself; what a definition says of retries, timeouts and
participants stays.  Sources: the documentation and sources of each engine, read in November 2026.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Final, NamedTuple

from sagactl.errors import UnknownName
from sagactl.model import FailedStep, OnFailure, RollbackOrder, Saga, Step, Trigger
from sagactl.trace import Trace


class Profile(NamedTuple):
    """How an engine goes back, where that differs from what a definition may say."""

    name: str
    order: RollbackOrder
    failed_step: FailedStep
    on_failure: OnFailure
    without: tuple[Trigger, ...]
    sentence: str
    source: str


PROFILES: Final[tuple[Profile, ...]] = (
    Profile(
        "temporal", "reverse", "always", "stop", ("cancel",),
        "Compensations that were registered before the call run in reverse, that of the failed step first; the first "
        "one that fails aborts the rest, and a cancelled workflow runs none.",
        "Temporal Java SDK, io.temporal.workflow.Saga; issue sdk-java 305",
    ),
    Profile(
        "step-functions", "reverse", "never", "stop", ("cancel",),
        "The way back is wired by hand from each Catch; the failed step is not undone, a compensation that fails "
        "fails the execution, and stopping an execution undoes nothing.",
        "AWS Step Functions Developer Guide, error handling",
    ),
    Profile(
        "seata", "reverse", "auto", "stop", (),
        "Compensations run in reverse, one after the other; a failed step is undone only when its outcome is "
        "unknown, and the first compensation that fails stops the others until the coordinator tries again.",
        "Apache Seata, Saga mode, state machine engine",
    ),
    Profile(
        "zeebe", "parallel", "never", "stop", ("cancel",),
        "A compensation event starts all compensations at once, in no order; one that fails is an incident.",
        "Camunda 8 documentation, compensation events",
    ),
)  # fmt: skip

BY_NAME: Final[dict[str, Profile]] = {profile.name: profile for profile in PROFILES}
ALL: Final[tuple[Trigger, ...]] = ("rejection", "failure", "timeout", "deadline", "cancel")


def under(saga: Saga, name: str) -> Saga:
    """The saga as the engine of this name would run it; raises UnknownName."""
    profile = BY_NAME.get(name)
    if profile is None:
        raise UnknownName("profile", name, BY_NAME)
    triggers = tuple(trigger for trigger in saga.rollback.triggers or ALL if trigger not in profile.without)
    rollback = replace(
        saga.rollback,
        order=profile.order,
        failed_step=profile.failed_step,
        on_failure=profile.on_failure,
        triggers=triggers,
    )
    return replace(saga, rollback=rollback, steps=tuple(_own_way(step) for step in saga.steps))


def _own_way(step: Step) -> Step:
    return replace(step, failed_step=None) if step.failed_step is not None else step


def differences(ours: Trace, theirs: Trace, name: str) -> tuple[str, ...]:
    """How a run under the profile ends otherwise than ours, one sentence each; nothing when it ends the same."""
    return tuple(
        f"differs under {name}: {what} {_shown(there)}, ours {_shown(here)}"
        for what, here, there in _compared(ours, theirs).values()
        if here != there
    )


def _compared(ours: Trace, theirs: Trace) -> Mapping[str, tuple[str, object, object]]:
    letters = tuple(letter.step for letter in ours.dead_letters), tuple(letter.step for letter in theirs.dead_letters)
    return {
        "outcome": ("ends", ours.outcome, theirs.outcome),
        "compensated": ("undone", ours.compensated, theirs.compensated),
        "skipped": ("not undone", ours.skipped, theirs.skipped),
        "dead_letters": ("dead letters", *letters),
    }


def _shown(value: object) -> str:
    if isinstance(value, tuple):
        return ", ".join(map(str, value)) or "nothing"
    return str(value)
