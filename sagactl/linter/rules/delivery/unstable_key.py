"""SG302 unstable-key: the idempotency key is another one at each try.

A participant recognises a repeated request by its key. A key that holds the time, a random number or the number of the
try is new each time, so every copy looks like a first one and is done again. What the run, the step and the item are
called does not change from try to try.

Source: public sagas that draw a UUID inside the retried call.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        key: '{saga_id}:{step}:{attempt}'
        compensation: ReleaseItems
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
        key: '{saga_id}:{step}'
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sagactl.finding import Drop, Fix
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga
from sagactl.source.references import REFUSED_VARIABLES

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_HOLDS: Final = {"attempt": "the number of the try", "now": "the time", "uuid": "a random number"}


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for key in facts.keys:
        unstable = next((name for name in key.variables if name in REFUSED_VARIABLES), None)
        if unstable is not None:
            yield Hit(
                f"the key of `{key.command}` of `{key.step.id}` holds {_HOLDS[unstable]}, so each try has another one",
                key.place,
                key.step.id,
                help=f"key: '{key.default}'\n# or nothing, as this is what holds without it",
                fix=Fix("take the default key", safe=False, changes=(Drop(key.place.route),)),
            )


RULE = Rule(
    code="SG302",
    name="unstable-key",
    severity="error",
    why="Every copy of the request looks like a first one and is done again.",
    check=check,
    concerns="keys",
)
