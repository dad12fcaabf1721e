"""SG013 unused-declaration: a participant, a resource, an input or a default that nothing in the saga uses.

Either it is left over, or the place that was meant to use it does not. An input counts as used when any step, choice or
key reads it; in a saga whose steps do not say what data they take, inputs are left alone.

Source: unused declarations in every compiler.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    participants: {payment: {}, fraud-check: {}}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    participants: {payment: {}}
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.linter.remedies import without
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Retry, Route, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.participants:
        used = _participants(saga)
        for id, participant in saga.participants.items():
            if id not in used:
                route = participant.route or ("participants", id)
                yield _hit("participant", id, route, "no step names it", len(saga.participants))
    if saga.resources:
        touched = _resources(saga)
        for id, resource in saga.resources.items():
            if id not in touched:
                route = resource.route or ("resources", id)
                yield _hit("resource", id, route, "no step reads, writes or locks it", len(saga.resources))
    if saga.input and all(step.input is not None for step in saga.steps if step.wait is None):
        for name in saga.input:
            if name not in facts.input_used:
                yield _hit("input", name, ("input", name), "no step, choice or key reads it", len(saga.input))
    yield from _defaults(saga)


def _hit(what: str, name: str, route: Route, how: str, siblings: int) -> Hit:
    return Hit(
        f"{what} `{name}` is never used: {how}",
        Place(route, "key"),
        help="remove it, or use it where it belongs",
        fix=without(route, siblings),
    )


def _participants(saga: Saga) -> set[str | None]:
    used = {step.participant for step in saga.steps}
    for step in saga.steps:
        if step.compensation is not None and step.compensation.participant is not None:
            used.add(step.compensation.participant)
    for resource in saga.resources.values():
        used.add(resource.participant)
    if saga.deadline is not None:
        used.add(saga.deadline.owner)
    return used


def _resources(saga: Saga) -> set[str | None]:
    used: set[str | None] = set()
    for step in saga.steps:
        used.update(step.reads)
        used.update(step.writes)
        used.add(step.lock)
        used.add(step.unlock)
    return used


def _defaults(saga: Saga) -> Iterator[Hit]:
    defaults, how = saga.defaults, "every action and compensation has its own, or takes none"
    number = (defaults.timeout_s is not None) + (defaults.retry is not None)
    if defaults.timeout_s is not None and not any(map(_inherits_timeout, saga.steps)):
        yield _hit("default", "timeout", ("defaults", "timeout"), how, number)
    if defaults.retry is not None and not any(_inherits_retry(saga, step, defaults.retry) for step in saga.steps):
        yield _hit("default", "retry", ("defaults", "retry"), how, number)


def _inherits_timeout(step: Step) -> bool:
    if step.local or step.action is None:
        return False
    return step.timeout_s is None or (step.compensation is not None and step.compensation.timeout_s is None)


def _inherits_retry(saga: Saga, step: Step, default: Retry) -> bool:
    if step.local or step.action is None:
        return False
    if not _covers(step.retry, default):
        return True
    return step.compensation is not None and not _covers(step.compensation.retry or saga.rollback.retry, default)


def _covers(own: Retry | None, default: Retry) -> bool:
    """Whether a policy states everything that the default would have stated."""
    if own is None:
        return False
    pairs = (
        (own.attempts, default.attempts),
        (own.initial_s, default.initial_s),
        (own.factor, default.factor),
        (own.max_s, default.max_s),
        (own.jitter, default.jitter),
        (own.only, default.only),
    )
    return all(mine is not None for mine, inherited in pairs if inherited is not None)


RULE = Rule(
    code="SG013",
    name="unused-declaration",
    severity="info",
    why="What is declared and never used was meant for a place that does without it.",
    check=check,
)
