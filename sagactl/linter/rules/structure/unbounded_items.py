"""SG011 unbounded-items: a `for_each` without a limit.

The time a run takes, the messages it sends and the compensations it may owe all grow with the list, and the list comes
from outside. With `max_items`, or `maxItems` in the type of the list, a longer one is refused before anything is done.

Source: quotas on item readers in workflow engines; the same limit on every queue and loop.
Since: 0.1
Fix: unsafe

Bad:
    saga: basket
    input: {items: array}
    steps:
      - step: reserve-item
        for_each: input.items
        participant: inventory
        action: ReserveItem
        compensation: ReleaseItem
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: basket
    input: {items: array}
    steps:
      - step: reserve-item
        for_each: input.items
        max_items: 50
        participant: inventory
        action: ReserveItem
        compensation: ReleaseItem
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Put
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga
from sagactl.shares import items

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.for_each is not None and items(saga, step) is None and _is_list(saga, step.for_each):
            yield Hit(
                f"`{step.id}` does `{step.action}` for every item of `{step.for_each}`, however many there are",
                at_step(step.route, "for_each"),
                step.id,
                help="max_items: 100",
                fix=Fix("allow 100 items", safe=False, changes=(Put((*step.route, "max_items"), 100),)),
            )


def _is_list(saga: Saga, path: str) -> bool:
    """Whether it may be one; of what is declared as something else, type-mismatch speaks."""
    from sagactl.linter.datatypes import agree, type_of

    typed = type_of(saga, path)
    return not typed.broken and agree(typed.type, "array")


RULE = Rule(
    code="SG011",
    name="unbounded-items",
    severity="warning",
    why="One long list makes a run that outlasts every deadline and owes thousands of compensations.",
    check=check,
    concerns="items",
)
