"""How long one step, or its compensation, may take: its share of a run's time.

Time is counted from what a definition states: so many tries, each as long as its timeout, and the longest pauses
between them.  Where no bound is stated (no timeout, tried for ever, a list without a limit) what surely happens is
counted once, and `gap` says what is missing, so that nobody takes the share for a bound.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, Literal, NamedTuple

from sagactl.flow import FlowStep
from sagactl.model import Fragment, Saga, Step
from sagactl.policies import Policy

MAX_ITEMS: Final = 10_000
"""The most that `max_items` may say; a list that may be longer counts as one without a limit."""

Gap = Literal["timeout", "forever", "items", "saga"]
"""Why a time has no bound: no timeout, tried for ever, any number of items, or a saga that is not at hand."""


class Share(NamedTuple):
    """What one step takes when nothing is repeated, and at worst; `gap` says why the worst is no bound."""

    once_s: float = 0.0
    worst_s: float = 0.0
    gap: Gap | None = None


Nested = Callable[[str], tuple[Share, Share] | None]
"""What a nested saga takes, forward and back; None when it is not at hand."""


def forward_share(plan: FlowStep, saga: Saga, nested: Nested) -> Share:
    """What the action, the wait or the nested saga of a step takes."""
    step, policy = plan.step, plan.action
    if step.saga is not None:
        found, timeout_s = nested(step.saga), policy.timeout_s or 0.0
        return found[0] if found is not None else Share(timeout_s, timeout_s, "saga")
    if step.reply is False and not plan.promises.status_query:
        return Share()
    share = _tried(policy, step)
    if asks_afterwards(plan):
        share = share._replace(worst_s=share.worst_s + (policy.timeout_s or 0.0))
    return _for_each_item(share, saga, step)


def back_share(plan: FlowStep, saga: Saga, nested: Nested) -> Share:
    """What the compensation of a step takes, its fallback included; nothing where nobody waits for its answer."""
    step, undo = plan.step, plan.compensation
    if step.saga is not None:
        found = nested(step.saga)
        return found[1] if found is not None else Share(gap="saga")
    if undo is None or plan.undo is None or undo.reply is False:
        return Share()
    share = _tried(plan.undo, step)
    if undo.fallback is not None:
        share = share._replace(worst_s=2 * share.worst_s)
    return _for_each_item(share, saga, step)


def asks_afterwards(plan: FlowStep) -> bool:
    """Whether the participant is asked what became of the request when the tries are used up: one more timeout."""
    return bool(plan.promises.status_query) and plan.action.tries is not None and plan.step.action is not None


def rounds(saga: Saga, step: Step) -> int | None:
    """How many times the action of a step is done one after the other; None when nothing limits its list."""
    number, at_once = items(saga, step), step.parallel
    if at_once is True:
        return 1
    return -(-number // max(1, at_once or 1)) if number is not None else None


def items(saga: Saga, step: Step) -> int | None:
    """For how many items a step is done at most; None when nothing limits its list."""
    if step.for_each is None:
        return 1
    if step.max_items is not None:
        return step.max_items
    fragment = _type_at(saga, step.for_each)
    most: Any = fragment.get("maxItems") if isinstance(fragment, Mapping) else None
    return most if isinstance(most, int) and 0 < most <= MAX_ITEMS else None


def _type_at(saga: Saga, path: str) -> Fragment | None:
    """The type that the definition gives to a list."""
    segments = path.split(".")
    if segments[0] == "input" and len(segments) == 2:
        return saga.input.get(segments[1])
    source = saga.step(segments[1]) if segments[0] == "steps" and len(segments) == 4 else None
    return source.output.get(segments[3]) if source is not None else None


def _tried(policy: Policy, step: Step) -> Share:
    timeout_s, tries = policy.timeout_s or 0.0, policy.tries or 1
    gap: Gap | None = None
    if policy.tries is None:
        gap = "forever"
    elif policy.timeout_s is None and not step.local:
        gap = "timeout"
    return Share(timeout_s, tries * timeout_s + policy.pauses_s(tries), gap)


def _for_each_item(share: Share, saga: Saga, step: Step) -> Share:
    if step.for_each is None:
        return share
    number = rounds(saga, step)
    if number is None:
        return share._replace(gap=share.gap or "items")
    return share._replace(worst_s=number * share.worst_s)
