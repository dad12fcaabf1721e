"""SG411 retry-without-jitter: all runs that failed together are tried again together.

When a participant fails for a moment, every run that was waiting for it pauses for exactly the same time, and they all
come back at once. Spread by chance they do not. Jitter is on unless it is switched off.

Source: Brooker, Exponential backoff and jitter, AWS Architecture Blog, 2015.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    defaults: {timeout: 10s, retry: {attempts: 5, jitter: false}}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    defaults: {timeout: 10s, retry: {attempts: 5, jitter: true}}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Put
from sagactl.linter.retries import by_place, named, others
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    steady = [each for each in facts.repeated if not each.policy.jitter and each.policy.initial_s]
    for place, operations in by_place((each.where("jitter"), each) for each in steady).items():
        yield Hit(
            f"{named(operations)} is tried again after pauses that are the same in every run",
            place,
            operations[0].step.id,
            help="jitter: true",
            fix=Fix("let the pauses differ", safe=False, changes=(Put(place.route, True),)),
            related=others(operations, "is tried again in the same rhythm"),
        )


RULE = Rule(
    code="SG411",
    name="retry-without-jitter",
    severity="info",
    why="Runs that failed together come back together, and bring down again what has just come up.",
    check=check,
)
