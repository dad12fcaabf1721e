"""SG403 budget-over-deadline: with all its tries, a run takes longer than it is given.

Each step looks harmless: three tries, ten seconds each. One after the other they add up, and the deadline starts a
rollback before the last tries have been made, just when a participant is slow and the tries are needed. The longest
path up to the pivot counts, with tries, pauses and status queries; steps that run side by side or exclude each other
do not add up. For the way back it is a warning: with all the tries of its compensations, a run that is rolled back is
reported as stuck (`limits.stuck_after`) although it is still at work.

Source: the examples of a comparable format for sagas, of which none can use all its tries within its deadline.
Since: 0.1

Bad:
    saga: order
    deadline: 1m
    defaults: {timeout: 10s, retry: 3}
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
    deadline: 2m
    defaults: {timeout: 10s, retry: 3}
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

from sagactl.budgets import Path, rollback_deadline_s
from sagactl.durations import duration_text, long_duration, roomy_duration
from sagactl.finding import Place
from sagactl.linter.reckoning import back_account, forward_account, in_sum, until, up_to
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.budgets import Budget
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    deadline_s, stuck_s = rollback_deadline_s(saga), saga.limits.stuck_after_s
    if deadline_s is not None and facts.budget.in_a_row_s > deadline_s:
        path = facts.budget.to_commit
        # What is too long without any repetition is told by impossible-deadline or timeout-over-deadline.
        if path.total_s > deadline_s and facts.budget.to_commit_once.total_s <= deadline_s:
            yield _forward(path, deadline_s, facts.budget)
    # A deadline after that time is told by inverted-timeouts.
    if stuck_s is not None and (deadline_s is None or deadline_s < stuck_s):
        yield from _both_ways(deadline_s, stuck_s, facts.budget)


def _both_ways(deadline_s: float | None, stuck_s: float, budget: Budget) -> Iterator[Hit]:
    """Whether a run that is rolled back as late as can be counts as stuck."""
    most_s = budget.in_a_row_s if deadline_s is None else deadline_s
    if budget.back_in_a_row_s and most_s + budget.back_in_a_row_s > stuck_s:
        start_s, back = _latest_start_s(budget.to_commit, deadline_s), budget.way_back
        if start_s + back.total_s > stuck_s:
            yield _back(back, start_s, stuck_s, budget)


def _latest_start_s(path: Path, deadline_s: float | None) -> float:
    """When a rollback starts at the latest."""
    if deadline_s is None:
        return path.total_s
    return min(path.total_s, deadline_s) if path.is_bounded else deadline_s


def _forward(path: Path, deadline_s: float, budget: Budget) -> Hit:
    total = in_sum([budget.worst_s[index] for index in path.steps])
    return Hit(
        f"with all its tries a run may take {up_to(path)} {until(path, budget)},"
        f" but it is rolled back after {duration_text(deadline_s)}",
        Place(("deadline",)),
        help=f"deadline: {roomy_duration(path.total_s)}\n# or fewer tries, or shorter timeouts, on the path above",
        note=f"{total}. {RULE.why}" if total else "",
        related=forward_account(path, budget),
    )


def _back(path: Path, start_s: float, stuck_s: float, budget: Budget) -> Hit:
    total_s = start_s + path.total_s
    return Hit(
        f"a run that is rolled back may take {long_duration(total_s)}, {long_duration(start_s)} forward and"
        f" {up_to(path)} back, but counts as stuck after {duration_text(stuck_s)}",
        Place(("limits", "stuck_after")),
        help=f"limits:\n  stuck_after: {roomy_duration(total_s)}\n# or fewer tries of the compensations",
        note="People are called to a run that is still at work, and next time they do not come.",
        related=back_account(path, budget),
        severity="warning",
    )


RULE = Rule(
    code="SG403",
    name="budget-over-deadline",
    severity="error",
    why="When a participant is slow, the run is rolled back before the tries that would have helped.",
    check=check,
)
