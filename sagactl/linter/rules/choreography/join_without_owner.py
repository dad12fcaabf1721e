"""SG810 join-without-owner: branches meet at a step that no participant does.

Somebody has to remember which of the events have come until the last one is there, also over a restart. A service does
that in its database. A wait, a nested saga, or a step that is local to nobody in particular has no such place when no
orchestrator keeps the state of the run.

Source: Hohpe and Woolf, Enterprise Integration Patterns, Aggregator, which is stateful.
Since: 0.1

Bad:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [CompleteOrderDone, ReserveItemsFailed, ReserveItemsUndone, ChargeCardFailed, ChargeCardUndone]
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        listens: [OrderPlaced]
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        listens: [OrderPlaced]
        action: ChargeCard
        compensation: RefundCard
      - step: complete-order
        local: true
        listens: [ReserveItemsDone, ChargeCardDone]
        action: CompleteOrder
        kind: pivot

Good:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [CompleteOrderDone, ReserveItemsFailed, ReserveItemsUndone, ChargeCardFailed, ChargeCardUndone]
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        listens: [OrderPlaced]
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        listens: [OrderPlaced]
        action: ChargeCard
        compensation: RefundCard
      - step: complete-order
        participant: orders
        listens: [ReserveItemsDone, ChargeCardDone]
        action: CompleteOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.flow import FlowStep, success_event
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.choreographed or all(step.participant is not None for step in saga.steps):
        return
    from sagactl.topology import joins

    for index in joins(facts.flow):
        step = facts.flow.steps[index]
        if step.step.participant is None:
            yield _hit(step, [facts.flow.steps[earlier] for earlier in step.after])


def _hit(step: FlowStep, before: list[FlowStep]) -> Hit:
    events = " and ".join(f"`{success_event(each.step)}`" for each in before)
    what = "it is a wait" if step.step.wait is not None else "no participant does it"
    key = "listens" if step.step.listens is not None else "after" if step.step.after is not None else "step"
    return Hit(
        f"`{step.id}` needs {events}, but {what}, so nobody remembers which of them have come",
        at_step(step.step.route, key),
        step.id,
        help=_help(step),
        related=tuple(Related(f"`{each.id}` publishes one of them", at_step(each.step.route)) for each in before),
    )


def _help(step: FlowStep) -> str:
    if step.step.wait is not None or step.step.saga is not None:
        return "let a step of a participant come before it, which hears the events and keeps them until all have come"
    return "participant: <the service that keeps the events until all have come>"


RULE = Rule(
    code="SG810",
    name="join-without-owner",
    severity="warning",
    why="An event that comes before the others is forgotten at the next restart, and the run stands still.",
    check=check,
    concerns="events",
)
