"""SG807 failure-not-heard: a step fails, and a participant that has to undo its own part never hears of it.

Nobody leads, so the way back works only if the failure of each step reaches every participant that did something
before it or beside it: the failure itself, or the event that somebody else is undone, in a chain that does not break.
A list in `listens` means all of its events, so a compensation that lists two failures waits for both. A step that has
nothing to undo passes on what it hears: it tells that nothing is left of it.

Source: Richardson, Microservices Patterns, chapter 4; Azure Architecture Center, Choreography pattern.
Since: 0.1
Fix: unsafe

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
        compensation: {command: ReleaseItems, listens: [ChargeCardFailed]}
      - step: charge-card
        participant: payment
        listens: [ReserveItemsDone]
        action: ChargeCard
        rejects: [CardDeclined]
        compensation: {command: RefundCard, listens: [ShipOrderFailed]}
      - step: ship-order
        participant: shipping
        listens: [ChargeCardDone]
        action: ShipOrder
        rejects: [AddressUnknown]
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
        compensation: {command: ReleaseItems, listens: {any: [ChargeCardFailed, ChargeCardUndone]}}
      - step: charge-card
        participant: payment
        listens: [ReserveItemsDone]
        action: ChargeCard
        rejects: [CardDeclined]
        compensation: {command: RefundCard, listens: [ShipOrderFailed]}
      - step: ship-order
        participant: shipping
        listens: [ChargeCardDone]
        action: ShipOrder
        rejects: [AddressUnknown]
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.errors import nearest
from sagactl.finding import Fix, Place, Put, Related
from sagactl.flow import FlowStep, failure_event
from sagactl.linter.events import MOST_LISTENING, starts_on, undo_listens
from sagactl.linter.remedies import how_it_fails
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Listens, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.choreographed:
        return
    if facts.events.too_large:
        yield _too_large(saga)
        return
    for step in facts.flow.steps:
        heard = undo_listens(step)
        if heard is not None and step.kind == "compensatable":
            unheard = [
                failing
                for failing in facts.flow.members(facts.endangers(step.index))
                if not starts_on(heard, facts.events.aftermath(failing))
            ]
            if unheard and not _is_misspelt(heard, unheard, facts):
                yield _hit(step, heard, unheard)


def _is_misspelt(heard: Listens, unheard: list[FlowStep], facts: Facts) -> bool:
    """Whether the event is meant but written otherwise: orphan-event says so."""
    known = {*facts.saga.starts_on, *facts.events.awaited, *facts.events.publishers}
    events = [failure_event(failing.step) for failing in unheard]
    return any(event not in known and nearest(event, events) is not None for event in heard.events)


def _hit(step: FlowStep, heard: Listens, unheard: list[FlowStep]) -> Hit:
    events = list(dict.fromkeys(failure_event(failing.step) for failing in unheard))
    any_of = list(dict.fromkeys((*heard.events, *events)))
    first = f"`{unheard[0].id}`" + (f" (and {len(unheard) - 1} more)" if len(unheard) > 1 else "")
    message = f"the compensation of `{step.id}` does not hear that {first} failed"
    if not set(heard.events).isdisjoint(events):
        message = f"the compensation of `{step.id}` needs all its events, so it does not start when {first} fails"
    return Hit(
        message,
        Place(heard.route),
        step.id,
        help=f"listens: {{any: [{', '.join(any_of)}]}}",
        related=tuple(
            Related(f"{how_it_fails(failing)}: `{failure_event(failing.step)}`", at_step(failing.step.route))
            for failing in unheard
        ),
        fix=Fix("let it hear each of them", safe=False, changes=(Put(heard.route, {"any": any_of}),)),
    )


def _too_large(saga: Saga) -> Hit:
    return Hit(
        f"`{saga.id}` has too many steps and listeners to follow each failure: their product is over {MOST_LISTENING}",
        Place(("saga",)),
        help="let one service lead, or split the saga",
        note="Nobody knows whether every failure reaches all those who have to undo their part.",
        severity="info",
    )


RULE = Rule(
    code="SG807",
    name="failure-not-heard",
    severity="error",
    why="What that participant did stands for good, although the run was given up.",
    check=check,
    concerns="events",
)
