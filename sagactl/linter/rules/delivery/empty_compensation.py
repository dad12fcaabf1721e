"""SG307 empty-compensation: a compensation may come for an action that never happened, and is not accepted.

When nobody knows whether an action was done it is undone, so its compensation must be welcome where there is nothing to
undo. A participant that answers `NotFound` parks the run, or sets off a fallback for something that never was. With
`failed_step: always` the compensation comes after every rejection, that is after every action that was not done.

Source: the empty rollback of Apache Seata's TCC fence and the null compensation of DTM's branch barrier.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: {command: RefundCard, rejects: [ChargeNotFound], fallback: {command: IssueVoucher}}
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    participants: {payment: {rejects_late_actions: true}, shipping: {}}
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

from sagactl.finding import Place
from sagactl.flow import FlowStep
from sagactl.linter.delivery import and_more, by_place, doer, is_undone_after_a_no, others, undo_command, undoer
from sagactl.linter.error_names import nothing_there
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Compensation, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    delivery = facts.delivery
    for step in delivery.undone_unknown:
        undo = step.compensation
        if undo is not None and undo.rejects:
            yield from _refused(step, undo)
    always = [
        step
        for step in delivery.undone_unknown
        if step.promises.rejects_late_actions is False and is_undone_after_a_no(step)
    ]
    for place, steps in by_place(always, lambda step: delivery.stated_at(step, "rejects_late_actions")):
        yield _after_every_no(place, steps)


def _refused(step: FlowStep, undo: Compensation) -> Iterator[Hit]:
    for index, name in enumerate(undo.rejects):
        if nothing_there(name):
            then = (
                f"and `{undo.fallback}` makes up for nothing" if undo.fallback else "and the run is parked for nothing"
            )
            yield Hit(
                f"when `{step.step.action}` was never done, `{undo.command}` says `{name}`, {then}",
                Place((*step.step.route, "compensation", "rejects", index)),
                step.id,
                help=f"take it out of `rejects`, and let {undoer(step)} answer that it is done:\n"
                "rejects_late_actions: true",
            )
            return


def _after_every_no(place: Place, steps: list[FlowStep]) -> Hit:
    step = steps[0]
    return Hit(
        f"each `{step.step.rejects[0]}` of `{step.id}`{and_more(steps)} sends `{undo_command(step)}` for nothing, "
        f"and {doer(step)} is not prepared for that",
        place,
        step.id,
        help=f"rejects_late_actions: true\n# once {doer(step)} accepts it and refuses the action if it comes later",
        related=others(steps, lambda other: f"`{other.step.rejects[0]}` of `{other.id}` too"),
    )


RULE = Rule(
    code="SG307",
    name="empty-compensation",
    severity="warning",
    why="The run is parked, or something is made good that never happened, because there was nothing to undo.",
    check=check,
)
