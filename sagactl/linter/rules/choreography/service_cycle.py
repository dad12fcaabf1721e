"""SG809 service-cycle: services hear each other in a ring on the way forward.

If A reacts to B and B reacts to A, neither can be understood, tested or released without the other, and what started
as loose coupling is one program in several parts. Only events of success count: whoever does something has to hear of
the failures that come after it. Let one service lead, or let the one that comes twice do its two parts at once.

Source: Azure Architecture Center, Choreography pattern; Richardson, Microservices Patterns, chapter 4, on cyclic
dependencies between services.
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
      - step: charge-card
        participant: payment
        listens: [ReserveItemsDone]
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: inventory
        listens: [ChargeCardDone]
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
      - step: ship-order
        participant: inventory
        listens: [ChargeCardDone]
        action: ReserveAndShip
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga
from sagactl.styles import service_of

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.choreographed:
        return
    from sagactl.linter.rings import rings
    from sagactl.topology import service_edges

    graph: dict[str, list[str]] = {}
    for publisher, listener in service_edges(facts.flow):
        graph.setdefault(listener, []).append(publisher)
        graph.setdefault(publisher, [])
    for ring in rings(graph):
        yield _hit(ring, facts)


def _hit(ring: tuple[str, ...], facts: Facts) -> Hit:
    """The finding stands where the ring closes: at the last step that hears one of its services."""
    pairs = list(zip(ring, (*ring[1:], ring[0]), strict=True))
    steps = [_hearing(listener, publisher, facts) for listener, publisher in pairs]
    last = max(range(len(ring)), key=lambda at: steps[at].index)
    turned = [(*pairs[at % len(ring)], steps[at % len(ring)]) for at in range(last, last + len(ring))]
    return Hit(
        "services hear each other in a ring: " + ", ".join(f"`{one}` hears `{other}`" for one, other, _ in turned),
        _place(steps[last]),
        steps[last].id,
        help=f"let one service lead, or let `{_busiest(ring, facts)}` do its parts in one step",
        related=tuple(Related(f"`{one}` hears `{other}` here", _place(step)) for one, other, step in turned[1:]),
    )


def _hearing(listener: str, publisher: str, facts: Facts) -> FlowStep:
    """The first step of one service that starts after a step of the other; waits between the two are passed over."""
    flow = facts.flow
    mine = [step for step in flow.steps if service_of(step.step) == listener]
    direct = (step for step in mine if any(service_of(flow.steps[earlier].step) == publisher for earlier in step.after))
    return next(direct, mine[0])


def _place(step: FlowStep) -> Place:
    return at_step(step.step.route, "listens" if step.step.listens is not None else "step")


def _busiest(ring: tuple[str, ...], facts: Facts) -> str:
    services = [service_of(step) for step in facts.saga.steps]
    return max(ring, key=services.count)


RULE = Rule(
    code="SG809",
    name="service-cycle",
    severity="warning",
    why="Neither can be changed, tested or released without the others, and nobody sees the flow in any of them.",
    check=check,
    concerns="events",
)
