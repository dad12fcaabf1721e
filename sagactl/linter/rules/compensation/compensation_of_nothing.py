"""SG102 compensation-of-nothing: a step declared read-only has a compensation.

Either the step changes something after all, and then it is not read-only and its place in the order matters; or the
compensation changes something that nobody did.

Source: the kinds of steps in the definition language.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: check-credit
        participant: credit
        action: CheckCredit
        kind: read-only
        compensation: ReleaseCredit
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: check-credit
        participant: credit
        action: CheckCredit
        kind: read-only
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Drop, Fix, Related
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.kind == "read-only" and step.compensation is not None:
            yield Hit(
                f"`{step.compensation.command}` undoes `{step.action}`, which is declared to change nothing",
                at_step(step.route, "compensation"),
                step.id,
                help=f"remove the compensation, or write `kind: compensatable` if `{step.action}` has effects",
                related=(Related("declared read-only here", at_step(step.route, "kind")),),
                fix=Fix("remove the compensation", safe=False, changes=(Drop((*step.route, "compensation")),)),
            )


RULE = Rule(
    code="SG102",
    name="compensation-of-nothing",
    severity="warning",
    why="A compensation of something that was never done changes what it should have left alone.",
    check=check,
)
