"""SG112 no-item-compensation: a `for_each` that may stop half way, and nothing that undoes the items done.

A step over a list is not one effect but many. When the third item is refused, the first two are done: the step is
neither done nor undone. Give each item a compensation, or let the whole list be done by one command; a list whose items
are tried until they are done cannot stop half way.

Source: public Step Functions definitions with a Map state and one Catch for all of it.
Since: 0.1

Bad:
    saga: basket
    input: {items: array}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-item
        for_each: input.items
        max_items: 20
        participant: shipping
        action: ShipItem
        rejects: [AddressUnknown]
        kind: pivot

Good:
    saga: basket
    input: {items: array}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-items
        participant: shipping
        action: ShipAllItems
        rejects: [AddressUnknown]
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.flow import FlowStep
from sagactl.linter.commands import undo_name
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        if step.for_each is None or step.compensation is not None or step.max_items == 1:
            continue
        if facts.forgotten >> index & 1:
            continue  # missing-compensation or unexplained-omission says it
        if facts.flow.steps[index].kind in ("pivot", "compensatable") and facts.failing >> index & 1:
            yield _hit(facts.flow.steps[index], saga)


def _hit(step: FlowStep, saga: Saga) -> Hit:
    definition = step.step
    if definition.rejects:
        cause = f"says `{definition.rejects[0]}`"
    else:
        cause = "fails on its only try" if step.action.tries == 1 else f"fails {step.action.tries} times"
    return Hit(
        f"when an item of `{step.id}` {cause}, the items before it stay done",
        at_step(definition.route, "for_each"),
        step.id,
        help=f"compensation: {undo_name(definition.action or '', saga)}",
    )


RULE = Rule(
    code="SG112",
    name="no-item-compensation",
    severity="warning",
    why="A list that stops half way leaves a step that is neither done nor undone.",
    check=check,
    concerns="items",
)
