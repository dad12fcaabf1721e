"""SG702 undo-data-missing: a compensation needs a datum that is not there when it runs.

A compensation runs because something went wrong, so it cannot count on what comes after its step: a later step has
never been started, or was itself undone. The same holds for a step beside it, for one that was skipped, and for the
answer to a request that was rejected. What a compensation needs comes from the input, from earlier steps, or from its
own action; where the answer of its own action may be lost, undo-needs-lost-reply speaks.

Source: public sagas whose compensation takes the result of a later step; Microsoft, Compensating Transaction pattern,
on recording what is needed to undo each step.
Since: 0.1

Bad:
    saga: order
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: {command: ReleaseItems, input: {parcel: steps.pack-items.output.parcel_id}}
      - step: pack-items
        participant: packing
        action: PackItems
        output: {parcel_id: string}
        compensation: UnpackItems
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    input: {order_id: string}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: {command: ReleaseItems, input: {order: input.order_id}}
      - step: pack-items
        participant: packing
        action: PackItems
        output: {parcel_id: string}
        compensation: UnpackItems
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place, Related
from sagactl.linter.data import Datum, gap
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for datum in facts.data:
        if datum.use == "undo":
            reason = _own(datum, facts) if datum.source == datum.step else _other(datum, facts)
            if reason:
                yield _hit(datum, reason, saga)


def _other(datum: Datum, facts: Facts) -> str:
    """Why the answer of another step may be missing on the way back, in words; empty if it never is."""
    found = gap(datum, facts)
    return found.reason if found is not None else ""


def _own(datum: Datum, facts: Facts) -> str:
    """Why the answer of its own action is missing although its outcome is known.

    Where the outcome may be unknown, undo-needs-lost-reply says that the caller should choose the id.
    """
    step = facts.flow.steps[datum.step]
    if step.step.local and step.step.rejects and step.failed_step == "always" and not facts.never_undone(step):
        return f"`{step.id}` is undone after `{step.step.rejects[0]}` too, which brings no answer"
    return ""


def _hit(datum: Datum, reason: str, saga: Saga) -> Hit:
    step, source = saga.steps[datum.step], saga.steps[datum.source]
    command = step.compensation.command if step.compensation is not None else ""
    return Hit(
        f"`{command}` undoes `{step.id}` with `{datum.path}`, and {reason}",
        datum.place,
        step.id,
        help="take it from the input of the run or from an earlier step, so that it is known whenever this is undone",
        related=(Related(f"`{source.id}` brings it", Place((*source.route, "output", datum.output), "key")),),
    )


RULE = Rule(
    code="SG702",
    name="undo-data-missing",
    severity="error",
    why="The compensation runs just when the datum is missing, so the effect stays and a person has to repair it.",
    check=check,
    concerns="outputs",
)
