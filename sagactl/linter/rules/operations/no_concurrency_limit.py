"""SG507 no-concurrency-limit: nothing limits how many runs go on at once.

When a participant slows down, runs pile up, and each of them tries again: the load grows just when the participant can
do least, and then all those runs want to be undone at the same time. A limit keeps new runs waiting at the door.

Source: Nygard, Release It!, 2018: bulkheads and back pressure.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    limits: {stuck_after: 1h}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    limits: {stuck_after: 1h, concurrency: 100}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Place, Put
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Limits, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.limits.concurrency is None:
        yield Hit(
            f"nothing limits how many runs of `{saga.id}` go on at once",
            Place(("saga",)) if saga.limits == Limits() else Place(("limits",), "key"),
            help="limits:\n  concurrency: 100",
            fix=Fix("allow a hundred runs at once", safe=False, changes=(Put(("limits", "concurrency"), 100),)),
        )


RULE = Rule(
    code="SG507",
    name="no-concurrency-limit",
    severity="warning",
    why="A slow participant is buried under runs that all try again, and then under their rollbacks.",
    check=check,
)
