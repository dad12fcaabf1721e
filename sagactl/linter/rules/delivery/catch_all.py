"""SG311 catch-all: `rejects` or `retry.only` holds a name that stands for every failure.

In `rejects` it makes a definite no of everything, timeouts and crashes included: nothing is tried again and what may
have been done is not undone. In `retry.only` it means nothing: names there are compared with the names of failures, and
`timeout` and `error` are the words for all that have no name.

These names are taken for it: in any language `*`, `All`, `Any`, `Error`, `Errors`, `Exception`, `Failure`, `Fault`,
`GenericError`, `UnexpectedError`, `UnhandledException`, `UnknownError`; AWS Step Functions `States.ALL`,
`States.TaskFailed`, `Lambda.Unknown`; Temporal `ActivityFailure`, `ActivityError`, `ChildWorkflowFailure`,
`ChildWorkflowError`; Java `RuntimeException`, `Throwable`; .NET `SystemException`, `AggregateException`; Python
`BaseException`, `RuntimeError`.

Source: public Step Functions definitions that catch States.ALL and go on as after a business error.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [States.ALL]
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
        rejects: [OutOfStock]
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Drop, Fix, Place
from sagactl.linter.error_names import means_anything
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Retry, Route, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_INERT = "What is listed under no name of its own is not tried again, so one lost message ends the run."


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    yield from _only(saga.defaults.retry, ("defaults", "retry"))
    yield from _only(saga.rollback.retry, ("rollback", "retry"))
    for step in saga.steps:
        if step.rejects and step.wait is None and not step.local:
            yield from _rejects(step, step.rejects, (*step.route, "rejects"))
        if step.retry is not None:
            yield from _only(step.retry, (*step.route, "retry"), step.id)
        undo = step.compensation
        if undo is not None and (undo.rejects or undo.retry):
            yield from _rejects(step, undo.rejects, (*step.route, "compensation", "rejects"))
            yield from _only(undo.retry, (*step.route, "compensation", "retry"), step.id)


def _rejects(step: Step, rejects: tuple[str, ...], route: Route) -> Iterator[Hit]:
    for index, name in enumerate(rejects):
        if means_anything(name):
            yield Hit(
                f"`{name}` makes a definite no of whatever goes wrong in `{step.id}`",
                Place((*route, index)),
                step.id,
                help="name the errors by which the participant says no for a business reason, such as `OutOfStock`",
                fix=_remove((*route, index) if len(rejects) > 1 else route),
            )


def _only(retry: Retry | None, route: Route, step: str = "") -> Iterator[Hit]:
    if retry is None or retry.only is None:
        return
    whom = f"`{step}`" if step else "a step"
    for index, name in enumerate(retry.only):
        if name != "error" and means_anything(name):
            yield Hit(
                f"`{name}` is the name of no failure here, so it does not make {whom} try again",
                Place((*route, "only", index)),
                step,
                help="only: [timeout, error]\n# or remove `only`, which means the same",
                note=_INERT,
                fix=_remove((*route, "only")),
            )


def _remove(route: Route) -> Fix:
    return Fix("remove it", safe=False, changes=(Drop(route),))


RULE = Rule(
    code="SG311",
    name="catch-all",
    severity="warning",
    why="A lost answer counts as a no, so what was done is not undone.",
    check=check,
)
