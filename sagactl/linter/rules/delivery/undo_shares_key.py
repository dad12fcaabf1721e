"""SG304 undo-shares-key: an action and its compensation have the same idempotency key.

The participant has seen the key when the compensation comes, takes it for another copy of the action, answers that it
is done, and undoes nothing. The other way round, a late action is taken for the compensation. The default keys differ
by `:undo`.

Source: DTM documentation: each branch is known by the transaction, the branch and the operation.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: {command: ReleaseItems, key: '{saga_id}:{step}'}
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
        compensation: {command: ReleaseItems, key: '{saga_id}:{step}:undo'}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Put, Related
from sagactl.linter.keys import Key
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for action, undo in pairwise(facts.keys):
        same = (action.participant, action.same_as) == (undo.participant, undo.same_as)
        if undo.is_undo and action.step is undo.step and same:
            yield _hit(*(undo, action) if undo.is_written else (action, undo))


def _hit(key: Key, other: Key) -> Hit:
    """It stands at a key that is written: that of the compensation, if both are."""
    where = other.place if other.is_written else at_step(other.step.step.route)
    apart = f"{other.text}:undo" if key.is_undo else key.default
    return Hit(
        f"`{key.command}` and `{other.command}` of `{key.step.id}` have the same key `{key.text}`",
        key.place,
        key.step.id,
        help=f"key: '{apart}'",
        related=(Related(f"the key of `{other.command}`", where),),
        fix=Fix("give it a key of its own", safe=False, changes=(Put(key.place.route, apart),)),
    )


RULE = Rule(
    code="SG304",
    name="undo-shares-key",
    severity="error",
    why="The participant takes the undo for a copy of the action, answers that it is done, and undoes nothing.",
    check=check,
    concerns="keys",
)
