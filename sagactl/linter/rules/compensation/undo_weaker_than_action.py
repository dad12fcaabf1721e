"""SG120 undo-weaker-than-action: the compensation gives up sooner than the action does.

An action that fails can be undone; a compensation that fails can only be repaired by a person. So the way back deserves
at least as many tries, over at least as long a time, as the way forward. Compensations inherit from `rollback.retry`,
then from `defaults.retry`.

Source: public sagas with three tries forward and one back.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        retry: {attempts: 5}
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    rollback: {retry: {attempts: 20}, dead_letter: order-dlq}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        retry: {attempts: 5}
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.durations import duration_text
from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga
from sagactl.policies import Policy

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    weak: list[tuple[FlowStep, str]] = []
    for step in facts.flow.steps:
        if step.undo is None or step.step.local:
            continue
        said = _weaker(step.action, step.undo)
        if said and step.compensation is not None and step.compensation.retry is not None:
            yield _own(step, said)
        elif said:
            weak.append((step, said))
    if weak:
        yield _shared(saga, weak)


def _weaker(action: Policy, undo: Policy) -> str:
    """In which way the compensation gives up sooner, in words; empty when it does not."""
    if undo.tries is None:
        return ""
    if action.tries is None:
        return f"{_tries(undo)} against trying for ever"
    if undo.tries < action.tries:
        return f"{_tries(undo)} against {_tries(action)}"
    if undo.initial_s >= action.initial_s and undo.factor >= action.factor and undo.max_s >= action.max_s:
        return ""
    back_s, forward_s = undo.pauses_s(undo.tries), action.pauses_s(action.tries)
    if back_s < forward_s:
        return f"tries spread over {duration_text(back_s)} against {duration_text(forward_s)}"
    return ""


def _tries(policy: Policy) -> str:
    return "1 try" if policy.tries == 1 else f"{policy.tries} tries"


def _own(step: FlowStep, said: str) -> Hit:
    return Hit(
        f"the compensation of `{step.id}` gives up sooner than its action: {said}",
        Place((*step.step.route, "compensation", "retry")),
        step.id,
        help=_help(step),
    )


def _shared(saga: Saga, weak: list[tuple[FlowStep, str]]) -> Hit:
    """One finding for all compensations that inherit their policy, or have none."""
    step, said = weak[0]
    others = "" if len(weak) == 1 else f" (and {len(weak) - 1} more)"
    inherits = saga.rollback.retry is not None
    return Hit(
        f"the compensation of `{step.id}`{others} gives up sooner than its action: {said}",
        Place(("rollback", "retry"), "key") if inherits else at_step(step.step.route, "compensation"),
        step.id,
        help="rollback:\n  " + _help(step),
        related=tuple(
            Related(f"`{other.id}`: {why}", at_step(other.step.route, "compensation"))
            for other, why in weak[not inherits :]
        ),
    )


def _help(step: FlowStep) -> str:
    tries = step.action.tries
    attempts = "forever" if tries is None else max(10, 2 * tries)
    return f"retry: {{attempts: {attempts}, initial: {duration_text(step.action.initial_s)}, max: 5m}}"


RULE = Rule(
    code="SG120",
    name="undo-weaker-than-action",
    severity="warning",
    why="A compensation that gives up leaves a person to repair what one more try would have undone.",
    check=check,
)
