"""SG015 too-fine-grained: consecutive steps of one participant with nothing between them.

One participant can do both in one local transaction. As two steps they are two messages, two idempotency keys, two
compensations, and a moment in which only the first is done. Steps of different kinds, with a lock, or under different
conditions are left alone.

Source: Richardson, Microservices Patterns, chapter 4: a step is a local transaction of one service.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: create-customer
        participant: crm
        action: CreateCustomer
        compensation: RemoveCustomer
      - step: create-address
        participant: crm
        action: CreateAddress
        compensation: RemoveAddress
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: create-customer
        participant: crm
        action: CreateCustomerWithAddress
        compensation: RemoveCustomer
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.flow import Flow, FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    flow = facts.meant
    for step in flow.steps:
        if len(step.after) == 1 and step.step.participant is not None:
            before = flow.steps[step.after[0]]
            if before.step.participant == step.step.participant and _could_be_one(flow, before, step):
                yield _hit(before, step)


def _could_be_one(flow: Flow, before: FlowStep, step: FlowStep) -> bool:
    left, right = before.step, step.step
    if before.kind != step.kind or left.when != right.when or len(flow.dependants[before.index]) != 1:
        return False
    if left.action is None or right.action is None or left.for_each != right.for_each:
        return False
    return left.lock is None and left.unlock is None and right.lock is None and right.unlock is None


def _hit(before: FlowStep, step: FlowStep) -> Hit:
    first, second = f"`{before.step.action}`", f"`{step.step.action}`"
    both = f"what {first} does in both" if first == second else f"{first} and {second}"
    return Hit(
        f"`{step.id}` follows `{before.id}` at once, and `{step.step.participant}` does both",
        at_step(step.step.route),
        step.id,
        help=f"let one command do {both} in one local transaction",
        related=(Related("the step before it", at_step(before.step.route)),),
    )


RULE = Rule(
    code="SG015",
    name="too-fine-grained",
    severity="warning",
    why="Between two steps that could be one transaction there is a moment in which only half of it is done.",
    check=check,
)
