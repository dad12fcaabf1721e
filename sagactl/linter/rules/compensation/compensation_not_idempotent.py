"""SG108 compensation-not-idempotent: a compensation of which the participant does each copy again.

A compensation is tried until an answer comes, so it is sent more than once sooner or later; and a run that is taken up
again after a crash sends the last one once more. A refund that is not recognised is paid twice. What a participant
states of itself holds for its compensations too, and retry-without-idempotency speaks of that; a compensation may state
its own `idempotency`.

Source: Temporal documentation, on compensations; Apache Camel, Saga EIP: compensations must be idempotent.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: {command: RefundCard, idempotency: none}
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: {command: RefundCard, idempotency: key}
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.flow import FlowStep
from sagactl.linter.delivery import and_more, by_place, others, undo_command, undoer
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    repeats = [
        step for step in facts.delivery.undone if step.undo_promises.idempotency == "none" and not _is_told(step, facts)
    ]
    for place, steps in by_place(repeats, facts.delivery.undo_stated_at):
        yield _hit(place, steps)


def _is_told(step: FlowStep, facts: Facts) -> bool:
    """Whether the same statement makes the action unsafe, so that retry-without-idempotency tells of it."""
    if step.promises.idempotency != "none":
        return False
    return facts.delivery.undo_stated_at(step) == facts.delivery.stated_at(step, "idempotency")


def _hit(place: Place, steps: list[FlowStep]) -> Hit:
    step = steps[0]
    return Hit(
        f"the undo of `{step.id}`{and_more(steps)} may be sent more than once, "
        f"and {undoer(step)} does each copy of `{undo_command(step)}` again",
        place,
        step.id,
        help=f"idempotency: key\n# once {undoer(step)} remembers the keys of what it has undone",
        related=others(steps, lambda other: f"`{undo_command(other)}` too"),
    )


RULE = Rule(
    code="SG108",
    name="compensation-not-idempotent",
    severity="warning",
    why="A compensation whose answer was lost is sent again and done again: money is paid back twice.",
    check=check,
)
