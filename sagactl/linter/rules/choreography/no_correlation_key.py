"""SG801 no-correlation-key: nobody leads, and nothing says by which key the messages of one run belong together.

In an orchestration the run's id is in every command and every reply. Where services only hear events, each of them has
to find its own part of the run by a key of the business that every message carries, and the event that starts the saga
comes from somebody who knows of no run. A truth value is no such key: it tells no more than two runs apart.

Source: NServiceBus, message correlation of sagas; Hohpe and Woolf, Enterprise Integration Patterns, Correlation
Identifier.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    style: choreography
    starts_on: [OrderPlaced]
    ends_with: [ShipOrderDone, ChargeCardFailed, ChargeCardUndone]
    steps:
      - step: charge-card
        participant: payment
        listens: [OrderPlaced]
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
    ends_with: [ShipOrderDone, ChargeCardFailed, ChargeCardUndone]
    input: {order_id: string}
    steps:
      - step: charge-card
        participant: payment
        listens: [OrderPlaced]
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
from typing import TYPE_CHECKING, Final

from sagactl.finding import Fix, Place, Put
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


_UNKNOWN: Final = "input.<what only one run has, such as order_id>"


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if not facts.choreographed:
        return
    if saga.correlation is None:
        key = _key(saga)
        yield Hit(
            f"nothing tells the messages of one run of `{saga.id}` from those of another",
            Place(("saga",)),
            help=f"correlation: {key or _UNKNOWN}",
            fix=Fix(f"tell them apart by `{key}`", safe=False, changes=(Put(("correlation",), key),)) if key else None,
        )
    elif saga.input.get(saga.correlation.removeprefix("input.")) == "boolean":
        yield Hit(
            f"`{saga.correlation}` is true or false, so it does not tell the runs of `{saga.id}` apart",
            Place(("correlation",)),
            help="name what only one run has, such as the number of the order",
        )


def _key(saga: Saga) -> str:
    """The datum that looks most like a key, as a path; empty where none does."""
    names = [name for name, type in saga.input.items() if type in ("string", "integer")]
    ids = [name for name in names if name == "id" or name.endswith(("_id", "Id", "_no", "_number"))]
    found = next(iter((*ids, *names)), None)
    return f"input.{found}" if found is not None else ""


RULE = Rule(
    code="SG801",
    name="no-correlation-key",
    severity="error",
    why="An event that belongs to no run is dropped, or taken for another customer's.",
    check=check,
    concerns="events",
)
