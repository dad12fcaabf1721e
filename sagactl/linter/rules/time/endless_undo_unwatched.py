"""SG414 endless-undo-unwatched: a compensation is tried for ever, and nobody would notice.

To try an undo until it succeeds is how sagas were meant, but an undo that cannot succeed then never reaches a person:
it is never given up, so no dead letter queue gets it. Somebody has to be told (`rollback.alert`), and the pauses need
a limit, or after some days the next try is weeks away.

Source: the recovery of DTM and of Seata, which try without end, DTM with pauses that double.
Since: 0.1

Bad:
    saga: order
    defaults: {timeout: 10s}
    rollback: {retry: forever}
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
    defaults: {timeout: 10s}
    rollback: {retry: {attempts: forever, max: 5m}, alert: team-orders}
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
from typing import TYPE_CHECKING, Final

from sagactl.durations import duration_text
from sagactl.linter.retries import Repeated, by_place, named, others
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_LONGEST_PAUSE_S: Final = 86400.0
"""A pause of more than a day is as good as giving up."""


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    endless = [each for each in facts.repeated if each.undoes and each.policy.tries is None]
    if endless and saga.rollback.alert is None:
        yield from _each(endless, "and no alert tells anybody", f"rollback:\n  alert: {saga.owner or '<team>'}")
    sparse = [each for each in endless if each.policy.max_s > _LONGEST_PAUSE_S]
    if sparse:
        pause = duration_text(sparse[0].policy.max_s)
        yield from _each(sparse, f"with pauses of up to {pause}", "retry: {attempts: forever, max: 5m}")


def _each(found: list[Repeated], said: str, help: str) -> Iterator[Hit]:
    for place, operations in by_place((each.where("attempts"), each) for each in found).items():
        yield Hit(
            f"{named(operations)} is tried for ever, {said}",
            place,
            operations[0].step.id,
            help=help,
            related=others(operations, "is tried for ever, too"),
        )


RULE = Rule(
    code="SG414",
    name="endless-undo-unwatched",
    severity="warning",
    why="An undo that cannot succeed is never given up, so it never reaches a person who could repair it.",
    check=check,
)
