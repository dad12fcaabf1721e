"""SG405 inverted-timeouts: what is inside is given more time than what is around it.

A nested saga that may take longer than the saga which runs it, a deadline after the time when the run counts as stuck,
a participant that usually takes longer than the timeout of its step: the outer limit strikes first, and the inner one
never matters. Limits shrink from the outside to the inside.

Source: Google, Site Reliability Engineering, chapter 22: deadlines are handed on, and what is left of them shrinks.
Since: 0.1

Bad:
    saga: order
    deadline: 2h
    limits: {stuck_after: 1h}
    defaults: {timeout: 10s}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    deadline: 30m
    limits: {stuck_after: 1h}
    defaults: {timeout: 10s}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sagactl.budgets import rollback_deadline_s
from sagactl.durations import duration_text, roomy_duration
from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Latency, Route, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_MEDIAN_OF_EXPONENTIAL: Final = 0.693
"""Of the mean: the natural logarithm of two."""


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    stuck_s = saga.limits.stuck_after_s
    if saga.deadline is not None and stuck_s is not None and saga.deadline.after_s > stuck_s:
        yield _stuck_first(saga.deadline.after_s, stuck_s)
    told: set[Route] = set()
    for step in facts.meant.steps:
        if step.step.saga is not None:
            yield from _nested(saga, step, facts)
        elif step.action.timeout_s is not None:
            latency = _latency(saga, step.step)
            if latency is not None and latency.route not in told and _usual_s(latency) > step.action.timeout_s:
                told.add(latency.route)
                yield _slow(step, latency, step.action.timeout_s)


def _stuck_first(deadline_s: float, stuck_s: float) -> Hit:
    return Hit(
        f"a run counts as stuck after {duration_text(stuck_s)}, before its deadline of {duration_text(deadline_s)}",
        Place(("limits", "stuck_after")),
        help=f"limits:\n  stuck_after: {roomy_duration(deadline_s)}",
        note="People are called to runs that still have time, and in the end they do not come any more.",
        related=(Related("the deadline", Place(("deadline",))),),
    )


def _nested(saga: Saga, step: FlowStep, facts: Facts) -> Iterator[Hit]:
    """A nested saga whose deadline comes after the one of the saga that runs it."""
    child = facts.child(step.step)
    inner_s, outer_s = rollback_deadline_s(child) if child is not None else None, rollback_deadline_s(saga)
    if child is None or inner_s is None or outer_s is None or inner_s <= outer_s:
        return
    # When the times themselves do not fit, budget-over-deadline says so.
    if facts.budget.to_commit.total_s <= outer_s and facts.budget.revocable >> step.index & 1:
        yield Hit(
            f"`{child.id}` gives up after {duration_text(inner_s)}, but the run around it is rolled back after"
            f" {duration_text(outer_s)}",
            at_step(step.step.route, "saga"),
            step.id,
            help=f"deadline: {roomy_duration(inner_s)}\n# or, in `{child.id}`:\n"
            f"deadline: <less than {duration_text(outer_s)}>",
            related=(Related("the deadline around it", Place(("deadline",))),),
        )


def _slow(step: FlowStep, latency: Latency, timeout_s: float) -> Hit:
    """A participant that usually takes longer than it is waited for."""
    usual_s = round(_usual_s(latency), 3)
    return Hit(
        f"`{step.id}` usually takes {duration_text(usual_s)}, but is waited for only {duration_text(timeout_s)}",
        at_step(step.step.route, "timeout") if step.step.timeout_s is not None else Place(("defaults", "timeout")),
        step.id,
        help=f"timeout: {roomy_duration(2 * usual_s)}",
        note="Nearly every try counts as unanswered although the participant does its work.",
        related=(Related("the latency", Place(latency.route)),),
    )


def _latency(saga: Saga, step: Step) -> Latency | None:
    """The latency that is stated for a step, or for its participant."""
    owner = saga.participants.get(step.participant or "")
    return step.latency or (owner.latency if owner is not None else None)


def _usual_s(latency: Latency) -> float:
    """A time that at least half of the answers take."""
    if latency.shape == "exponential":
        return latency.values_s[0] * _MEDIAN_OF_EXPONENTIAL
    if latency.shape == "uniform":
        return sum(latency.values_s) / 2
    return latency.values_s[0]


RULE = Rule(
    code="SG405",
    name="inverted-timeouts",
    severity="warning",
    why="The outer limit strikes first, so the inner one is never reached.",
    check=check,
)
