"""SG205 undeclared-pivot: the point of no return follows from an omission, and nobody declares it.

The first step without a compensation is the pivot. When that is only inferred, whoever adds a step before or after it
does not see that the order matters. Declare it, and the order is checked against what was meant.

Source: Richardson, Microservices Patterns, chapter 4.
Since: 0.1
Fix: safe

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        no_compensation: A parcel that has left does not come back.

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
        no_compensation: A parcel that has left does not come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Put
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index in facts.meant.pivots:
        step = saga.steps[index]
        if step.kind is None and not any(point.step.index == index for point in facts.no_return):
            yield Hit(
                f"`{step.id}` is the pivot, {_because(step)}; nothing declares it",
                at_step(step.route),
                step.id,
                help="kind: pivot",
                fix=Fix("declare the pivot", changes=(Put((*step.route, "kind"), "pivot"),)),
            )


def _because(step: Step) -> str:
    if step.saga is not None:
        return f"as `{step.saga}` has one"
    return "being the first step that nothing undoes"


RULE = Rule(
    code="SG205",
    name="undeclared-pivot",
    severity="warning",
    why="Whoever changes the order does not see that everything before this step can be undone and nothing after it.",
    check=check,
)
