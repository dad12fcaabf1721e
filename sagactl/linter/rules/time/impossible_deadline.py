"""SG404 impossible-deadline: even if nothing is repeated, a run may take longer than it is given.

One try of each step, each within its timeout, and the deadline has passed before the pivot is done. So a run can be
rolled back in which every participant answered in time. The longest path up to the pivot counts; steps that run side by
side or exclude each other do not add up, and a list counts with one item.

Source: a public saga with a deadline of 15 seconds over three steps of 10.
Since: 0.1

Bad:
    saga: order
    deadline: 15s
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
    deadline: 30s
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

from sagactl.budgets import rollback_deadline_s
from sagactl.durations import duration_text, long_duration, roomy_duration
from sagactl.finding import Place, Related
from sagactl.linter.reckoning import in_sum, until
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.budgets import Budget
    from sagactl.linter.facts import Facts

_RELATED = 8


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    deadline_s = rollback_deadline_s(saga)
    if deadline_s is None or facts.budget.in_a_row_s <= deadline_s:
        return
    if facts.budget.to_commit_once.total_s > deadline_s:
        alone = (step.action.timeout_s or 0.0 for step in facts.meant.members(facts.budget.revocable))
        # A single timeout that is too long is told by timeout-over-deadline.
        if max(alone) <= deadline_s:
            yield _hit(deadline_s, facts.budget)


def _hit(deadline_s: float, budget: Budget) -> Hit:
    path = budget.to_commit_once
    times_s = [budget.once_s[index] for index in path.steps]
    total = in_sum(times_s)
    return Hit(
        f"even if nothing is repeated, a run may take {long_duration(path.total_s)} {until(path, budget)},"
        f" but it is rolled back after {duration_text(deadline_s)}",
        Place(("deadline",)),
        help=f"deadline: {roomy_duration(budget.to_commit.total_s)}\n# or shorter timeouts",
        note=f"{total}. {RULE.why}" if total else "",
        related=tuple(
            Related(f"up to {long_duration(time_s)}", at_step(budget.flow.steps[index].step.route))
            for index, time_s in zip(path.steps[:_RELATED], times_s, strict=False)
        ),
    )


RULE = Rule(
    code="SG404",
    name="impossible-deadline",
    severity="error",
    why="A run is rolled back in which every participant answered in time.",
    check=check,
    concerns="deadline",
)
