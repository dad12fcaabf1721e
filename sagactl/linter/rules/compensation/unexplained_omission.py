"""SG104 unexplained-omission: `no_compensation` without a reason, or with a placeholder.

An effect that stays when the run fails is a decision of the business, and whoever reads the definition in a year needs
to know who decided it and why. A step that declares itself `pivot`, `retriable` or `read-only` has said why.

Source: Garcia-Molina and Salem, Sagas, 1987, on actions that cannot be compensated.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: warm-cache
        participant: catalogue
        action: WarmCache
        no_compensation: TODO
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: open-claim
        participant: claims
        action: OpenClaim
        no_compensation: A claim stays on file by law; closing it is another saga.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.linter.facts import is_unexplained
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if is_unexplained(step):
            said = f"gives `{step.no_compensation}` for a reason" if step.no_compensation else "gives no reason"
            yield Hit(
                f"`{step.id}` cannot be undone and {said}",
                at_step(step.route, "no_compensation"),
                step.id,
                help=f"no_compensation: <why `{step.action}` may stay done when the run fails>",
            )


RULE = Rule(
    code="SG104",
    name="unexplained-omission",
    severity="error",
    why="Nobody can tell an effect that may stay behind from one that was forgotten.",
    check=check,
)
