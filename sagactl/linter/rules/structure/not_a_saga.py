"""SG009 not-a-saga: one step, one participant or one database; a local transaction does it better.

A saga buys consistency across databases with intermediate states that everybody sees, with compensations that have to
be written, tested and watched. Where all effects end up in one database a transaction gives atomicity and isolation for
nothing. Waits, nested sagas and effects outside are reasons of their own, so this rule is silent about them, and about
a definition that another one runs as a step.

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
from sagactl.flow import FlowStep, exclusive
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_TRANSACTION = "make it one local transaction with an outbox for its messages; `sagactl recommend` compares the two"
_COMPOSE = "compose the reads where the answer is needed; a read that fails is repeated"


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if any(step.wait is not None or step.saga is not None for step in saga.steps):
        return
    steps = [step for step in facts.flow.steps if step.kind != "read-only"]
    where = _one_place(steps, facts)
    if where and not _is_nested(saga, facts):
        yield Hit(
            f"`{saga.id}` needs no saga: {where}",
            Place((*saga.route, "saga")),
            help=_TRANSACTION if steps else _COMPOSE,
            note="" if steps else "What changes nothing leaves nothing behind that a saga would have to take back.",
        )


def _one_place(steps: list[FlowStep], facts: Facts) -> str:
    """The one place where all effects happen, in words; empty when there are several or one cannot know.

    `recommend` says of all these that no saga is needed: what people see outside is in no database.
    """
    if not steps:
        return "no step has an effect"
    if len(steps) == 1 and _is_one_write(steps[0], facts):
        return f"`{steps[0].id}` is its only step with an effect"
    if any(step.step.external for step in steps):
        return ""
    participants = {step.step.participant for step in steps}
    store = _one_store(facts.saga, participants)
    several = len(steps) > 1 or steps[0].step.for_each is not None
    if len(participants) > 1 or not (several or store):
        return store if len(participants) > 1 else ""
    if participants != {None}:
        return f"all its effects are those of `{steps[0].step.participant}`"
    return "all of it is local to its owner" if all(step.step.local for step in steps) else ""


def _is_one_write(step: FlowStep, facts: Facts) -> bool:
    """Whether it is one command, and nothing says no when it is done."""
    near = facts.flow.descendants[step.index] | facts.flow.beside(step.index)
    return step.step.for_each is None and not any(
        other.says_no and not exclusive(other.step, step.step) for other in facts.flow.members(near)
    )


def _is_nested(saga: Saga, facts: Facts) -> bool:
    """Whether another definition of the run has it as a step: then it is part of a saga, not one of its own."""
    return any(step.saga == saga.id for other in facts.sagas.values() for step in other.steps)


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
