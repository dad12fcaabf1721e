"""How a sum of times is told, so that it can be checked by hand."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sagactl.durations import long_duration
from sagactl.finding import Related
from sagactl.linter.rule import at_step
from sagactl.shares import asks_afterwards, rounds

if TYPE_CHECKING:
    from sagactl.budgets import Budget, Path
    from sagactl.flow import FlowStep
    from sagactl.policies import Policy

_MOST = 8
"""Summands that are shown; of a longer path the largest."""


def up_to(path: Path) -> str:
    """The sum of a path; without a bound it is the least that the worst case takes."""
    return long_duration(path.total_s) + ("" if path.is_bounded else " or longer")


def in_sum(times_s: list[float]) -> str:
    """The summands of a path, `10s + 31.5s = 41.5s`; nothing where there is only one."""
    if not 1 < len(times_s) <= _MOST:
        return ""
    return " + ".join(map(long_duration, times_s)) + f" = {long_duration(sum(times_s))}"


def forward_account(path: Path, budget: Budget) -> tuple[Related, ...]:
    """What each step of a path takes."""
    shown = _largest(path, [share.worst_s for share in budget.forward])
    return tuple(
        Related(_forward(budget.flow.steps[index], budget), at_step(budget.flow.steps[index].step.route))
        for index in shown
    )


def back_account(path: Path, budget: Budget) -> tuple[Related, ...]:
    """What each compensation of a rollback takes."""
    shown = _largest(path, [share.worst_s for share in budget.back])
    return tuple(
        Related(_back(budget.flow.steps[index], budget), at_step(budget.flow.steps[index].step.route, "compensation"))
        for index in shown
    )


def _largest(path: Path, time_s: list[float]) -> tuple[int, ...]:
    kept = sorted(path.steps, key=lambda index: -time_s[index])[:_MOST]
    return tuple(index for index in path.steps if index in kept)


def _forward(plan: FlowStep, budget: Budget) -> str:
    share, step = budget.forward[plan.index], plan.step
    if step.wait is not None:
        return f"a wait of {long_duration(share.worst_s)}"
    if step.saga is not None:
        return f"`{step.saga}` takes up to {long_duration(share.worst_s)}"
    parts = _tries(plan.action)
    if asks_afterwards(plan) and plan.action.timeout_s is not None:
        parts.append(f"a status query of {long_duration(plan.action.timeout_s)}")
    return _told(plan, plan.action, parts, share.worst_s, budget)


def _back(plan: FlowStep, budget: Budget) -> str:
    share, undo = budget.back[plan.index], plan.compensation
    if plan.undo is None or undo is None:
        return f"the rollback of `{plan.step.saga}` takes up to {long_duration(share.worst_s)}"
    parts = _tries(plan.undo)
    if undo.fallback is not None:
        parts.append("the same for the fallback")
    return _told(plan, plan.undo, parts, share.worst_s, budget)


def _tries(policy: Policy) -> list[str]:
    timeout = f"of {long_duration(policy.timeout_s)}" if policy.timeout_s is not None else "without a timeout"
    if policy.tries is None:
        return [f"tried for ever, counted as 1 try {timeout}"]
    pauses_s = policy.pauses_s(policy.tries)
    parts = [f"1 try {timeout}" if policy.tries == 1 else f"{policy.tries} tries {timeout}"]
    return [*parts, f"pauses of {long_duration(pauses_s)}"] if pauses_s else parts


def _told(plan: FlowStep, policy: Policy, parts: list[str], total_s: float, budget: Budget) -> str:
    said = parts[0] if len(parts) == 1 else f"{', '.join(parts[:-1])} and {parts[-1]}"
    if plan.step.for_each is not None:
        number = rounds(budget.flow.saga, plan.step)
        said = f"at least 1 round of {said}" if number is None else f"{_rounds(number)} of {said}"
    return said if total_s == policy.timeout_s else f"{said} = {long_duration(total_s)}"


def _rounds(number: int) -> str:
    return "1 round" if number == 1 else f"{number} rounds"


def until(path: Path, budget: Budget) -> str:
    """Where a path to the commit ends, in words."""
    if not path.steps:
        return "in all"
    end = budget.flow.steps[path.steps[-1]]
    return f"until the pivot `{end.id}` is done" if end.kind == "pivot" else f"until `{end.id}` is done"
