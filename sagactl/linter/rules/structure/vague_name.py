"""SG014 vague-name: a command whose name does not say what is done.

`Process`, `Handle`, `Undo` or the bare name of the participant tells neither the reader of a dead letter nor the
operator at night what to repeat or to take back. A command is a verb with its object: `ReserveItems`, `RefundCard`.

Source: Richardson, Microservices Patterns, chapter 4: commands are named after the operation they invoke.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: Process
        compensation: Undo
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
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.linter.commands import folded, undo_name, words
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_VAGUE = frozenset(
    (
        *("action", "cancel", "compensate", "compensation", "dowork", "execute", "handle", "invoke"),
        *("perform", "process", "revert", "rollback", "run", "task", "undo", "work"),
    )
)


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in saga.steps:
        if step.action is not None and _is_vague(step.action, step):
            yield _hit("action", step.action, step, "name what it does to what, such as `ReserveItems`")
        undo = step.compensation
        if undo is not None and (_is_vague(undo.command, step) or words(undo.command)[-1:] == ("compensation",)):
            better = undo_name(step.action or "", saga)
            yield _hit("compensation", undo.command, step, f"name what it takes back, such as `{better}`")


def _is_vague(name: str, step: Step) -> bool:
    plain = folded(name)
    return plain in _VAGUE or (step.participant is not None and plain == folded(step.participant))


def _hit(key: str, name: str, step: Step, help: str) -> Hit:
    return Hit(
        f"`{name}` does not say what the {key} of `{step.id}` does", at_step(step.route, key), step.id, help=help
    )


RULE = Rule(
    code="SG014",
    name="vague-name",
    severity="info",
    why="Whoever finds the command in a dead letter queue has to guess what it would have done.",
    check=check,
)
