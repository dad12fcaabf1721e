"""SG119 noop-compensation: a compensation whose name says that nothing is done.

`NoOp`, `DoNothing` or `LogFailure` satisfies whoever asks for a compensation and undoes nothing: the run is reported as
compensated while its effect stands. If nothing has to be undone, say why with `no_compensation`.

Source: public sagas whose compensation prints a line.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: DoNothing
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

from sagactl.finding import Place
from sagactl.flow import FlowStep
from sagactl.linter.commands import says_nothing_is_done, undo_name
from sagactl.linter.remedies import without_undo
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        undo = step.compensation
        if undo is not None and says_nothing_is_done(undo.command):
            yield Hit(
                f"`{undo.command}` undoes nothing of `{step.action}`",
                Place((*step.route, "compensation", "command")),
                step.id,
                help=_help(facts.meant.steps[index], saga, facts),
                fix=without_undo(facts.meant.steps[index]) if facts.never_undone(facts.meant.steps[index]) else None,
            )


def _help(step: FlowStep, saga: Saga, facts: Facts) -> str:
    why = facts.never_undone(step)
    if why:
        return f"{why}: remove it and write `kind: {'retriable' if step.place == 'after' else 'pivot'}`"
    action = step.step.action or ""
    truth = f"no_compensation: <why `{action}` may stay done>"
    return f"compensation: {undo_name(action, saga)}\n# or the truth:\n{truth}"


RULE = Rule(
    code="SG119",
    name="noop-compensation",
    severity="warning",
    why="The run is reported as compensated while its effect stands.",
    check=check,
)
