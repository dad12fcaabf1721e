"""SG009 not-a-saga: one step, one participant or one database; a local transaction does it better.

A saga buys consistency across databases with intermediate states that everybody sees, with compensations that have to
be written, tested and watched. Where all effects end up in one database a transaction gives atomicity and isolation for
nothing. Waits and nested sagas are reasons of their own, so this rule is silent about them.

Source: Richardson, Microservices Patterns, chapter 4; Azure Architecture Center, Saga pattern.
Since: 0.1

Bad:
    saga: order
    participants:
      orders: {store: shop-db}
      stock: {store: shop-db}
    steps:
      - step: reserve-items
        participant: stock
        action: ReserveItems
        compensation: ReleaseItems
      - step: place-order
        participant: orders
        action: PlaceOrder
        kind: pivot

Good:
    saga: order
    participants:
      orders: {store: orders-db}
      stock: {store: warehouse-db}
    steps:
      - step: reserve-items
        participant: stock
        action: ReserveItems
        compensation: ReleaseItems
      - step: place-order
        participant: orders
        action: PlaceOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_HELP = "make it one local transaction with an outbox for its messages; `sagactl recommend` compares the two"


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    where = _one_place(saga)
    if where:
        yield Hit(f"`{saga.id}` needs no saga: {where}", Place((*saga.route, "saga")), help=_HELP)


def _one_place(saga: Saga) -> str:
    """The one place where all effects happen, in words; empty when there are several or one cannot know."""
    steps: list[Step] = []
    for step in saga.steps:
        if step.wait is not None or step.saga is not None:
            return ""
        if step.kind != "read-only":
            steps.append(step)
    if len(steps) < 2:
        return _few(steps)
    if any(step.local for step in steps):
        return "all of it is local to its owner" if all(step.local for step in steps) else ""
    participants = {step.participant for step in steps}
    if len(participants) == 1:
        return f"all its effects are those of `{steps[0].participant}`"
    return _one_store(saga, participants)


def _few(steps: list[Step]) -> str:
    if not steps:
        return "no step has an effect"
    return f"`{steps[0].id}` is its only step with an effect"


def _one_store(saga: Saga, participants: set[str | None]) -> str:
    stores = {known.store if (known := saga.participants.get(name or "")) else None for name in participants}
    if len(stores) > 1 or None in stores:
        return ""
    names = " and ".join(f"`{name}`" for name in sorted(filter(None, participants)))
    return f"{names} share the store `{stores.pop()}`"


RULE = Rule(
    code="SG009",
    name="not-a-saga",
    severity="info",
    why="A saga shows intermediate states to everybody and has to be watched; a local transaction does neither.",
    check=check,
)
