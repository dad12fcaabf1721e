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

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.flow import FlowStep, exclusive
from sagactl.linter.rule import Digest, Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_TRANSACTION = "make it one local transaction with an outbox for its messages; `sagactl recommend` compares the two"
_COMPOSE = "compose the reads where the answer is needed; a read that fails is repeated"


def digest(saga: Saga, facts: Facts) -> tuple[tuple[str, ...], Hit | None] | None:
    """The sagas that this one runs as steps, and what there is to say of it if none runs this one."""
    inner = tuple(step.saga for step in saga.steps if step.saga is not None)
    hit = None if inner or any(step.wait is not None for step in saga.steps) else _hit(saga, facts)
    return (inner, hit) if inner or hit is not None else None


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    """A saga that another one of the run has as a step is part of that, not one of its own."""
    nested = {id for each in digests for id in each.value[0]}
    for each in digests:
        hit: Hit | None = each.value[1]
        if hit is not None and each.saga not in nested:
            yield hit._replace(path=each.path)


def _hit(saga: Saga, facts: Facts) -> Hit | None:
    steps = [step for step in facts.flow.steps if step.kind != "read-only"]
    where = _one_place(steps, facts)
    if not where:
        return None
    return Hit(
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
    digest=digest,
    check_all=check_all,
)
