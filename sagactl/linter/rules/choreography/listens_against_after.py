"""SG817 listens-against-after: `after` says another order than the events that the step listens to.

With `listens` the order follows from the events, and nothing looks at `after` any more. Whoever reads the list believes
it, and the service does something else: it starts too early, or never. An `after` that says the same is harmless.

Source: one fact in one place (Hunt and Thomas, The Pragmatic Programmer, 1999).
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ReserveItemsFailed, ReserveItemsUndone, ChargeCardFailed, ChargeCardUndone]
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
      - step: ship-order
        after: [reserve-items, charge-card]
        participant: shipping
        listens: [ReserveItemsDone]
        action: ShipOrder
        compensation: CallBackOrder

Good:
    saga: order
    style: choreography
    correlation: input.order_id
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ReserveItemsFailed, ReserveItemsUndone, ChargeCardFailed, ChargeCardUndone]
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
      - step: ship-order
        participant: shipping
        listens: [ReserveItemsDone, ChargeCardDone]
        action: ShipOrder
        compensation: CallBackOrder
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Drop, Fix, Related
from sagactl.flow import Flow, FlowStep, exclusive, success_event
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.by_events:
        return
    for step in facts.flow.steps:
        if step.step.after is not None and step.step.listens is not None:
            said = _difference(step, facts.flow)
            if said:
                yield _hit(step, said, facts.flow)


def _difference(step: FlowStep, flow: Flow) -> str:
    """What `after` says and the events do not, or the other way round, in words; empty if they agree."""
    written = [flow[id] for id in step.step.after or () if id in flow and id != step.id]
    heard = [flow.steps[index] for index in step.after]
    named, real = _reached(written, flow), _reached(heard, flow)
    if missing := [other for other in written if not real >> other.index & 1]:
        return f"does not hear {_events(missing)}, though its `after` names {_names(missing)}"
    if more := [other for other in heard if not named >> other.index & 1]:
        return f"hears {_events(more)}, and its `after` does not name {_names(more)}"
    if step.join == "any" and _may_meet(written):
        return f"starts on any of its events, though its `after` waits for {_names(written)}"
    return ""


def _reached(steps: list[FlowStep], flow: Flow) -> int:
    """The steps and all that comes before them, as a bit set."""
    bits = 0
    for step in steps:
        bits |= flow.ancestors[step.index] | 1 << step.index
    return bits


def _names(steps: list[FlowStep]) -> str:
    return " and ".join(f"`{step.id}`" for step in steps)


def _events(steps: list[FlowStep]) -> str:
    return " and ".join(f"`{success_event(step.step)}`" for step in steps)


def _may_meet(steps: list[FlowStep]) -> bool:
    """Whether two of the steps may run in one run."""
    return any(not exclusive(left.step, right.step) for at, left in enumerate(steps) for right in steps[at + 1 :])


def _hit(step: FlowStep, said: str, flow: Flow) -> Hit:
    events = [success_event(flow[id].step) for id in step.step.after or () if id in flow]
    meant = f"; or, if `after` is right:\nlistens: [{', '.join(events)}]" if events else ""
    return Hit(
        f"`{step.id}` {said}",
        at_step(step.step.route, "after"),
        step.id,
        help=f"remove `after`{meant}",
        related=(Related(f"`{step.id}` starts on these events", at_step(step.step.route, "listens")),),
        fix=Fix("let the events decide", safe=False, changes=(Drop((*step.step.route, "after")),)),
    )


RULE = Rule(
    code="SG817",
    name="listens-against-after",
    severity="error",
    why="The step starts when its events come, whatever the list promises those who read it.",
    check=check,
    concerns="events",
)
