"""SG413 endless-try-before-pivot: a step that may have to be undone is tried for ever.

Before the pivot a run can always be ended well, by going back. A step there that is tried without end keeps the run
from doing so: what was reserved stays reserved, and only a deadline or a cancellation gets it out, with the outcome of
the step unknown. Give up after some tries and roll back; try for ever what comes after the pivot. A pivot that is tried
until its outcome is known is right.

Source: Temporal, retry policies: attempts are unlimited unless a limit is set, as in a public booking saga.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    defaults: {timeout: 10s}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        retry: forever
        compensation: {command: ReleaseItems, retry: forever}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    defaults: {timeout: 10s}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        retry: 3
        compensation: {command: ReleaseItems, retry: forever}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.budgets import rollback_deadline_s
from sagactl.durations import duration_text
from sagactl.finding import Fix, Place, Put
from sagactl.linter.retries import Repeated, by_place, named, others
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    endless = [each for each in facts.repeated if _is_endless(each)]
    for place, operations in by_place((each.where("attempts"), each) for each in endless).items():
        yield _hit(saga, place, operations)


def _is_endless(operation: Repeated) -> bool:
    """Whether it keeps a run that can still go back; wrong-kind speaks of retriable steps that stand too early."""
    step = operation.step
    return not operation.undoes and step.action.tries is None and step.place == "before" and step.kind != "retriable"


def _hit(saga: Saga, place: Place, operations: list[Repeated]) -> Hit:
    deadline_s = rollback_deadline_s(saga)
    end = f"; only the deadline ends it, after {duration_text(deadline_s)}" if deadline_s is not None else ""
    return Hit(
        f"{named(operations)} is tried for ever although the run could still go back{end}",
        place,
        operations[0].step.id,
        help="retry: {attempts: 5, initial: 1s, max: 1m}",
        fix=Fix("give it up after five tries", safe=False, changes=(Put(place.route, 5),)),
        note="While it is tried the run keeps all that it has reserved, and when it is ended from outside nobody knows"
        " whether the step was done."
        if end
        else "",
        related=others(operations, "is tried for ever, too"),
    )


RULE = Rule(
    code="SG413",
    name="endless-try-before-pivot",
    severity="warning",
    why="As long as the participant is down, the run keeps all that it has reserved, instead of going back.",
    check=check,
)
