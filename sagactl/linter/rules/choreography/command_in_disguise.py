"""SG812 command-in-disguise: an event whose name tells somebody what to do.

An event says what happened, and whoever publishes it does not care who hears it. `ReserveItems` as an event expects one
service to do one thing: that is a command without an address and without an answer, so the sender depends on the
receiver and nobody notices when it does not react. Say what happened, or send a command. The events from outside that
start the saga are left alone: there a request is what happened.

Source: Fowler, What do you mean by "Event-Driven"?, 2017, on events used as passive-aggressive commands.
Since: 0.1

Bad:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ChargeCardFailed, ChargeCardUndone]
    input: {order_id: string}
    steps:
      - step: charge-card
        participant: payment
        listens: [OrderPlaced]
        action: ChargeCard
        compensation: RefundCard
        publishes: {success: ShipOrder}
      - step: ship-order
        participant: shipping
        listens: [ShipOrder]
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ChargeCardFailed, ChargeCardUndone]
    input: {order_id: string}
    steps:
      - step: charge-card
        participant: payment
        listens: [OrderPlaced]
        action: ChargeCard
        compensation: RefundCard
        publishes: {success: CardCharged}
      - step: ship-order
        participant: shipping
        listens: [CardCharged]
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.linter.commands import folded, sounds_imperative
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_ENDS = ("success", "failure", "undone")


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.by_events:
        return
    told: set[str] = set()
    for step in saga.steps:
        if step.publishes is not None:
            for end in _ENDS:
                event = getattr(step.publishes, end)
                if event is not None and event not in told:
                    told.add(event)
                    yield from _judge(saga, step, end, event)


def _judge(saga: Saga, step: Step, end: str, event: str) -> Iterator[Hit]:
    doer = _doer(saga, step, event)
    if doer is None and not sounds_imperative(event):
        return
    said = f"the command of `{doer.id}`" if doer is not None else "a command, not something that happened"
    yield Hit(
        f"the event `{event}` of `{step.id}` is {said}",
        Place((*step.route, "publishes", end)),
        step.id,
        help=f"name it after what has happened when `{step.id}` publishes it, as in `OrderPlaced`",
        related=(Related(f"`{doer.id}` does `{event}` when it hears it", at_step(doer.route, "action")),)
        if doer is not None
        else (),
    )


def _doer(saga: Saga, publisher: Step, event: str) -> Step | None:
    """A step that hears the event and whose command has the same name."""
    name = folded(event)
    for step in saga.steps:
        heard = step.listens is not None and event in step.listens.events
        if heard and step is not publisher and step.action is not None and folded(step.action) == name:
            return step
    return None


RULE = Rule(
    code="SG812",
    name="command-in-disguise",
    severity="warning",
    why="Whoever publishes it waits for a reaction that nobody owes, and nobody notices when it does not come.",
    check=check,
    concerns="events",
)
