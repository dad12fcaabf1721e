"""SG402 timeout-over-deadline: one try, or one wait, may take longer than the whole run is given.

The deadline passes while the step still waits for its answer. The run is rolled back although nothing went wrong, and
what the step does meanwhile is unknown. Either the timeout was copied from somewhere else, or the deadline was.
Behind the pivot the deadline rolls nothing back, so steps there are left to deadline-after-pivot.

Source: public state machines whose tasks may take longer than the machine that they are part of.
Since: 0.1

Bad:
    saga: order
    deadline: 1m
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        timeout: 5m
        compensation: {command: ReleaseItems, timeout: 10s}
      - step: charge-card
        participant: payment
        action: ChargeCard
        timeout: 10s
        kind: pivot

Good:
    saga: order
    deadline: 1m
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        timeout: 5s
        compensation: {command: ReleaseItems, timeout: 10s}
      - step: charge-card
        participant: payment
        action: ChargeCard
        timeout: 10s
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.budgets import rollback_deadline_s
from sagactl.durations import duration_text, roomy_duration
from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    deadline_s = rollback_deadline_s(saga)
    if deadline_s is None:
        return
    inheriting: list[FlowStep] = []
    for step in facts.meant.steps:
        timeout_s = step.action.timeout_s
        if timeout_s is not None and timeout_s > deadline_s and facts.budget.revocable >> step.index & 1:
            if step.step.timeout_s is None:
                inheriting.append(step)
            else:
                yield _hit(step, timeout_s, deadline_s, at_step(step.step.route, "timeout"))
    if inheriting:
        timeout_s = inheriting[0].action.timeout_s or 0.0
        yield _hit(inheriting[0], timeout_s, deadline_s, Place(("defaults", "timeout")), len(inheriting) - 1)


def _hit(step: FlowStep, timeout_s: float, deadline_s: float, place: Place, more: int = 0) -> Hit:
    what = "the wait of" if step.step.wait is not None else "one try of"
    others = f" (and of {more} more)" if more else ""
    return Hit(
        f"{what} `{step.id}`{others} may take {duration_text(timeout_s)},"
        f" but the run is rolled back after {duration_text(deadline_s)}",
        place,
        step.id,
        help=f"timeout: <less than {duration_text(deadline_s)}>\n# or:\ndeadline: {roomy_duration(timeout_s)}",
        related=(Related("the deadline", Place(("deadline",))),),
    )


RULE = Rule(
    code="SG402",
    name="timeout-over-deadline",
    severity="error",
    why="The run is rolled back while the step still waits for its answer, so the timeout never matters.",
    check=check,
    concerns="deadline",
)
