"""SG006 redundant-dependency: `after` names a step that another one in the same list already comes after.

The order is the same without it. What remains tells the reader which results the step really waits for, and a later
change of the order does not have to be made in two places. A dependency beside a step that may be skipped is left
alone: there it says what the step waits for in any case.

Source: transitive reduction (Aho, Garey, Ullman, 1972).
Since: 0.1
Fix: safe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        after: [reserve-items]
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        after: [reserve-items, charge-card]
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        after: [reserve-items]
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        after: [charge-card]
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Drop, Fix, Place, Related
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.after is not None and len(step.after) > 1 and step.listens is None:
            yield from _redundant(step, facts)


def _redundant(step: Step, facts: Facts) -> Iterator[Hit]:
    flow = facts.flow
    after = step.after or ()
    implied = {id: by for id in after if (by := _implied_by(id, step, facts)) is not None}
    kept = ", ".join(id for id in after if id not in implied)
    for position, id in enumerate(after):
        if id in implied:
            by = implied[id]
            yield Hit(
                f"`{step.id}` comes after `{by}`, which already comes after `{id}`",
                Place((*step.route, "after", position)),
                step.id,
                help=f"write `after: [{kept}]`",
                related=(Related(f"`{by}` comes after `{id}`", Place((*flow[by].step.route, "step"))),),
                fix=Fix(f"drop `{id}`", changes=(Drop((*step.route, "after", position)),)),
            )


def _implied_by(id: str, step: Step, facts: Facts) -> str | None:
    """Another step of the list that always runs with this one and comes after `id`."""
    flow = facts.flow
    if id not in flow:
        return None
    for other in step.after or ():
        if other == id or other not in flow or not flow.sure_ancestors[flow.index[other]] >> flow.index[id] & 1:
            continue
        if all(step.when.get(choice) == outcome for choice, outcome in flow[other].step.when.items()):
            return other
    return None


RULE = Rule(
    code="SG006",
    name="redundant-dependency",
    severity="warning",
    why="A dependency that says nothing hides the ones that do, and has to be kept right at every change of the order.",
    check=check,
)
