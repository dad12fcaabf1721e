"""SG316 forgotten-rejection: a request that was rejected may still be done, because nobody remembers the no.

The participant says no; an earlier try times out too soon, so a second copy is on its way; by the time it arrives there
is stock again, and it is done. The run has heard the first answer, takes the step for rejected and does not undo it.
Either the participant remembers the no, or the step is undone after a rejection too (`failed_step: always`).

Source: the policies of a single step, explored: idempotency and a tombstone alone are not safe.
Since: 0.1

Bad:
    saga: order
    participants: {inventory: {remembers_failures: false}, payment: {}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [OutOfStock]
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    participants: {inventory: {remembers_failures: true}, payment: {}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [OutOfStock]
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.flow import FlowStep
from sagactl.linter.delivery import and_more, by_place, doer, needs_memory, others
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    delivery = facts.delivery
    forgetful = [step for step in delivery.sent if step.promises.remembers_failures is False and needs_memory(step)]
    for place, steps in by_place(forgetful, lambda step: delivery.stated_at(step, "remembers_failures")):
        yield _hit(place, steps)


def _hit(place: Place, steps: list[FlowStep]) -> Hit:
    step = steps[0]
    again = "\n# or, so that it is undone after a no as well:\nfailed_step: always" if step.undo is not None else ""
    return Hit(
        f"{doer(step)} forgets that it said `{step.step.rejects[0]}` to `{step.id}`{and_more(steps)}: "
        f"a second copy of `{step.step.action}` may be done",
        place,
        step.id,
        help="remembers_failures: true" + again,
        related=others(steps, lambda other: f"`{other.step.rejects[0]}` of `{other.id}` too"),
    )


RULE = Rule(
    code="SG316",
    name="forgotten-rejection",
    severity="warning",
    why="The step counts as rejected and is not undone, while a later copy of its request was accepted and stands.",
    check=check,
)
