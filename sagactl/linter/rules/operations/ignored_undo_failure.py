"""SG502 ignored-undo-failure: a compensation fails, and the run ends as if it had not.

With `on_failure: ignore` a refund that was not made counts as made: the run is reported as undone, and nobody looks. A
compensation with `reply: false` is no better, as nobody would hear of its failure. A failure goes to a dead letter
queue, and the other compensations go on (`on_failure: continue`, which holds when nothing is written).

Source: public state machines in which an error on the way back ends the run as a success.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    rollback: {on_failure: ignore, retry: 5}
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
    rollback: {on_failure: continue, retry: 5, dead_letter: order-dlq}
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

from sagactl.finding import Drop, Fix, Place, Put
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    undone = [step for step in saga.steps if step.compensation is not None]
    if saga.rollback.on_failure == "ignore" and undone:
        yield _ignored(saga, undone)
    for step in undone:
        if step.compensation is not None and step.compensation.reply is False and not step.local:
            yield _unheard(step, step.compensation.command)


def _ignored(saga: Saga, undone: list[Step]) -> Hit:
    what = f"`{undone[0].id}`" if len(undone) == 1 else f"`{undone[0].id}` or of {len(undone) - 1} more"
    queue = saga.rollback.dead_letter or f"{saga.id}-dlq"
    return Hit(
        f"when the compensation of {what} fails, the failure is ignored",
        Place(("rollback", "on_failure")),
        help=f"rollback:\n  on_failure: continue\n  dead_letter: {queue}",
        fix=Fix("go on with the others", safe=False, changes=(Put(("rollback", "on_failure"), "continue"),)),
    )


def _unheard(step: Step, command: str) -> Hit:
    return Hit(
        f"nobody waits for the answer to `{command}`, so nobody learns whether `{step.id}` was undone",
        Place((*step.route, "compensation", "reply")),
        step.id,
        help="reply: true",
        fix=Fix("wait for the answer", safe=False, changes=(Drop((*step.route, "compensation", "reply")),)),
        note="Every rollback ends with a step that somebody has to look after.",
        severity="warning",
    )


RULE = Rule(
    code="SG502",
    name="ignored-undo-failure",
    severity="error",
    why="The run is reported as undone although the money was not given back, and nobody looks.",
    check=check,
)
