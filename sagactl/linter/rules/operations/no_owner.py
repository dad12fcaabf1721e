"""SG510 no-owner: nobody answers for the definition.

An alert says that something is wrong with a run; the owner is who knows what should have happened, decides about runs
that are parked, and has to agree when a participant changes what it promises.

Source: service catalogues such as Backstage, where every component has an owner.
Since: 0.1

Bad:
    saga: order
    rollback: {alert: on-call, dead_letter: order-dlq}
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
    rollback: {alert: on-call, dead_letter: order-dlq}
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
    # Where nobody is told at all, nobody-notices asks for the owner as well.
    watched = saga.rollback.alert is not None or saga.limits.stuck_after_s is not None
    if saga.owner is None and watched:
        yield Hit(f"nobody answers for `{saga.id}`", Place(("saga",)), help="owner: <team>")


RULE = Rule(
    code="SG510",
    name="no-owner",
    severity="info",
    why="A run is parked, and nobody knows who may decide what becomes of it.",
    check=check,
)
