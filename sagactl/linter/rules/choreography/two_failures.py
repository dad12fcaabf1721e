"""SG811 two-failures: two failures of one run each start the same compensation, which does not recognise a repetition.

Branches that run side by side may both fail. Nobody leads, so nobody takes the second failure for one that is already
dealt with: whoever undoes its part on any of them undoes it twice, unless the participant recognises that it has done
so. The same holds for a step that reacts to failures. The rule speaks where `idempotency: none` is stated.

Source: Hohpe and Woolf, Enterprise Integration Patterns, Idempotent Receiver; Richardson, Microservices Patterns,
chapter 3, on duplicate messages.
Since: 0.1

Bad:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, OpenOrderFailed, OpenOrderUndone]
    input: {order_id: string}
    participants:
      orders: {idempotency: none}
      inventory: {}
      payment: {}
      shipping: {}
    steps:
      - step: open-order
        participant: orders
        listens: [OrderPlaced]
        action: OpenOrder
        compensation: {command: CancelOrder, listens: {any: [ReserveItemsFailed, ChargeCardFailed, ChargeCardUndone]}}
      - step: reserve-items
        participant: inventory
        listens: [OpenOrderDone]
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        listens: [OpenOrderDone]
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        listens: [ReserveItemsDone, ChargeCardDone]
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, OpenOrderFailed, OpenOrderUndone]
    input: {order_id: string}
    participants:
      orders: {idempotency: key}
      inventory: {}
      payment: {}
      shipping: {}
    steps:
      - step: open-order
        participant: orders
        listens: [OrderPlaced]
        action: OpenOrder
        compensation: {command: CancelOrder, listens: {any: [ReserveItemsFailed, ChargeCardFailed, ChargeCardUndone]}}
      - step: reserve-items
        participant: inventory
        listens: [OpenOrderDone]
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        listens: [OpenOrderDone]
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        listens: [ReserveItemsDone, ChargeCardDone]
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.flow import FlowStep, exclusive, failure_event
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.choreographed:
        return
    for step in facts.flow.steps:
        if step.undo is not None and step.undo_promises.idempotency == "none":
            yield from _judge(step, "undo", facts)
        if step.reacts and step.promises.idempotency == "none":
            yield from _judge(step, "start", facts)


def _judge(step: FlowStep, purpose: str, facts: Facts) -> Iterator[Hit]:
    failing = [
        facts.flow[each.source]
        for each in facts.events.subscriptions
        if each.step == step.id
        and (each.purpose == "start") == (purpose == "start")
        and each.kind == "failure"
        and each.mode == "any"
        and facts.failing >> facts.flow.index[each.source] & 1
    ]
    pair = _that_meet(failing, facts)
    if pair is not None:
        yield _hit(step, purpose, pair)


def _that_meet(steps: list[FlowStep], facts: Facts) -> tuple[FlowStep, FlowStep] | None:
    """Two of the steps that may both fail in one run."""
    for at, left in enumerate(steps):
        beside = facts.flow.beside(left.index)
        for right in steps[at + 1 :]:
            if beside >> right.index & 1 and not exclusive(left.step, right.step):
                return left, right
    return None


def _hit(step: FlowStep, purpose: str, pair: tuple[FlowStep, FlowStep]) -> Hit:
    undo = purpose == "undo"
    does = step.compensation.command if undo and step.compensation is not None else step.step.action
    left, right = pair
    return Hit(
        f"`{does}` of `{step.id}` may run twice: `{left.id}` and `{right.id}` may both fail",
        _place(step, undo),
        step.id,
        help="let the participant recognise a repetition:\nidempotency: key",
        related=tuple(
            Related(f"`{each.id}` publishes `{failure_event(each.step)}`", at_step(each.step.route)) for each in pair
        ),
    )


def _place(step: FlowStep, undo: bool) -> Place:
    route = (*step.step.route, "compensation") if undo else step.step.route
    listens = step.compensation.listens if undo and step.compensation is not None else step.step.listens
    return Place((*route, "listens") if listens is not None else route)


RULE = Rule(
    code="SG811",
    name="two-failures",
    severity="warning",
    why="What is undone twice leaves too much money or too many goods behind, and both messages look right.",
    check=check,
    concerns="events",
)
