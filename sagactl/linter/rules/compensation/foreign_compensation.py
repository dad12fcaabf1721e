"""SG105 foreign-compensation: the compensation is sent to another participant than the action.

Only the one who did it knows whether it was done, recognises the key of the action, and can refuse an action that
arrives after its compensation. Somebody else undoes what may never have happened. Participants that share one store are
one in this respect.

Source: tombstones and fences are kept by the participant (Seata TCC fence, DTM branch barrier).
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: {command: ReleaseItems, participant: warehouse}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: {command: ReleaseItems}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Drop, Fix, Place, Related
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        undo = step.compensation
        if undo is None or undo.participant is None or undo.participant == step.participant:
            continue
        if not _share_a_store(saga, step, undo.participant):
            yield _hit(step, undo.command, undo.participant)


def _share_a_store(saga: Saga, step: Step, other: str) -> bool:
    left, right = saga.participants.get(step.participant or ""), saga.participants.get(other)
    return left is not None and right is not None and left.store is not None and left.store == right.store


def _hit(step: Step, command: str, other: str) -> Hit:
    route = (*step.route, "compensation", "participant")
    doer = f"`{step.participant}`" if step.participant else "the saga's owner"
    return Hit(
        f"{doer} does `{step.action}`, but `{other}` is told to undo it",
        Place(route),
        step.id,
        help=f"let {doer} do `{command}` and pass it on itself if need be",
        related=(Related(f"done by {doer}", at_step(step.route, "participant" if step.participant else "local")),),
        fix=Fix(f"let {doer} undo it", safe=False, changes=(Drop(route),)),
    )


RULE = Rule(
    code="SG105",
    name="foreign-compensation",
    severity="warning",
    why="Somebody else cannot know whether the action was done, nor refuse it when it arrives late.",
    check=check,
)
