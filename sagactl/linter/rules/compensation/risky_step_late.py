"""SG118 risky-step-late: a step that can say no stands behind effects that its data do not need.

Whatever is done before the no has to be undone after it. A read-only check costs nothing, so it comes before the first
effect; and what can be taken back without a trace, such as a reservation, comes before money is moved. Off by default:
that a step must not come earlier for other reasons cannot be seen in the definition.

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
        if step.step.rejects and step.step.action is not None:
            if step.kind == "read-only":
                first = _effect_before(step, facts)
                what = "done something that must then be undone"
            else:
                first = _money_before(step, facts)
                what = "moved money that must then be moved back"
            if first is not None:
                yield Hit(
                    f"`{step.id}` can say no, but only after `{first.id}` has {what}",
                    at_step(step.step.route),
                    step.id,
                    help=f"move `{step.id}` before `{first.id}`",
                    related=(Related(f"`{first.id}` is done before it", at_step(first.step.route)),),
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


def _money_before(step: FlowStep, facts: Facts) -> FlowStep | None:
    """The first step before it that moves money and gives it no data; a step that cannot be undone has to wait."""
    if step.undo is None or _moves_money(step):
        return None
    needed = facts.needs(step.step)
    before = facts.flow.members(facts.flow.ancestors[step.index])
    return next(
        (each for each in before if each.undo is not None and _moves_money(each) and each.id not in needed), None
    )


def _moves_money(step: FlowStep) -> bool:
    return any(effect.startswith("money") for effect in step.step.external)


RULE = Rule(
    code="SG118",
    name="risky-step-late",
    severity="info",
    why="Everything done before a no has to be undone after it.",
    check=check,
    default=False,
)
