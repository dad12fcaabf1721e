"""SG118 risky-step-late: a check that can say no stands behind effects that its data do not need.

Whatever is done before the no has to be undone after it. A read-only check costs nothing, so it comes before the first
effect. Off by default: that a check must not come earlier for other reasons cannot be seen in the definition.

Source: Richardson, Microservices Patterns, chapter 4: validate first.
Since: 0.1

Bad:
    saga: order
    input: {customer_id: string, items: array}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        input: {items: input.items}
        compensation: ReleaseItems
      - step: check-customer
        participant: crm
        action: CheckCustomer
        input: {customer_id: input.customer_id}
        rejects: [CustomerBarred]
        kind: read-only

Good:
    saga: order
    input: {customer_id: string, items: array}
    steps:
      - step: check-customer
        participant: crm
        action: CheckCustomer
        input: {customer_id: input.customer_id}
        rejects: [CustomerBarred]
        kind: read-only
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        input: {items: input.items}
        compensation: ReleaseItems
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
    for step in facts.flow.steps:
        if step.kind == "read-only" and step.step.rejects and step.step.action is not None:
            first = _effect_before(step, facts)
            if first is not None:
                yield Hit(
                    f"`{step.id}` can say no, but only after `{first.id}` has done something that must then be undone",
                    at_step(step.step.route),
                    step.id,
                    help=f"move `{step.id}` before `{first.id}`",
                    related=(Related(f"`{first.id}` is done before the check", at_step(first.step.route)),),
                )


def _effect_before(step: FlowStep, facts: Facts) -> FlowStep | None:
    """The first step before it that must be undone after a no and gives it no data."""
    if step.step.input is None:
        return None
    needed = facts.needs(step.step)
    for id in needed:
        if id in facts.flow and facts.flow[id].has_effects:
            return None
    before = facts.flow.members(facts.flow.ancestors[step.index])
    return next((other for other in before if other.undo is not None), None)


RULE = Rule(
    code="SG118",
    name="risky-step-late",
    severity="info",
    why="Everything done before a no has to be undone after it.",
    check=check,
    default=False,
)
