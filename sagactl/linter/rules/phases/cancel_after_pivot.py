"""SG211 cancel-after-pivot: the run is taken back by hand after its point of no return.

After the pivot a wish to cancel is only noted: nothing is undone any more. A wait for a cancellation there, or a step
that does what the compensation of an earlier step does, shows that the pivot stands too early, or that taking it back
is a saga of its own.

Source: Richardson, Microservices Patterns, chapter 4: cancelling an order is a saga of its own.
Since: 0.1

Bad:
    saga: order
    choices: {wish: {cancelled: steps.ship-order.output.stopped, kept: otherwise}}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        compensation: RefundCard
      - step: ship-order
        participant: shipping
        action: ShipOrder
        output: {stopped: boolean}
        kind: pivot
      - step: give-money-back
        when: {wish: cancelled}
        participant: payment
        action: RefundCard
        kind: retriable
        retry: forever

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
        rejects: [StoppedByCustomer]
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.linter.commands import words
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step, Wait

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_WISHES = frozenset(("abort", "aborted", "cancel", "canceled", "cancellation", "cancelled", "revocation", "revoked"))


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if facts.after_pivot:
        for index, step in enumerate(saga.steps):
            if facts.after_pivot >> index & 1:
                if step.wait is not None and not _WISHES.isdisjoint(words(step.wait.name)):
                    yield _wait(step, step.wait)
                undone = _undoes(saga, step)
                if undone is not None:
                    yield _by_hand(step, undone)


def _undoes(saga: Saga, step: Step) -> Step | None:
    """An earlier step whose compensation is the action of this one."""
    if step.action is None or step.kind == "read-only":
        return None
    for other in saga.steps:
        undo = other.compensation
        if (
            undo is not None
            and undo.command == step.action
            and (undo.participant or other.participant) == step.participant
        ):
            return other
    return None


def _wait(step: Step, wait: Wait) -> Hit:
    return Hit(
        f"`{step.id}` waits for `{wait.name}` after the pivot, when the run cannot be cancelled any more",
        at_step(step.route, "wait"),
        step.id,
        help="let the cancellation start a saga of its own, or wait for it before the pivot",
    )


def _by_hand(step: Step, undone: Step) -> Hit:
    return Hit(
        f"`{step.id}` does after the pivot what the compensation of `{undone.id}` does before it",
        at_step(step.route, "action"),
        step.id,
        help=f"if `{undone.id}` may still have to be undone, let the pivot come later; else make it a saga of its own",
        related=(Related(f"the compensation of `{undone.id}`", at_step(undone.route, "compensation")),),
    )


RULE = Rule(
    code="SG211",
    name="cancel-after-pivot",
    severity="info",
    why="A way back that is drawn as a way forward is not taken when something fails.",
    check=check,
)
