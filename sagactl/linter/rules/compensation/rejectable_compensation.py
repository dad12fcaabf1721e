"""SG109 rejectable-compensation: a compensation that may say no, and nothing that happens then.

On the way back there is no further way back. A compensation may fail for technical reasons, and is then tried again; a
no for business reasons stays a no however often it is tried. Say what is done instead with `fallback`, or give the
participant a command that always succeeds. A timeout and a `NotFound` are no business reasons; timeout-as-rejection and
empty-compensation speak of them.

Source: Garcia-Molina and Salem, Sagas, 1987; Richardson, Microservices Patterns, chapter 4.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: {command: RefundCard, rejects: [CardExpired]}
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: {command: RefundCard, rejects: [CardExpired], fallback: {command: IssueVoucher}}
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.flow import FlowStep
from sagactl.linter.error_names import means_anything, nobody_knows, nothing_there
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in facts.meant.steps:
        undo = step.compensation
        if undo is None or not undo.rejects or undo.fallback is not None:
            continue
        said = [name for name in undo.rejects if not _is_told(name, step, facts)]
        if said:
            names = ", ".join(f"`{name}`" for name in said)
            yield Hit(
                f"`{undo.command}` may say {names}, and then nothing undoes `{step.step.action}`",
                Place((*step.step.route, "compensation", "rejects")),
                step.id,
                help="fallback: {command: <what is done instead>}",
            )


def _is_told(name: str, step: FlowStep, facts: Facts) -> bool:
    """Whether timeout-as-rejection, catch-all or empty-compensation says that the name is no business reason."""
    if step.step.local:
        return False
    if nobody_knows(name) or means_anything(name):
        return True
    return nothing_there(name) and step in facts.delivery.undone_unknown


RULE = Rule(
    code="SG109",
    name="rejectable-compensation",
    severity="error",
    why="A compensation that is refused stays refused however often it is tried, and the effect stays.",
    check=check,
)
