"""SG503 stops-at-first-failure: one compensation that fails keeps all others from being tried.

What the steps did are separate facts. That the courier cannot be called off is no reason to keep the customer's money,
but with `on_failure: stop` everything that is still to be undone is left as it is, and one incident becomes several.
With `continue` the failed one goes to the dead letter queue and the others are undone.

Source: users of several engines on what happens when a compensation fails; Eventuate Tram and the Temporal Java helper
stop.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    rollback: {on_failure: stop, retry: 5, dead_letter: order-dlq}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: book-courier
        participant: courier
        action: BookCourier
        compensation: CancelCourier
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    rollback: {on_failure: continue, retry: 5, dead_letter: order-dlq}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: book-courier
        participant: courier
        action: BookCourier
        compensation: CancelCourier
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Place, Put, Related
from sagactl.flow import FlowStep, exclusive
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED = 5


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.rollback.on_failure == "stop":
        failing = [step for step in facts.meant.members(facts.budget.undoable) if _may_fail(step)]
        for step in reversed(failing):
            left = _left(step, facts)
            if left:
                yield _hit(step, left)
                return


def _may_fail(step: FlowStep) -> bool:
    return step.undo is not None and step.undo.tries is not None and not step.step.local


def _left(step: FlowStep, facts: Facts) -> list[FlowStep]:
    """What is still to be undone when the compensation of a step fails."""
    later = facts.meant.ancestors[step.index] | facts.meant.beside(step.index)
    return [
        other for other in facts.meant.members(facts.budget.undoable & later) if not exclusive(other.step, step.step)
    ]


def _hit(step: FlowStep, left: list[FlowStep]) -> Hit:
    more = f" (and {len(left) - 1} more)" if len(left) > 1 else ""
    return Hit(
        f"when the compensation of `{step.id}` fails, `{left[0].id}`{more} is left as it is",
        Place(("rollback", "on_failure")),
        help="rollback:\n  on_failure: continue",
        fix=Fix("go on with the others", safe=False, changes=(Put(("rollback", "on_failure"), "continue"),)),
        related=tuple(
            Related("not undone", at_step(other.step.route, "compensation" if other.undo is not None else "saga"))
            for other in left[:_RELATED]
        ),
    )


RULE = Rule(
    code="SG503",
    name="stops-at-first-failure",
    severity="warning",
    why="One undo that fails becomes many that were not even tried.",
    check=check,
)
