"""SG209 better-order: an order of the same steps in which nothing fails after the point of no return.

It goes together with point-of-no-return and shows the whole order: what can fail first, then the step that cannot be
undone, then what is tried until it is done. Steps keep their places where they can, and none comes before a step whose
output it reads.

Source: Mehrotra, Rastogi, Silberschatz, Korth, A transaction model for multidatabase systems, 1992.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
      - step: charge-card
        participant: payment
        action: ChargeCard
        rejects: [CardDeclined]
        compensation: RefundCard

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        rejects: [CardDeclined]
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Place, Reorder
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    points = facts.no_return
    if points and all(step.after is None and step.listens is None for step in saga.steps):
        order = _better(facts)
        if order is not None:
            yield Hit(
                "in another order of the same steps nothing fails after the point of no return",
                Place(("steps",), "key"),
                help="order the steps: " + ", ".join(step.id for step in order),
                fix=Fix(
                    "put the steps in this order",
                    safe=False,
                    changes=(Reorder(("steps",), tuple(step.index for step in order)),),
                ),
            )


def _better(facts: Facts) -> list[FlowStep] | None:
    """What can be undone first, then what cannot, then what is retried; None where the data or two pivots forbid it."""
    final = {point.step.index for point in facts.no_return}
    pivots = [step for step in facts.meant.steps if step.kind == "pivot"]
    if any(step.step.rejects and step.index != pivots[0].index for step in pivots):
        return None
    order = sorted(facts.meant.steps, key=lambda step: (_phase(step, final), step.index))
    position = {step.id: place for place, step in enumerate(order)}
    for step in order:
        if any(id in position and position[id] > position[step.id] for id in facts.needs(step.step)):
            return None
    return order if len(pivots) == 1 else None


def _phase(step: FlowStep, final: set[int]) -> int:
    if step.kind == "retriable":
        return 2
    return 1 if step.kind == "pivot" or step.index in final else 0


RULE = Rule(
    code="SG209",
    name="better-order",
    severity="info",
    why="The same steps in another order can always end well.",
    check=check,
)
