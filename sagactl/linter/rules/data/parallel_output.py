"""SG705 parallel-output: the answer of a step that is done for many items at once is taken as if there were one.

A step with `for_each` and `parallel` has as many answers as items, and they come in an order that changes from run to
run: a step or a choice that takes one datum from it gets that of any item. Let the step after it be done for each item
too, or let one answer stand for all, such as the identifier of the whole batch from the step that opens it.

Source: Amazon States Language, Map state, whose output is the array of the outputs of its iterations.
Since: 0.1

Bad:
    saga: order
    input: {items: array}
    steps:
      - step: reserve-items
        for_each: input.items
        max_items: 50
        parallel: true
        participant: inventory
        action: ReserveItem
        input: {item: item}
        output: {shelf: string}
        compensation: ReleaseItem
      - step: pick-items
        participant: warehouse
        action: PickItems
        input: {shelf: steps.reserve-items.output.shelf}
        kind: pivot

Good:
    saga: order
    input: {items: array, order_id: string}
    steps:
      - step: reserve-items
        for_each: input.items
        max_items: 50
        parallel: true
        participant: inventory
        action: ReserveItem
        input: {item: item, order: input.order_id}
        output: {shelf: string}
        compensation: ReleaseItem
      - step: pick-items
        participant: warehouse
        action: PickItems
        input: {order: input.order_id}
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for datum in facts.data:
        source = saga.steps[datum.source]
        if not _is_many_at_once(source) or datum.source == datum.step:
            continue
        if datum.use == "for_each" or source.output[datum.output] == "array":
            continue
        step = saga.steps[datum.step]
        taker = f"choice `{datum.choice}`" if datum.use == "when" else f"`{step.id}`"
        yield Hit(
            f"{taker} takes one `{datum.output}` from `{source.id}`, which brings one for each item, in any order",
            datum.place,
            step.id,
            help=f"do this for each item too, `for_each: {source.for_each}`, or take what holds for all items",
            related=(Related(f"`{source.id}` is done for many items at once", at_step(source.route, "parallel")),),
        )


def _is_many_at_once(step: Step) -> bool:
    return step.for_each is not None and (step.parallel is True or (step.parallel or 0) > 1)


RULE = Rule(
    code="SG705",
    name="parallel-output",
    severity="warning",
    why="The step goes on with the answer of whichever item happened to be the last.",
    check=check,
    concerns="outputs",
)
