"""SG122 no-undo-handler: a step with effects has no compensation, whatever the reason.

Off by default, because pivots and retriable steps rightly have none. For houses whose rule is that each step has a
compensation all the same, so that an operator can call it by hand after a run has parked.

Source: house rules of regulated businesses.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.linter.commands import undo_name
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.action is not None and step.compensation is None and step.kind != "read-only":
            yield Hit(
                f"`{step.id}` has no compensation",
                at_step(step.route),
                step.id,
                help=f"compensation: {undo_name(step.action, saga)}",
            )


RULE = Rule(
    code="SG122",
    name="no-undo-handler",
    severity="info",
    why="When a run has parked, the operator has no command that takes this step back.",
    check=check,
    default=False,
)
