"""SG120 undo-weaker-than-action: the compensation gives up sooner than the action does.

An action that fails can be undone; a compensation that fails can only be repaired by a person. So the way back deserves
at least as many tries, over at least as long a time, as the way forward. Compensations inherit from `rollback.retry`,
then from `defaults.retry`.

Source: public sagas with three tries forward and one back.
Since: 0.1
Fix: unsafe

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
from sagactl.finding import Change, Fix, Place, Put, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import FOREVER, Route, Saga
from sagactl.policies import Policy

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


_MAX_S = 300.0


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
        fix=_stronger((*step.step.route, "compensation", "retry"), [step]),
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
        fix=_stronger(("rollback", "retry"), [step for step, _ in weak]),
    )


def _help(step: FlowStep) -> str:
    initial = duration_text(step.action.initial_s)
    return f"retry: {{attempts: {_attempts(step.action)}, initial: {initial}, max: {duration_text(_MAX_S)}}}"


def _attempts(action: Policy) -> int | str:
    """How often a compensation should be tried: more often than the action, because nobody waits for it."""
    return FOREVER if action.tries is None else max(10, 2 * action.tries)


def _stronger(route: Route, steps: list[FlowStep]) -> Fix:
    """A policy that is patient enough for the compensations of all these steps."""
    attempts = [_attempts(step.action) for step in steps]
    most = FOREVER if FOREVER in attempts else max(each for each in attempts if isinstance(each, int))
    changes: list[Change] = [Put((*route, "attempts"), most)]
    if any(step.undo is not None and step.undo.initial_s < step.action.initial_s for step in steps):
        longest_s = max(step.action.initial_s for step in steps)
        changes.append(Put((*route, "initial"), duration_text(longest_s)))
    if any(step.undo is not None and step.undo.max_s < step.action.max_s for step in steps):
        changes.append(Put((*route, "max"), duration_text(max(_MAX_S, *(step.action.max_s for step in steps)))))
    return Fix("let it be tried longer than what it undoes", safe=False, changes=tuple(changes))


RULE = Rule(
    code="SG120",
    name="undo-weaker-than-action",
    severity="warning",
    why="A compensation that gives up leaves a person to repair what one more try would have undone.",
    check=check,
)
