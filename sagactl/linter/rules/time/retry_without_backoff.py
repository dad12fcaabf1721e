"""SG410 retry-without-backoff: it is tried again at once, or always after the same short pause.

A participant that is overloaded gets the same load again from every run, in step, and does not recover. Pauses that
grow give it room. A pause of a minute or more need not grow.

Source: Brooker, Exponential backoff and jitter, AWS Architecture Blog, 2015.
Since: 0.1

Bad:
    saga: order
    defaults: {timeout: 10s, retry: {attempts: 5, initial: 1s, factor: 1}}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    defaults: {timeout: 10s, retry: {attempts: 5, initial: 1s, factor: 2}}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.durations import duration_text
from sagactl.finding import Place
from sagactl.linter.retries import Repeated, Setting, by_place, named, others
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga
from sagactl.policies import MAX_S, Policy

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if facts.repeated:
        found = [(operation, _cause(operation.policy)) for operation in facts.repeated]
        for place, operations in by_place((each.where(cause), each) for each, cause in found if cause).items():
            yield _hit(place, operations)


def _cause(policy: Policy) -> Setting | None:
    """The setting that keeps the pauses from growing, if they do not."""
    if policy.initial_s == 0:
        return "initial"
    if policy.tries == 2 or policy.initial_s >= MAX_S:
        return None
    if policy.factor == 1:
        return "factor"
    return "max" if policy.initial_s >= policy.max_s else None


def _hit(place: Place, operations: list[Repeated]) -> Hit:
    policy = operations[0].policy
    pause_s = policy.pause_s(1)
    how = f"always after {duration_text(pause_s)}" if pause_s else "at once"
    attempts = policy.tries or "forever"
    return Hit(
        f"{named(operations)} is tried again {how}",
        place,
        operations[0].step.id,
        help=f"retry: {{attempts: {attempts}, initial: {duration_text(pause_s or 0.5)}, factor: 2, max: 1m}}",
        related=others(operations, f"is tried again {how}"),
    )


RULE = Rule(
    code="SG410",
    name="retry-without-backoff",
    severity="warning",
    why="A participant that is down gets the full load again and again, and cannot get up.",
    check=check,
)
