"""SG407 no-deadline: nothing says how long a run may take.

Tries add up, waits add up, and a run that takes a week holds for a week what it has reserved. A deadline ends that: as
long as the pivot is not done, it starts the rollback; afterwards it raises an alert.

Source: MicroProfile LRA, time limits; a public booking saga without one, whose unconfirmed trips hold their bookings
for ever.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    defaults: {timeout: 10s}
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
    deadline: 1m
    defaults: {timeout: 10s}
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

from sagactl.durations import roomy_duration
from sagactl.finding import Fix, Place, Put
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_USUAL = "15m"


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.deadline is None:
        said = f"nothing says how long a run of `{saga.id}` may take"
        yield Hit(said, Place(("saga",)), help=_help(saga, facts), fix=_fix(saga, facts))


def _fix(saga: Saga, facts: Facts) -> Fix | None:
    """What the tries add up to is a deadline; in a choreography somebody has to keep the timer, too."""
    after = _enough(facts)
    if after is None or saga.style == "choreography":
        return None
    return Fix("give up when all tries are over", safe=False, changes=(Put(("deadline",), after),))


def _enough(facts: Facts) -> str | None:
    """A deadline that leaves room for all the tries, where they can be added up."""
    longest = facts.budget.to_end
    return roomy_duration(longest.total_s) if longest.is_bounded and longest.total_s else None


def _help(saga: Saga, facts: Facts) -> str:
    after = _enough(facts) or _USUAL
    if saga.style != "choreography":
        return f"deadline: {after}"
    return f"deadline: {{after: {after}, owner: <the participant that keeps the timer>}}"


RULE = Rule(
    code="SG407",
    name="no-deadline",
    severity="warning",
    why="A run that hangs holds for ever what it has reserved, and nobody is told.",
    check=check,
)
