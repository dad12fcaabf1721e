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

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sagactl.finding import Place, Related
from sagactl.flow import exclusive
from sagactl.linter.rule import Digest, Hit, Rule, at_step
from sagactl.model import Compensation, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


class Written(NamedTuple):
    """The resources that a saga writes, and its undos that set one back without any countermeasure."""

    resources: frozenset[str]
    undos: tuple[tuple[str, Hit], ...]


def digest(saga: Saga, facts: Facts) -> Written | None:
    resources = frozenset(id for step in saga.steps for id in step.writes)
    return Written(resources, tuple(_undos(saga))) if resources else None


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    for each in digests:
        for id, hit in each.value.undos:
            if hit.related:
                yield hit._replace(path=each.path)
                continue
            other = next((other for other in digests if other.saga != each.saga and id in other.value.resources), None)
            if other is not None:
                said = f"{hit.message} what the saga `{other.saga}` may have written"
                yield hit._replace(message=said, path=each.path)


def _undos(saga: Saga) -> Iterator[tuple[str, Hit]]:
    for step in saga.steps:
        if step.write_mode == "set" and step.compensation is not None:
            for position, id in enumerate(step.writes):
                resource = saga.resources.get(id)
                if resource is None or resource.countermeasure is None:
                    yield id, _hit(saga, step, step.compensation, position, id)


def _hit(saga: Saga, step: Step, undo: Compensation, position: int, id: str) -> Hit:
    """What is said where another step of this saga writes too; else the words before the name of another saga."""
    place = Place((*step.route, "writes", position))
    help = f"undo by the contrary change (`write_mode: add`), or protect `{id}` with `countermeasure: version`"
    sets_back = f"`{undo.command}` sets `{id}` back over"
    other = _writer_here(saga, step, id)
    if other is None:
        return Hit(sets_back, place, step.id, help)
    related = (Related(f"`{other.id}` writes it too", at_step(other.route, "writes")),)
    return Hit(f"{sets_back} what `{other.id}` has written", place, step.id, help, related=related)


def _writer_here(saga: Saga, step: Step, id: str) -> Step | None:
    return next(
        (each for each in saga.steps if each is not step and id in each.writes and not exclusive(each, step)), None
    )


RULE = Rule(
    code="SG107",
    name="overwriting-undo",
    severity="info",
    why="Setting the old value back wipes out what others have written in between.",
    digest=digest,
    check_all=check_all,
    concerns="resources",
)
