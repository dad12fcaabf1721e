"""SG011 unbounded-items: a `for_each` without a limit.

The time a run takes, the messages it sends and the compensations it may owe all grow with the list, and the list comes
from outside. With `max_items`, or `maxItems` in the type of the list, a longer one is refused before anything is done.

Source: quotas on item readers in workflow engines; the same limit on every queue and loop.
Since: 0.1

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

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Fragment, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.for_each is not None and step.max_items is None and not _is_bounded(saga, step.for_each):
            yield Hit(
                f"`{step.id}` does `{step.action}` for every item of `{step.for_each}`, however many there are",
                at_step(step.route, "for_each"),
                step.id,
                help="max_items: 100",
            )


def _is_bounded(saga: Saga, path: str) -> bool:
    """Whether the type of the list says how long it may be."""
    segments = path.split(".")
    fragment: Fragment | None = None
    if segments[0] == "input" and len(segments) == 2:
        fragment = saga.input.get(segments[1])
    elif segments[0] == "steps" and len(segments) == 4:
        source = saga.step(segments[1])
        fragment = source.output.get(segments[3]) if source is not None else None
    return isinstance(fragment, Mapping) and "maxItems" in fragment


RULE = Rule(
    code="SG011",
    name="unbounded-items",
    severity="warning",
    why="One long list makes a run that outlasts every deadline and owes thousands of compensations.",
    check=check,
)
