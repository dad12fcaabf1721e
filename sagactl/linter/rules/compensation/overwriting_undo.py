"""SG107 overwriting-undo: a value that others write too is set back to what it was.

Between the action and its compensation another step or another saga may have written the resource; setting the old
value again wipes that out. Undo by a contrary change (`add`), compare a version, or keep others out with a semantic
lock.

Source: Azure Architecture Center, Compensating Transaction; Richardson, Microservices Patterns, chapter 4.
Since: 0.1

Bad:
    saga: order
    resources: {stock: {participant: inventory}}
    steps:
      - step: take-items
        participant: inventory
        action: TakeItems
        writes: [stock]
        write_mode: set
        compensation: SetStockBack
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: refill-shelf
        participant: inventory
        action: RefillShelf
        writes: [stock]
        compensation: EmptyShelf

Good:
    saga: order
    resources: {stock: {participant: inventory, countermeasure: commutative}}
    steps:
      - step: take-items
        participant: inventory
        action: TakeItems
        writes: [stock]
        write_mode: add
        compensation: GiveItemsBack
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: refill-shelf
        participant: inventory
        action: RefillShelf
        writes: [stock]
        write_mode: add
        compensation: EmptyShelf
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.flow import exclusive
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.write_mode == "set" and step.compensation is not None:
            for position, id in enumerate(step.writes):
                resource = saga.resources.get(id)
                if resource is None or resource.countermeasure is None:
                    yield from _overwrites(saga, facts, step, position, id)


def _overwrites(saga: Saga, facts: Facts, step: Step, position: int, id: str) -> Iterator[Hit]:
    undo = step.compensation.command if step.compensation is not None else ""
    place = Place((*step.route, "writes", position))
    help = f"undo by the contrary change (`write_mode: add`), or protect `{id}` with `countermeasure: version`"
    other = _writer_here(saga, step, id)
    if other is not None:
        related = (Related(f"`{other.id}` writes it too", at_step(other.route, "writes")),)
        yield Hit(
            f"`{undo}` sets `{id}` back over what `{other.id}` has written", place, step.id, help, related=related
        )
        return
    elsewhere = next((name for name, each in facts.sagas.items() if name != saga.id and _writes(each, id)), None)
    if elsewhere is not None:
        yield Hit(f"`{undo}` sets `{id}` back over what the saga `{elsewhere}` may have written", place, step.id, help)


def _writer_here(saga: Saga, step: Step, id: str) -> Step | None:
    return next(
        (each for each in saga.steps if each is not step and id in each.writes and not exclusive(each, step)), None
    )


def _writes(saga: Saga, id: str) -> bool:
    return any(id in step.writes for step in saga.steps)


RULE = Rule(
    code="SG107",
    name="overwriting-undo",
    severity="info",
    why="Setting the old value back wipes out what others have written in between.",
    check=check,
)
