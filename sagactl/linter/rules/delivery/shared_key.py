"""SG303 shared-key: two commands that are not copies of each other have the same idempotency key.

A participant that knows the key answers "done" and does nothing. So a key names the run, the step, and inside a
`for_each` the item; the default does. A key made of input alone is shared by every run with the same input: the second
order of a customer is not charged, and a saga that is started again after a rollback does nothing. Where each run has
an input of its own, `correlation` says so.

Source: public sagas that take the id of a customer or an order for the key.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        key: reserve-items
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        key: '{saga_id}:reserve-items'
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Drop, Fix, Related
from sagactl.flow import exclusive
from sagactl.linter.keys import Key
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga
from sagactl.source.references import REFUSED_VARIABLES

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    first: dict[tuple[str, str], Key] = {}
    for key in facts.keys:
        if not set(key.variables).isdisjoint(REFUSED_VARIABLES):
            continue  # unstable-key says it
        other = first.setdefault((key.participant, key.same_as), key)
        hit = _between_runs(key, saga) or _between_items(key)
        if hit is None and other.step is not key.step and not exclusive(other.step.step, key.step.step):
            hit = _between_steps(key, other) if key.is_written else _between_steps(other, key)
        if hit is not None:
            yield hit


def _between_runs(key: Key, saga: Saga) -> Hit | None:
    if "saga_id" in key.variables or saga.correlation in key.variables:
        return None
    data = next((name.removeprefix("input.") for name in key.variables if name.startswith("input.")), None)
    if data is None:
        return _hit(key, f"all runs send `{key.command}` with the same key `{key.text}`")
    return _hit(
        key,
        f"all runs with the same `{data}` send `{key.command}` with the same key",
        f"\n# or, if every run has its own `{data}`:\ncorrelation: input.{data}",
    )._replace(severity="warning", fix=None)


def _between_items(key: Key) -> Hit | None:
    if key.step.step.for_each is None or any(name.split(".")[0] == "item" for name in key.variables):
        return None
    return _hit(key, f"all items of `{key.step.id}` send `{key.command}` with the same key `{key.text}`")


def _between_steps(key: Key, other: Key) -> Hit:
    """What is reported stands at a key that is written; the other may be a default."""
    where = at_step(other.step.step.route) if not other.is_written else other.place
    hit = _hit(key, f"`{key.step.id}` and `{other.step.id}` send `{key.participant}` the same key `{key.text}`")
    return hit._replace(related=(Related(f"the key of `{other.command}`", where),))


def _hit(key: Key, message: str, more: str = "") -> Hit:
    fix = Fix("take the default key", safe=False, changes=(Drop(key.place.route),))
    return Hit(message, key.place, key.step.id, help=f"key: '{key.default}'{more}", fix=fix)


RULE = Rule(
    code="SG303",
    name="shared-key",
    severity="error",
    why="The participant takes the second command for a copy of the first, answers that it is done, and does nothing.",
    check=check,
    concerns="keys",
)
