"""SG204 rollback-after-pivot: a wait or a check after the pivot ends the run as failed.

A wait whose time runs out with `on_timeout: fail` (the default), a negative answer or a check that says no would start
the way back, and after the pivot there is none. The run is reported as failed although the customer has what was
ordered. Wait and ask before the pivot, or let the run go on with `on_timeout: continue`.

Source: public booking sagas that fail a confirmed booking because its notification failed.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
      - step: await-receipt
        wait: ParcelDelivered
        timeout: 7d

Good:
    saga: order
    steps:
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
      - step: await-receipt
        wait: ParcelDelivered
        timeout: 7d
        on_timeout: continue
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.durations import duration_text
from sagactl.finding import Fix, Put, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if facts.after_pivot & facts.failing:
        for step in facts.meant.members(facts.after_pivot & facts.failing):
            if step.step.wait is not None:
                yield _wait(step, facts)
            elif step.kind == "read-only" and step.step.rejects:
                said = f"when `{step.id}` says `{step.step.rejects[0]}`"
                yield _hit(step, facts, said, "rejects", f"put `{step.id}` before the pivot")


def _wait(step: FlowStep, facts: Facts) -> Hit:
    wait = step.step
    if wait.on_timeout != "continue" and step.action.timeout_s is not None:
        name = wait.wait.name if wait.wait is not None else ""
        said = f"when nothing is heard of `{name}` for {duration_text(step.action.timeout_s)}"
        hit = _hit(step, facts, said, "on_timeout" if wait.on_timeout else "timeout", "on_timeout: continue")
        if wait.rejects:
            return hit
        change = Put((*wait.route, "on_timeout"), "continue")
        return hit._replace(fix=Fix("go on without it", safe=False, changes=(change,)))
    said = f"when the answer to `{step.id}` is `{wait.rejects[0]}`"
    return _hit(step, facts, said, "rejects", f"put `{step.id}` before the pivot, or let another saga take the no")


def _hit(step: FlowStep, facts: Facts, said: str, key: str, help: str) -> Hit:
    pivot = facts.pivot_of(step)
    return Hit(
        f"{said}, the run fails, but the pivot `{pivot.id}` cannot be undone any more",
        at_step(step.step.route, key),
        step.id,
        help=help,
        related=(Related("the pivot", at_step(pivot.step.route)),),
    )


RULE = Rule(
    code="SG204",
    name="rollback-after-pivot",
    severity="error",
    why="The run is reported as failed although what it did stands and cannot be taken back.",
    check=check,
)
