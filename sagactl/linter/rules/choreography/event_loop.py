"""SG808 event-loop: an event leads back to itself.

Whoever hears it does something and publishes what others hear, and in the end somebody publishes it again. If all of
the ring is needed to start, none of its steps ever starts; if any event starts it, it goes round for ever and repeats
its effects. A step that hears its own failure to try again is such a ring: `retry` does that with a limit. A ring of
compensations alone is undo-loop.

Source: Fowler, What do you mean by "Event-Driven"?, 2017; infinite loops between event handlers in the documentation
of serverless platforms (AWS Lambda, recursive loop detection).
Since: 0.1

Bad:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ReserveItemsFailed, ReserveItemsUndone]
    input: {order_id: string}
    defaults: {retry: 3}
    steps:
      - step: reserve-items
        participant: inventory
        listens: [OrderPlaced]
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        listens: {any: [ReserveItemsDone, ChargeCardFailed]}
        action: ChargeCard
        rejects: [CardDeclined]
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
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ReserveItemsFailed, ReserveItemsUndone]
    input: {order_id: string}
    defaults: {retry: 3}
    steps:
      - step: reserve-items
        participant: inventory
        listens: [OrderPlaced]
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        listens: [ReserveItemsDone]
        action: ChargeCard
        rejects: [CardDeclined]
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

from sagactl.finding import Related
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.events import Link
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.choreographed:
        return
    from sagactl.linter.rings import rings

    links: dict[tuple[str, str], Link] = {}
    graph: dict[str, dict[str, None]] = {}
    for link in facts.events.links:
        links.setdefault((link.heard, link.published), link)
        graph.setdefault(link.heard, {})[link.published] = None
        graph.setdefault(link.published, {})
    for ring in rings({event: tuple(others) for event, others in graph.items()}):
        way = [links[pair] for pair in zip(ring, (*ring[1:], ring[0]), strict=True)]
        if not all(link.end == "undone" for link in way):
            yield _hit(way)


def _hit(way: list[Link]) -> Hit:
    first = way[0]
    names = " -> ".join(f"`{name}`" for name in (*(link.heard for link in way), first.heard))
    return Hit(
        f"`{first.heard}` leads back to itself: {names}",
        first.place,
        first.step.id,
        help="let one of these steps hear another event; what is to be tried again says so with `retry`",
        related=tuple(
            Related(f"`{link.step.id}` hears `{link.heard}` and publishes `{link.published}`", link.place)
            for link in way[1:]
        ),
    )


RULE = Rule(
    code="SG808",
    name="event-loop",
    severity="error",
    why="Either none of these steps ever starts, or they go round and repeat their effects until somebody stops them.",
    check=check,
    concerns="events",
)
