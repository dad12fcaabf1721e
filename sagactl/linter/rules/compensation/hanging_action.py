"""SG115 hanging-action: an action that arrives after its compensation is done all the same.

The coordinator gives up waiting and undoes; the compensation finds nothing, says so, and the run is recorded as
compensated. Then the request arrives that was on its way all the time. Only the participant can refuse it, by
remembering that its key was cancelled, unless it receives everything in the order in which it was sent
(`ordered_delivery`). A status query is no cure: it is answered before the late request comes.

Source: the hanging action of Apache Seata's TCC fence and of DTM's branch barrier; Apache Camel, Saga EIP.
Since: 0.1

Bad:
    saga: order
    participants: {inventory: {rejects_late_actions: false}, payment: {}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    participants: {inventory: {rejects_late_actions: true}, payment: {}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
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
from sagactl.linter.delivery import and_more, by_place, doer, is_undone_after_a_no, others, undo_command
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    delivery = facts.delivery
    hanging = [
        step
        for step in delivery.hanging
        # empty-compensation tells of those whose compensation is sent after every no.
        if step.promises.rejects_late_actions is False and not is_undone_after_a_no(step)
    ]
    for place, steps in by_place(hanging, lambda step: delivery.stated_at(step, "rejects_late_actions")):
        yield _hit(place, steps)


def _hit(place: Place, steps: list[FlowStep]) -> Hit:
    step = steps[0]
    return Hit(
        f"when `{step.step.action}` of `{step.id}`{and_more(steps)} arrives after `{undo_command(step)}`, "
        f"{doer(step)} does it after all",
        place,
        step.id,
        help=f"rejects_late_actions: true\n# once {doer(step)} remembers what it was told to undo, and refuses it",
        related=others(steps, lambda other: f"`{other.step.action}` too"),
    )


RULE = Rule(
    code="SG115",
    name="hanging-action",
    severity="warning",
    why="The run is recorded as compensated while the late effect stands, and nothing ever undoes it.",
    check=check,
)
