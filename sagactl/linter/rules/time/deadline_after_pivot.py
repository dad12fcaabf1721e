"""SG409 deadline-after-pivot: the deadline may pass when the run cannot go back any more.

Before the pivot the deadline starts the rollback; after it nothing is undone, and all that the deadline can do is to
raise an alert about a run that goes on as it should. Give the whole run its time, and let `limits.stuck_after` watch
what comes after the pivot. A step that is tried for ever counts with one try.

Source: Mehrotra, Rastogi, Silberschatz, Korth, A transaction model for multidatabase systems, 1992: after the pivot
there is only forward.
Since: 0.1

Bad:
    saga: order
    deadline: 20m
    defaults: {timeout: 10s}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
      - step: hand-over
        wait: ParcelHandedOver
        timeout: 2d
        on_timeout: continue

Good:
    saga: order
    deadline: 3d
    defaults: {timeout: 10s}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
      - step: hand-over
        wait: ParcelHandedOver
        timeout: 2d
        on_timeout: continue
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.budgets import rollback_deadline_s
from sagactl.durations import duration_text, roomy_duration
from sagactl.finding import Place
from sagactl.linter.reckoning import forward_account, up_to
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    deadline_s = rollback_deadline_s(saga)
    if deadline_s is None or not facts.meant.pivots or facts.budget.in_a_row_s <= deadline_s:
        return
    budget, path = facts.budget, facts.budget.past_commit
    if budget.to_commit.total_s <= deadline_s < path.total_s:
        pivot = facts.meant.steps[next((it for it in path.steps if it in facts.meant.pivots), facts.meant.pivots[0])]
        yield Hit(
            f"the deadline of {duration_text(deadline_s)} may pass after the pivot `{pivot.id}`, when nothing can be"
            f" undone: the whole run may take {up_to(path)}",
            Place(("deadline",)),
            pivot.id,
            help=f"deadline: {roomy_duration(path.total_s)}",
            related=forward_account(path, budget),
        )


RULE = Rule(
    code="SG409",
    name="deadline-after-pivot",
    severity="warning",
    why="An alert that rings although nothing is wrong, and cannot be acted upon, is soon ignored.",
    check=check,
    concerns="deadline",
)
