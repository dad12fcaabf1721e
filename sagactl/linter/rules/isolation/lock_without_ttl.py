"""SG605 lock-without-ttl: a lock has no end of its own.

A run whose compensation fails for good, or whose last steps do, is parked until people look at it, and so is its lock.
With `lock_ttl` the lock ends by itself, later than the longest way forward and back, and parked runs stop nobody.

Source: Azure Architecture Center, Saga pattern, on durability of locks; Burrows, The Chubby lock service for
loosely-coupled distributed systems, OSDI 2006.
Since: 0.1
Fix: unsafe

Bad:
    saga: transfer
    resources: {account: {participant: bank}}
    steps:
      - step: freeze-account
        participant: bank
        action: FreezeAccount
        lock: account
        compensation: UnfreezeAccount
      - step: move-money
        participant: bank
        action: MoveMoney
        rejects: [AccountClosed]
        kind: pivot
        unlock: account

Good:
    saga: transfer
    resources: {account: {participant: bank}}
    steps:
      - step: freeze-account
        participant: bank
        action: FreezeAccount
        lock: account
        lock_ttl: 1d
        compensation: UnfreezeAccount
      - step: move-money
        participant: bank
        action: MoveMoney
        rejects: [AccountClosed]
        kind: pivot
        unlock: account
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.durations import duration_text
from sagactl.finding import Fix, Put
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.resources:
        longest = _longest(saga)
        for index, step in enumerate(saga.steps):
            if step.lock is not None and step.lock_ttl_s is None and not _is_left_behind(index, facts):
                yield Hit(
                    f"`{step.id}` locks `{step.lock}` without `lock_ttl`: a run that is parked keeps it",
                    at_step(step.route, "lock"),
                    step.id,
                    help=f"lock_ttl: {longest or '<longer than the longest run>'}",
                    fix=_fix(step, longest) if longest else None,
                )


def _is_left_behind(index: int, facts: Facts) -> bool:
    """Whether lock-not-released speaks of this lock; its remedy comes first."""
    return any(left.hold.taker == index for left in facts.left_behind)


def _longest(saga: Saga) -> str:
    """A time that is longer than the way forward and back; empty if the definition does not say how long they take."""
    longest_s = saga.limits.stuck_after_s or (2 * saga.deadline.after_s if saga.deadline is not None else None)
    return duration_text(longest_s) if longest_s is not None else ""


def _fix(step: Step, ttl: str) -> Fix:
    return Fix(f"let it end after {ttl}", safe=False, changes=(Put((*step.route, "lock_ttl"), ttl),))


RULE = Rule(
    code="SG605",
    name="lock-without-ttl",
    severity="warning",
    why="A run that waits for people keeps every other run out until somebody looks.",
    check=check,
    concerns="locks",
)
