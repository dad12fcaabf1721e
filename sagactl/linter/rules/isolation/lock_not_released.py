"""SG604 lock-not-released: at some end of the run a lock stays, and keeps every other run out.

A run ends in three ways, and a lock has to be released on each: by a step with `unlock` on every way to completion, by
the compensation of the step that took it when the run is undone, and by `lock_ttl` when the run is parked and waits for
people. Where only the last is missing, lock-without-ttl says so; here it counts when the definition itself provides
for a run that is parked with its lock. A lock that does end by itself, but not with its run, is a warning.

Source: Azure Architecture Center, Saga pattern, on durability of locks.
Since: 0.1

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
from sagactl.finding import Related
from sagactl.linter.locks import Left
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.resources:
        for left in facts.left_behind:
            yield _hit(saga, left)


def _hit(saga: Saga, left: Left) -> Hit:
    step, resource = saga.steps[left.hold.taker], left.hold.resource
    nothing = "nothing" if step.lock_ttl_s is None else f"only its end after {duration_text(step.lock_ttl_s)}"
    releases = [each for index, each in enumerate(saga.steps) if left.hold.releases >> index & 1]
    return Hit(
        f"`{step.id}` locks `{resource}`, and {nothing} releases it {left.end}",
        at_step(step.route, "lock"),
        step.id,
        help=left.help,
        related=tuple(Related(f"`{each.id}` releases it", at_step(each.route, "unlock")) for each in releases[:3]),
        severity="error" if step.lock_ttl_s is None else "warning",
    )


RULE = Rule(
    code="SG604",
    name="lock-not-released",
    severity="error",
    why="Every later run that needs the resource waits for a run that has ended.",
    check=check,
    concerns="locks",
)
