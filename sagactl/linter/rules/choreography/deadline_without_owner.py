"""SG814 deadline-without-owner: the saga has a deadline, nobody leads, and no participant owns the timer.

An orchestrator keeps the time of its runs. In a choreography one of the services has to: it sets the timer when it
hears the first event, clears it when it hears the last, and publishes that the time is over. A deadline without such
an owner is a wish.

Source: Richardson, Microservices Patterns, chapter 4, on choreography: no service knows the state of the whole.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    style: choreography
    correlation: input.order_id
    deadline: 15m
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ChargeCardFailed, ChargeCardUndone]
    input: {order_id: string}
    steps:
      - step: charge-card
        participant: payment
        listens: [OrderPlaced]
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        listens: [ChargeCardDone]
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    style: choreography
    correlation: input.order_id
    deadline: {after: 15m, owner: payment}
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ChargeCardFailed, ChargeCardUndone]
    input: {order_id: string}
    steps:
      - step: charge-card
        participant: payment
        listens: [OrderPlaced]
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        listens: [ChargeCardDone]
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.durations import duration_text
from sagactl.finding import Fix, Place, Put
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.deadline is None or saga.deadline.owner is not None or not facts.choreographed:
        return
    after = duration_text(saga.deadline.after_s)
    owner = next((step.participant for step in saga.steps if step.participant is not None), None)
    yield Hit(
        f"nobody leads `{saga.id}`, and nobody owns the timer of its deadline of {after}",
        Place(("deadline",)),
        help=f"deadline: {{after: {after}, owner: {owner or '<who hears the first event>'}}}",
        fix=_fix(owner) if owner is not None else None,
    )


def _fix(owner: str) -> Fix:
    return Fix(f"let `{owner}` keep the time", safe=False, changes=(Put(("deadline", "owner"), owner),))


RULE = Rule(
    code="SG814",
    name="deadline-without-owner",
    severity="warning",
    why="The deadline passes and nobody does anything, because each service thinks that another one keeps the time.",
    check=check,
    concerns="events",
)
