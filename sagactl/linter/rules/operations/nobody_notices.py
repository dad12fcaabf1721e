"""SG505 nobody-notices: a run that cannot go on is seen by nobody.

Sooner or later a run is parked: a compensation has failed for good, or a step after the pivot. Somebody has to hear of
it, and three keys say who and when: `rollback.alert`, `owner` and `limits.stuck_after`. One of them is the least.

Source: Azure Architecture Center, Compensating Transaction pattern: it may be necessary to raise an alert for people to
step in.
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
    owner: team-orders
    rollback: {alert: team-orders, dead_letter: order-dlq}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    watched = saga.owner is not None or saga.rollback.alert is not None or saga.limits.stuck_after_s is not None
    # An undo that is tried for ever and alerts nobody is told by endless-undo-unwatched.
    if not watched and not any(each.undoes and each.policy.tries is None for each in facts.repeated):
        yield Hit(
            f"when a run of `{saga.id}` cannot go on, nobody is told: it has no owner, no alert and no time after"
            " which it counts as stuck",
            Place(("saga",)),
            help="owner: <team>\nrollback:\n  alert: <team>\nlimits:\n  stuck_after: 1h",
        )


RULE = Rule(
    code="SG505",
    name="nobody-notices",
    severity="warning",
    why="The first to notice is the customer, weeks later.",
    check=check,
)
