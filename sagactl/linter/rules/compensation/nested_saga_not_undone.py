"""SG113 nested-saga-not-undone: the outer saga may have to go back, but the inner one does not listen to that.

A nested saga is undone by its own rollback, which the outer run starts by cancelling it. An inner saga whose
`rollback.triggers` leave out `cancel` goes on to its end, and its effects stay although the outer run is undone.

Source: cancellation of nested activities in LRA (MicroProfile Long Running Actions) and BPMN sub-processes.
Since: 0.1

Bad:
    saga: trip
    steps:
      # has `rollback: {triggers: [rejection, failure, timeout]}`
      - step: arrange-hotel
        after: []
        saga: book-hotel-for-good
      - step: charge-card
        after: []
        participant: payment
        action: ChargeCard
        compensation: RefundCard

Good:
    saga: trip
    steps:
      # has no `triggers`, which means all of them
      - step: arrange-hotel
        after: []
        saga: book-hotel
      - step: charge-card
        after: []
        participant: payment
        action: ChargeCard
        compensation: RefundCard
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
    for index, step in enumerate(saga.steps):
        if step.saga is not None:
            child = facts.child(step)
            if child is not None and child.rollback.triggers is not None and "cancel" not in child.rollback.triggers:
                flow_step = facts.flow.steps[index]
                if flow_step.kind == "compensatable" and facts.fails_later(index):
                    yield _hit(flow_step, child, facts)


def _hit(step: FlowStep, child: Saga, facts: Facts) -> Hit:
    other = next(facts.flow.members(facts.fails_later(step.index)))
    return Hit(
        f"when `{other.id}` fails, `{child.id}` cannot be called off: its `rollback.triggers` leave out `cancel`",
        at_step(step.step.route, "saga"),
        step.id,
        help=f"add `cancel` to `rollback.triggers` of `{child.id}`",
        related=(Related(f"`{other.id}` can fail", at_step(other.step.route)),),
    )


RULE = Rule(
    code="SG113",
    name="nested-saga-not-undone",
    severity="warning",
    why="The outer run ends as undone while the effects of the inner one stay.",
    check=check,
    concerns="nested",
)
