"""SG210 pays-before-it-is-paid: money goes out before money comes in.

When the money does not come in, the money that went out has to be got back, from somebody who has it already. Take
first, pay then; what was taken can be given back by the one who has it.

Source: the transfer example of Seata's saga mode: deduct before adding.
Since: 0.1

Bad:
    saga: exchange
    steps:
      - step: pay-seller
        participant: bank
        action: PaySeller
        external: money-out
        compensation: ReclaimFromSeller
      - step: charge-buyer
        participant: payment
        action: ChargeBuyer
        external: money-in
        rejects: [CardDeclined]
        compensation: RefundBuyer

Good:
    saga: exchange
    steps:
      - step: charge-buyer
        participant: payment
        action: ChargeBuyer
        external: money-in
        rejects: [CardDeclined]
        compensation: RefundBuyer
      - step: pay-seller
        participant: bank
        action: PaySeller
        external: money-out
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.flow import FlowStep, exclusive
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_OUT = "money-out"
_IN = "money-in"


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        if _OUT in step.external and _IN not in step.external:
            paid = _paid_later(index, facts)
            if paid is not None:
                yield Hit(
                    f"`{step.id}` pays before `{paid.id}` has taken the money",
                    at_step(step.route, "external"),
                    step.id,
                    help=f"let `{step.id}` come after `{paid.id}`",
                    related=(Related("the money comes in here", at_step(paid.step.route, "external")),),
                )


def _paid_later(index: int, facts: Facts) -> FlowStep | None:
    """A step after this one that takes money and may fail."""
    own = facts.flow.steps[index].step
    for step in facts.flow.members(facts.flow.descendants[index] & facts.failing):
        if _IN in step.step.external and not exclusive(own, step.step):
            return step
    return None


RULE = Rule(
    code="SG210",
    name="pays-before-it-is-paid",
    severity="warning",
    why="When the money does not come in, somebody else has ours already.",
    check=check,
    concerns="effects",
)
