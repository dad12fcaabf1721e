"""SG314 silent-wait: a wait without a timeout, in a saga in which nobody notices that it lasts too long.

An event that got lost and a decision that nobody takes look the same: nothing happens. `defaults.timeout` does not
cover waits, since people need longer than services. A wait without a timeout of its own is noticed by the `deadline` of
the saga or by `limits.stuck_after`; without any of the three the run is forgotten, with all that it holds.

Source: public sagas in which a lost reply leaves a run started for ever.
Since: 0.1
Fix: unsafe

Bad:
    saga: expense
    steps:
      - step: hold-budget
        participant: budget
        action: HoldBudget
        compensation: ReleaseBudget
      - step: approve
        wait: {decision: ApproveExpense, by: manager}
      - step: pay-employee
        participant: payroll
        action: PayEmployee
        kind: pivot

Good:
    saga: expense
    steps:
      - step: hold-budget
        participant: budget
        action: HoldBudget
        compensation: ReleaseBudget
      - step: approve
        wait: {decision: ApproveExpense, by: manager}
        timeout: 3d
        on_timeout: fail
      - step: pay-employee
        participant: payroll
        action: PayEmployee
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Put
from sagactl.linter.delivery import and_more, others
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.deadline is not None or saga.limits.stuck_after_s is not None:
        return
    waits = [step for step in facts.flow.steps if step.step.wait is not None and step.step.timeout_s is None]
    if waits:
        step = waits[0]
        then = "continue" if facts.after_pivot >> step.index & 1 else "fail"
        yield Hit(
            f"`{step.id}`{and_more(waits)} may wait for ever, and nobody notices",
            at_step(step.step.route, "wait"),
            step.id,
            help=f"timeout: 3d\non_timeout: {then}\n# or, so that somebody hears of a run that lasts:\n"
            "limits: {stuck_after: 30d}",
            related=others(waits, lambda other: f"`{other.id}` too"),
            fix=Fix(
                "let somebody hear of it after 30 days", safe=False, changes=(Put(("limits", "stuck_after"), "30d"),)
            ),
        )


RULE = Rule(
    code="SG314",
    name="silent-wait",
    severity="warning",
    why="The run holds what it has taken until somebody asks what became of it.",
    check=check,
    concerns="waits",
)
