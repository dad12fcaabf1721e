"""SG415 multiplied-retries: tries inside of tries inside of tries.

A saga that starts again after a rollback repeats every action with all its tries, and so does a nested saga within it.
The numbers multiply: three restarts over five tries are twenty requests for one order. When a participant is down, that
is what keeps it down, so let one layer try again, and not all of them.

Source: Google, Site Reliability Engineering, chapter 22: retries at several layers multiply.
Since: 0.1

Bad:
    saga: ride
    deadline: 1h
    defaults: {timeout: 10s, retry: 5}
    rollback: {then: restart, max_restarts: 3, dead_letter: rides-dlq}
    steps:
      - step: hold-fare
        participant: payment
        action: HoldFare
        compensation: ReleaseFare
      - step: start-ride
        participant: trips
        action: StartRide
        kind: pivot

Good:
    saga: ride
    deadline: 1h
    defaults: {timeout: 10s, retry: 2}
    rollback: {then: restart, max_restarts: 3, dead_letter: rides-dlq}
    steps:
      - step: hold-fare
        participant: payment
        action: HoldFare
        compensation: ReleaseFare
      - step: start-ride
        participant: trips
        action: StartRide
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sagactl.finding import Place
from sagactl.flow import Flow, FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_MANY: Final = 10
"""Requests for one action of one run; up to that many are told from no storm."""


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    runs = _runs(saga)
    if runs > 1:
        most = max(facts.meant.members(facts.budget.revocable), key=_tries, default=None)
        if most is not None and _tries(most) > 1 and runs * _tries(most) > _MANY:
            yield Hit(
                f"`{most.id}` may be tried {runs * _tries(most)} times: {runs} runs of {_tries(most)} tries",
                Place(("rollback", "max_restarts")),
                most.id,
                help="lower `max_restarts`, or the attempts of the steps",
            )
    for step in facts.meant.steps:
        child = facts.child(step.step)
        if child is not None and _runs(child) > 1:
            yield from _nested(runs, step, child)


def _nested(runs: int, step: FlowStep, child: Saga) -> Iterator[Hit]:
    inner = _runs(child)
    tries = max(map(_tries, Flow(child).steps))
    if runs > 1 and runs * inner * tries > _MANY:
        yield Hit(
            f"an action of `{child.id}` may be tried {runs * inner * tries} times: {runs} runs here, {inner} runs"
            f" there, {tries} tries each",
            at_step(step.step.route, "saga"),
            step.id,
            help="let only one of the two sagas start again",
        )


def _runs(saga: Saga) -> int:
    """How often the saga may run from its start; without a limit undo-loop speaks of it."""
    if saga.rollback.then != "restart" or saga.rollback.max_restarts is None:
        return 1
    return 1 + saga.rollback.max_restarts


def _tries(step: FlowStep) -> int:
    return (step.action.tries or 1) if step.step.action is not None else 1


RULE = Rule(
    code="SG415",
    name="multiplied-retries",
    severity="info",
    why="Each order becomes a storm of requests just when a participant is down.",
    check=check,
)
