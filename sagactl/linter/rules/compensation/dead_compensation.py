"""SG103 dead-compensation: a compensation that no run ever starts.

After the pivot nothing is undone any more; and where nothing later can fail, the step's own outcome is always known and
nobody can call the run off, there is nothing to go back from. Code that never runs is never right for long. If the step
can simply be repeated until it is done, declare it retriable.

Source: Mehrotra, Rastogi, Silberschatz, Korth, A transaction model for multidatabase systems, 1992.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
      - step: award-points
        participant: loyalty
        action: AwardPoints
        retry: forever
        compensation: TakePointsBack

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
      - step: award-points
        participant: loyalty
        action: AwardPoints
        retry: forever
        kind: retriable
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in facts.meant.steps:
        if step.undo is None or step.kind != "compensatable" or facts.failing >> step.index & 1:
            continue
        if step.place == "after":
            if step.step.kind is None:
                yield _after_pivot(step, facts)
        elif step.step.local and not _can_be_called_off(saga, step, facts) and not facts.fails_later(step.index):
            yield _hit(step, "nothing after it can fail", "kind: pivot")


def _can_be_called_off(saga: Saga, step: FlowStep, facts: Facts) -> bool:
    """Whether a cancellation or the deadline may still strike when the step is done."""
    rest = facts.flow.descendants[step.index] | facts.flow.beside(step.index)
    triggers = saga.rollback.triggers
    return bool(rest) and (
        triggers is None or "cancel" in triggers or (saga.deadline is not None and "deadline" in triggers)
    )


def _after_pivot(step: FlowStep, facts: Facts) -> Hit:
    flow = facts.meant
    pivot = next(flow.steps[index] for index in flow.pivots if flow.ancestors[step.index] >> index & 1)
    hit = _hit(step, f"nothing is undone after the pivot `{pivot.id}`", "kind: retriable")
    return hit._replace(related=(Related("the pivot", at_step(pivot.step.route)),))


def _hit(step: FlowStep, why: str, kind: str) -> Hit:
    undo = step.compensation
    command = undo.command if undo is not None else ""
    return Hit(
        f"`{command}` never runs: {why}",
        at_step(step.step.route, "compensation"),
        step.id,
        help=f"remove it and write `{kind}`",
    )


RULE = Rule(
    code="SG103",
    name="dead-compensation",
    severity="info",
    why="A compensation that never runs is never tested, and is wrong when a change of the order brings it to life.",
    check=check,
)
