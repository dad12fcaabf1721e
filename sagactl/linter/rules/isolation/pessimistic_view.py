"""SG607 pessimistic-view: a step gives something back before the pivot, and others may take it at once.

Seats are released, a limit is raised, money is credited, and then the run goes back: what others have taken meanwhile
would have to be taken away from them. A pessimistic view shows others too little and never too much: take early, in a
step that can be undone, and give late, in a step after the pivot that is tried until it is done.

Source: Frank and Zahle, Semantic ACID properties in multidatabases, 1998; Richardson, Microservices Patterns,
chapter 4, on canceling an order.
Since: 0.1

Bad:
    saga: cancel-order
    resources: {credit: {participant: accounts, countermeasure: commutative}}
    steps:
      - step: release-credit
        participant: accounts
        action: ReleaseCredit
        writes: [credit]
        write_mode: add
        compensation: TakeCreditAgain
      - step: stop-delivery
        participant: shipping
        action: StopDelivery
        rejects: [AlreadyOnTheRoad]
        kind: pivot

Good:
    saga: cancel-order
    resources: {credit: {participant: accounts, countermeasure: commutative}}
    steps:
      - step: stop-delivery
        participant: shipping
        action: StopDelivery
        rejects: [AlreadyOnTheRoad]
        kind: pivot
      - step: release-credit
        participant: accounts
        action: ReleaseCredit
        writes: [credit]
        write_mode: add
        kind: retriable
        retry: forever
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sagactl.access import may_be_undone
from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.commands import words
from sagactl.linter.remedies import behind, how_it_fails
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

GIVING: Final = frozenset(
    (
        *("credit", "deposit", "free", "give", "increase", "raise", "refill", "refund", "release", "replenish"),
        *("restock", "restore", "return", "topup", "unassign", "unblock", "unfreeze", "unreserve"),
    )
)
"""Verbs of commands after which others can take more than before."""

_HIDDEN: Final = ("semantic-lock", "by-value")
"""Countermeasures with which others do not see, or do not take, what may still be undone."""


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.resources:
        for step in facts.meant.steps:
            if step.step.writes and _gives(step) and may_be_undone(step) and facts.fails_later(step.index):
                for position, id in enumerate(step.step.writes):
                    if saga.resources[id].countermeasure not in _HIDDEN:
                        yield _hit(step, position, id, facts)
                        break


def _gives(step: FlowStep) -> bool:
    return step.step.action is not None and words(step.step.action)[:1] != () and words(step.step.action)[0] in GIVING


def _hit(step: FlowStep, position: int, resource: str, facts: Facts) -> Hit:
    failing = facts.fails_later(step.index)
    first = next(facts.meant.members(failing))
    return Hit(
        f"`{step.step.action}` gives `{resource}` to others before it is sure, and may have to take it back",
        at_step(step.step.route, "action"),
        step.id,
        help=f"give after all that can fail:{behind(step, failing, facts.meant)}\nkind: retriable\nretry: forever",
        related=(
            Related(how_it_fails(first), at_step(first.step.route)),
            Related(f"`{step.id}` writes it here", Place((*step.step.route, "writes", position))),
        ),
    )


RULE = Rule(
    code="SG607",
    name="pessimistic-view",
    severity="info",
    why="What others have taken in the meantime cannot be undone by this run.",
    check=check,
    concerns="resources",
)
