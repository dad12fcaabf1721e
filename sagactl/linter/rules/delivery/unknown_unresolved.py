"""SG306 unknown-unresolved: when nobody knows whether something was done, nothing finds out and nothing undoes it.

When the tries are used up the outcome is unknown: done, not done, or still on its way. It is resolved by trying until
an answer comes, by asking the participant, or by undoing what may have been done. `failed_step: never` forbids the
last; the pivot has no undo, so it needs one of the first two; and where `reply: false` says that nobody waits for an
answer, asking is all that is left. What `accept` lists as a good enough end is left alone.

Source: Temporal and MicroProfile LRA documentation, on outcomes that are not known; the saga mode of DTM.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    rollback: {failed_step: never, dead_letter: order-dlq}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: pivot

Good:
    saga: order
    rollback: {failed_step: auto, dead_letter: order-dlq}
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

from sagactl.finding import Change, Drop, Fix, Place, Put, Related
from sagactl.flow import FlowStep
from sagactl.linter.commands import notice
from sagactl.linter.delivery import and_more, by_place, doer, others
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import FOREVER, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    accepted = saga.accept.parked if saga.accept is not None else ()
    left = [step for step in facts.delivery.undone if step.failed_step == "never" and step.id not in accepted]
    for place, steps in by_place((step for step in left if facts.delivery.may_be_unknown(step)), _never_at):
        yield _left_alone(place, steps)
    for step in facts.delivery.sent:
        if step.step.reply is False and not step.promises.status_query:
            if step.kind != "retriable" or not notice(step.step):
                yield _unheard(step)
        elif _may_stay_unknown(step):
            yield _unknown_pivot(step, facts)


def _may_stay_unknown(step: FlowStep) -> bool:
    """Whether it is a pivot that is given up, and whose participant is said not to know what became of it."""
    return step.kind == "pivot" and step.promises.status_query is False and not step.action.until_known


def _never_at(step: FlowStep) -> Place:
    if step.step.failed_step is not None:
        return at_step(step.step.route, "failed_step")
    return Place(("rollback", "failed_step"))


def _left_alone(place: Place, steps: list[FlowStep]) -> Hit:
    step = steps[0]
    return Hit(
        f"when nobody knows whether `{step.step.action}` of `{step.id}`{and_more(steps)} was done, it is not undone",
        place,
        step.id,
        help="failed_step: auto",
        fix=Fix("undo it when nobody knows", safe=False, changes=(Put(place.route, "auto"),)),
        related=others(steps, lambda other: f"`{other.step.action}` neither"),
    )


def _unheard(step: FlowStep) -> Hit:
    return Hit(
        f"nobody waits for an answer of `{step.id}`, so nobody ever knows whether `{step.step.action}` was done",
        at_step(step.step.route, "reply"),
        step.id,
        help=f"remove `reply: false`\n# or, once {doer(step)} can be asked:\nstatus_query: true",
        note="The run is reported as completed whether it was done or not.",
        severity=None if step.kind == "pivot" else "warning",
        fix=Fix("wait for its answer", safe=False, changes=tuple(_heard(step))),
    )


def _heard(step: FlowStep) -> Iterator[Change]:
    yield Drop((*step.step.route, "reply"))
    if _may_stay_unknown(step):
        yield from _for_ever(step).changes


def _unknown_pivot(step: FlowStep, facts: Facts) -> Hit:
    asked = facts.delivery.stated_at(step, "status_query")
    return Hit(
        f"the pivot `{step.id}` {_given_up(step)}, and then nobody can find out whether `{step.step.action}` was done",
        at_step(step.step.route, "retry" if step.step.retry is not None else "step"),
        step.id,
        help=f"retry: forever\n# or, once {doer(step)} can be asked:\nstatus_query: true",
        note="What comes before it is undone although the pivot may be done, and people have to find out.",
        related=(Related(f"{doer(step)} cannot be asked", asked),),
        fix=_for_ever(step) if step.action.tries is not None else None,
    )


def _for_ever(step: FlowStep) -> Fix:
    return Fix("try it for ever", safe=False, changes=(Put((*step.step.route, "retry", "attempts"), FOREVER),))


def _given_up(step: FlowStep) -> str:
    if step.action.tries is None:
        return "is not tried again after every failure"
    return "is tried only once" if step.action.tries == 1 else f"is given up after {step.action.tries} tries"


RULE = Rule(
    code="SG306",
    name="unknown-unresolved",
    severity="error",
    why="The effect may stand for ever in a run that was rolled back, and nobody knows of it.",
    check=check,
)
