"""SG317 misnamed-timeout: `retry.only` calls a timeout by another name than `timeout`.

The names under `only` are those of errors that a participant answers with; where no answer comes there is no name, and
`timeout` is the word for it. So `Timeout` with a capital waits for an error of that name, and after a lost answer the
step is not tried again.

These names are taken for it: `Timeout`, `Timeouts`, `TimedOut`, `DeadlineExceeded`, `States.Timeout`, `TimeoutError`,
`TimeoutException`, `SocketTimeoutException`, `StartToCloseTimeout`, `ReadTimeout`, `context.DeadlineExceeded`,
`ETIMEDOUT`. An answer with a name of its own, such as `GatewayTimeout`, is not among them.

Source: AWS Step Functions, whose States.Timeout is raised by the caller, where definitions are transcribed.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        retry: {attempts: 3, only: [Timeout]}
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
        retry: {attempts: 3, only: [timeout]}
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Place, Put
from sagactl.linter.error_names import no_answer
from sagactl.linter.retries import Repeated, by_place, named
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    found = ((place, each) for each in facts.repeated if (place := _misnamed(each)) is not None)
    for place, operations in by_place(found).items():
        yield _hit(place, operations)


def _misnamed(operation: Repeated) -> Place | None:
    """Where a timeout is named otherwise, in a list without the word for it."""
    only = operation.policy.only or ()
    index = next((index for index, name in enumerate(only) if no_answer(name)), None)
    if index is None or "timeout" in only:
        return None
    return Place((*operation.where("only").route, index))


def _hit(place: Place, operations: list[Repeated]) -> Hit:
    only, at = operations[0].policy.only or (), place.route[-1]
    names = ["timeout" if index == at else name for index, name in enumerate(only)]
    wrong = next(name for index, name in enumerate(only) if index == at)
    return Hit(
        f"{named(operations)} is tried again after an error `{wrong}`, and not when no answer comes",
        place,
        operations[0].step.id,
        help=f"only: [{', '.join(names)}]",
        fix=Fix("take the word for it", safe=False, changes=(Put(place.route, "timeout"),)),
    )


RULE = Rule(
    code="SG317",
    name="misnamed-timeout",
    severity="warning",
    why="One lost message ends the run, though the definition seems to try again.",
    check=check,
)
