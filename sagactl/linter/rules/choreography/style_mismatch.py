"""SG815 style-mismatch: the saga declares one style, and what can be counted of it speaks for the other.

The style is a decision, and there may be reasons for it that no file holds; but where the flow has grown, or was
taken over from an example, the other style may have become the simpler one. The score is that of `sagactl recommend`,
which shows every point and what would change the answer; where only its rule of thumb decides, nothing is said. The
rule is off by default, because counting takes longer than all other rules together.

Source: Richardson, Microservices Patterns, chapter 4; Ford, Richards, Sadalage and Dehghani, Software Architecture: The
Hard Parts, 2021.
Since: 0.1

Bad:
    saga: order
    style: orchestration
    requires: {throughput: high}
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
    style: orchestration
    requires: {audit: true, visibility: true, changes_often: true}
    input: {total: number}
    choices: {size: {large: input.total > 1000, small: otherwise}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: approve
        when: {size: large}
        wait: {decision: ApproveOrder, by: manager}
      - step: book-courier
        participant: shipping
        action: BookCourier
        compensation: CancelCourier
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.advice import Advice
    from sagactl.linter.facts import Facts

_REASONS = 2


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.style is None or facts.recommend is None:
        return
    advice = facts.recommend(saga, facts.sagas)
    if advice.agrees is False and advice.strength != "weak":
        yield Hit(
            f"`{saga.id}` declares {saga.style}, and {advice.recommendation} suits it better (score {advice.score:+g})",
            Place(("style",)),
            help="`sagactl recommend` shows every point, and what would change the answer",
            note=_reasons(advice),
        )


def _reasons(advice: Advice) -> str:
    """The factors that say so loudest."""
    sign = -1 if advice.recommendation == "choreography" else 1
    speaking = sorted((each for each in advice.factors if each.points * sign > 0), key=lambda each: -abs(each.points))
    return "What speaks loudest: " + "; ".join(f"{each.reason} ({each.points:+g})" for each in speaking[:_REASONS])


RULE = Rule(
    code="SG815",
    name="style-mismatch",
    severity="info",
    why="A style that does not suit the flow is paid for with every change of it.",
    check=check,
    default=False,
)
