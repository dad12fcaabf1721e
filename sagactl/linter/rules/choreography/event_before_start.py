"""SG803 event-before-start: the event that a wait needs may be published before the wait begins.

A wait hears what comes while it waits. An event of a step that comes before it, or runs beside it, may be over by then,
and so may one that starts the whole saga: nobody keeps it, and the wait goes on until it times out. Let the step listen
to the event, so that the subscription stands before anything is published, or begin the wait first.

Source: the message correlation of Zeebe, where a message that nobody waits for is kept only for its time to live; the
MassTransit sample library, whose sagas have to accept their events in any order.
Since: 0.1

Bad:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ReserveItemsFailed, ReserveItemsUndone]
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        listens: [OrderPlaced]
        action: ReserveItems
        compensation: ReleaseItems
        publishes: {success: ItemsReserved}
      - step: pack-items
        participant: packing
        listens: [ItemsReserved]
        action: PackItems
        compensation: UnpackItems
      - step: await-packing
        after: [pack-items]
        wait: ItemsReserved
        timeout: 1h
      - step: ship-order
        participant: shipping
        after: [await-packing]
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ReserveItemsFailed, ReserveItemsUndone]
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        listens: [OrderPlaced]
        action: ReserveItems
        compensation: ReleaseItems
        publishes: {success: ItemsReserved}
      - step: pack-items
        participant: packing
        listens: [ItemsReserved]
        action: PackItems
        compensation: UnpackItems
      - step: ship-order
        participant: shipping
        listens: [ItemsReserved, PackItemsDone]
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.flow import FlowStep, exclusive
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts
    from sagactl.styles import Event


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.by_events:
        return
    for step in facts.flow.steps:
        event = step.step.wait.event if step.step.wait is not None else None
        if event is None:
            continue
        early = [each for each in facts.events.publishers.get(event, ()) if _may_be_early(each, step, facts)]
        if early:
            yield _inside(step, early[0], facts)
        elif event in saga.starts_on and step.after:
            yield _at_the_start(step, event, saga)


def _may_be_early(event: Event, wait: FlowStep, facts: Facts) -> bool:
    """Whether a step of the way forward publishes it that does not come after the wait."""
    step = facts.flow[event.step]
    if step is wait or event.kind != "success" or exclusive(step.step, wait.step):
        return False
    return not facts.flow.sure_ancestors[step.index] >> wait.index & 1


def _inside(wait: FlowStep, event: Event, facts: Facts) -> Hit:
    step = facts.flow[event.step]
    when = "is done before it" if facts.flow.sure_ancestors[wait.index] >> step.index & 1 else "may be done before it"
    return Hit(
        f"`{wait.id}` waits for `{event.name}`, but `{step.id}`, which publishes it, {when}",
        at_step(wait.step.route, "wait"),
        wait.id,
        help=f"remove the wait, and let the step that needs the event hear it:\nlistens: [{event.name}]",
        related=(
            Related(
                f"`{event.name}` is published here",
                Place((*step.step.route, "publishes", "success")) if event.declared else at_step(step.step.route),
            ),
        ),
    )


def _at_the_start(wait: FlowStep, event: str, saga: Saga) -> Hit:
    return Hit(
        f"`{wait.id}` waits for `{event}`, which has come when the saga starts",
        at_step(wait.step.route, "wait"),
        wait.id,
        help="wait for another event, or remove the wait",
        related=(Related("it starts the saga", Place(("starts_on", saga.starts_on.index(event)))),),
    )


RULE = Rule(
    code="SG803",
    name="event-before-start",
    severity="warning",
    why="The wait misses an event that has come already, and stands until it times out.",
    check=check,
    concerns="events",
)
