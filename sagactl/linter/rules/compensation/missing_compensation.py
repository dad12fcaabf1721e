"""SG101 missing-compensation: an action that says neither how it is undone nor why it is not.

When a later step fails, everything before it is undone in reverse. A step that is passed over on the way back leaves
its effect behind: goods reserved for an order that does not exist, money taken for nothing. Write the compensation, or
the reason why there is none; a step that declares itself `pivot`, `retriable` or `read-only` has said enough.

Source: Garcia-Molina and Salem, Sagas, 1987: every transaction of a saga has its compensating transaction.
Since: 0.1
Fix: unsafe

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

from sagactl.finding import Fix, Put, Related
from sagactl.flow import FlowStep
from sagactl.linter.commands import asks, undo_name
from sagactl.linter.facts import is_forgotten
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED = 3

_REASON = "no_compensation: <why nothing needs to be undone>"


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        if is_forgotten(step) and not facts.flow.reactions >> index & 1:
            yield _hit(index, step, facts)


def _hit(index: int, step: Step, facts: Facts) -> Hit:
    late = _is_committed(index, facts)
    failing = [] if late else list(facts.meant.members(facts.endangers(index)))
    return Hit(
        f"nothing undoes `{step.action}`, and nothing says why",
        at_step(step.route),
        step.id,
        help="kind: retriable" if late else _help(step, bool(failing), facts),
        note="" if failing else _note(facts.meant.steps[index], late, facts),
        related=tuple(
            Related(f"when `{other.id}` fails, `{step.id}` stays done", at_step(other.step.route))
            for other in failing[:_RELATED]
        ),
        fix=Fix("declare it retriable", safe=False, changes=(Put((*step.route, "kind"), "retriable"),))
        if late
        else None,
    )


def _is_committed(index: int, facts: Facts) -> bool:
    """Whether it stands after a pivot that may stay where it is; one that is only inferred and too early may not."""
    if not facts.after_pivot >> index & 1:
        return False
    pivot = facts.pivot_of(facts.meant.steps[index])
    return pivot.step.kind is not None or all(point.step.index != pivot.index for point in facts.no_return)


def _help(step: Step, endangered: bool, facts: Facts) -> str:
    undo = f"compensation: {undo_name(step.action or '', facts.saga)}"
    if step.kind == "compensatable":
        return f"{undo}\n# or, without `kind`:\n{_REASON}"
    if asks(step.action or ""):
        return f"kind: read-only\n# or, if `{step.action}` changes something:\n{undo}"
    if endangered:
        return f"{undo}\n# or:\n{_REASON}"
    return f"{undo}\n# or, as nothing after it can fail:\nkind: pivot\n{_REASON}"


def _note(step: FlowStep, late: bool, facts: Facts) -> str:
    """Why it matters where nothing later can fail."""
    if late:
        return "Nothing is undone after the pivot, so this step has to be tried until it is done."
    if step.can_fail and step.step.action is not None:
        return "When its own outcome is unknown, the run goes back, and the effect may stay behind all the same."
    if facts.may_be_called_off(step):
        return "When the run is cancelled or its deadline passes, this effect stays behind and nobody knows."
    return "As soon as a step that can fail is added after it, this effect stays behind and nobody knows."


RULE = Rule(
    code="SG101",
    name="missing-compensation",
    severity="error",
    why="When a later step fails, this effect stays behind and nobody knows.",
    check=check,
)
