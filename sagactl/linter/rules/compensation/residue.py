"""SG116 residue: an effect outside that its compensation takes back, but not without a trace.

A refund leaves two lines on a statement and perhaps a fee, a recalled parcel costs its way back. That is no defect, but
it is a price that each rollback pays: the later the step stands, the less often. Off by default; choose it when the
order of steps is under discussion.

Source: Garcia-Molina and Salem, Sagas, 1987: compensation does not restore the state, it makes up for it.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        external: money-in
        compensation: RefundCard
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [OutOfStock]
        compensation: ReleaseItems

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [OutOfStock]
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        external: money-in
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.linter.commands import NOTICES
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in facts.flow.steps:
        if step.undo is None or not step.step.external or facts.after_pivot >> step.index & 1:
            continue
        effect = next((name for name in step.step.external if name.lower() not in NOTICES), None)
        failing = facts.fails_later(step.index)
        if effect is not None and failing:
            other = next(facts.flow.members(failing))
            yield Hit(
                f"`{effect}` of `{step.id}` leaves a trace when `{other.id}` fails and it is undone",
                at_step(step.step.route, "external"),
                step.id,
                help=f"let `{step.id}` come after `{other.id}`, if its data allow",
                related=(Related(f"`{other.id}` can fail", at_step(other.step.route)),),
            )


RULE = Rule(
    code="SG116",
    name="residue",
    severity="info",
    why="Each rollback pays for what its compensation cannot take back without a trace.",
    check=check,
    concerns="effects",
    default=False,
)
