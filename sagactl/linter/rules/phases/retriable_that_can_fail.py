"""SG203 retriable-that-can-fail: a step after the pivot that may say no, or that is given up with nowhere to go.

What comes after the pivot must succeed in the end, because nothing before it can be undone any more. So it has no
business reason to refuse, and it is tried for ever or ends in a dead letter queue where a person finishes it.

Source: Richardson, Microservices Patterns, chapter 4: retriable transactions are guaranteed to succeed.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
      - step: ship-order
        participant: shipping
        action: ShipOrder
        rejects: [AddressUnknown]
        kind: retriable
        retry: forever

Good:
    saga: order
    steps:
      - step: check-address
        participant: shipping
        action: CheckAddress
        rejects: [AddressUnknown]
        kind: read-only
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
      - step: ship-order
        participant: shipping
        action: ShipOrder
        kind: retriable
        retry: forever
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Fix, Put
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import FOREVER, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for step in facts.meant.steps:
        if step.kind != "retriable" or step.step.wait is not None or facts.forgotten >> step.index & 1:
            continue
        if step.place == "before" and facts.fails_later(step.index):
            continue  # wrong-kind says it
        if step.step.rejects:
            yield _refuses(step)
        elif step.action.tries is not None and not step.step.local and saga.rollback.dead_letter is None:
            yield _gives_up(step)


def _refuses(step: FlowStep) -> Hit:
    names = ", ".join(f"`{name}`" for name in step.step.rejects)
    return Hit(
        f"`{step.id}` may say {names}, but what comes before it cannot be undone any more",
        at_step(step.step.route, "rejects"),
        step.id,
        help="ask before the pivot, in a step with `kind: read-only`, whether it would be refused",
    )


def _gives_up(step: FlowStep) -> Hit:
    tries = "1 try" if step.action.tries == 1 else f"{step.action.tries} tries"
    return Hit(
        f"`{step.id}` must succeed, is given up after {tries}, and no dead letter queue takes it",
        at_step(step.step.route, "retry" if step.step.retry is not None else "step"),
        step.id,
        help="retry: {attempts: forever, max: 5m}\n# or for the whole saga:\nrollback: {dead_letter: <queue>}",
        fix=Fix("try it for ever", safe=False, changes=(Put((*step.step.route, "retry", "attempts"), FOREVER),)),
    )


RULE = Rule(
    code="SG203",
    name="retriable-that-can-fail",
    severity="error",
    why="The run is stuck half done after its point of no return, and nobody is told.",
    check=check,
)
