"""SG103 dead-compensation: a compensation that no run ever starts.

After the pivot nothing is undone any more; and where nothing later can fail, the step's own outcome is always known and
nobody can call the run off, there is nothing to go back from. Code that never runs is never right for long. If the step
can simply be repeated until it is done, declare it retriable.

Source: Mehrotra, Rastogi, Silberschatz, Korth, A transaction model for multidatabase systems, 1992.
Since: 0.1
Fix: unsafe

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
from sagactl.linter.commands import says_nothing_is_done
from sagactl.linter.remedies import without_undo
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Compensation, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in facts.meant.steps:
        undo = step.compensation
        if undo is not None and (why := facts.never_undone(step)) and not says_nothing_is_done(undo.command):
            yield _hit(step, undo, why, facts)


def _hit(step: FlowStep, undo: Compensation, why: str, facts: Facts) -> Hit:
    after = step.place == "after"
    return Hit(
        f"`{undo.command}` never runs: {why}",
        at_step(step.step.route, "compensation"),
        step.id,
        help=f"remove it and write `kind: {'retriable' if after else 'pivot'}`",
        related=(Related("the pivot", at_step(facts.pivot_of(step).step.route)),) if after else (),
        fix=without_undo(step),
    )


RULE = Rule(
    code="SG103",
    name="dead-compensation",
    severity="info",
    why="A compensation that never runs is never tested, and is wrong when a change of the order brings it to life.",
    check=check,
)
