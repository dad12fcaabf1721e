"""SG101 missing-compensation: an action that says neither how it is undone nor why it is not.

When a later step fails, everything before it is undone in reverse. A step that is passed over on the way back leaves
its effect behind: goods reserved for an order that does not exist, money taken for nothing. Write the compensation, or
the reason why there is none; a step that declares itself `pivot`, `retriable` or `read-only` has said enough.

Source: Garcia-Molina and Salem, Sagas, 1987: every transaction of a saga has its compensating transaction.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.linter.commands import asks, undo_name
from sagactl.linter.facts import is_forgotten
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED = 3


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        if is_forgotten(step):
            yield _hit(index, step, facts)


def _hit(index: int, step: Step, facts: Facts) -> Hit:
    failing = [] if facts.after_pivot >> index & 1 else list(facts.flow.members(facts.fails_later(index)))[:_RELATED]
    return Hit(
        f"nothing undoes `{step.action}`, and nothing says why",
        at_step(step.route),
        step.id,
        help=_help(index, step, facts),
        related=tuple(
            Related(f"when `{other.id}` fails, `{step.id}` stays done", at_step(other.step.route)) for other in failing
        ),
    )


def _help(index: int, step: Step, facts: Facts) -> str:
    if facts.after_pivot >> index & 1:
        return "kind: retriable"
    undo = f"compensation: {undo_name(step.action or '')}"
    if asks(step.action or ""):
        return f"kind: read-only\n# or, if `{step.action}` changes something:\n{undo}"
    if step.kind == "compensatable" or facts.fails_later(index):
        return undo
    return f"{undo}\n# or, as nothing after it can fail:\nkind: pivot"


RULE = Rule(
    code="SG101",
    name="missing-compensation",
    severity="error",
    why="When a later step fails, this effect stays behind and nobody knows.",
    check=check,
)
