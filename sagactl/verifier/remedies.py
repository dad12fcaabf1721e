"""What would mend a defect: each small change is tried, and the first after which the defect is gone is proposed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, NamedTuple

from sagactl.evidence.steps import Steps
from sagactl.flow import Flow, FlowStep


class Remedy(NamedTuple):
    """A change to a step: what it may mend, what the step would be then (None: the same), and what to write."""

    mends: frozenset[str]
    change: Callable[[FlowStep], FlowStep | None]
    text: Callable[[FlowStep], str]


def _promise(plan: FlowStep, text: str, *, at_step: bool) -> str:
    """Where the promise is written: at the step if that denies it, else at its participant."""
    if at_step or not plan.step.participant:
        return f"- step: {plan.id}\n  {text}"
    return f"participants:\n  {plan.step.participant}: {{{text}}}"


def _idempotency(plan: FlowStep) -> FlowStep | None:
    if plan.promises.idempotency in ("key", "natural"):
        return None
    undo = plan.undo_promises
    own = plan.compensation is not None and plan.compensation.idempotency is not None
    return replace(
        plan,
        promises=plan.promises._replace(idempotency="key"),
        undo_promises=undo if own else undo._replace(idempotency="key"),
    )


def _undo_idempotency(plan: FlowStep) -> FlowStep | None:
    if plan.undo is None or plan.undo_promises.idempotency in ("key", "natural"):
        return None
    return replace(plan, undo_promises=plan.undo_promises._replace(idempotency="key"))


def _tombstone(plan: FlowStep) -> FlowStep | None:
    if plan.undo is None or plan.promises.rejects_late_actions:
        return None
    return replace(plan, promises=plan.promises._replace(rejects_late_actions=True))


def _memory(plan: FlowStep) -> FlowStep | None:
    if plan.promises.remembers_failures:
        return None
    return replace(plan, promises=plan.promises._replace(remembers_failures=True))


def _unknown_undone(plan: FlowStep) -> FlowStep | None:
    return replace(plan, failed_step="auto") if plan.failed_step == "never" else None


def _status_query(plan: FlowStep) -> FlowStep | None:
    if plan.promises.status_query:
        return None
    return replace(plan, promises=plan.promises._replace(status_query=True))


def _until_known(plan: FlowStep) -> FlowStep | None:
    return replace(plan, action=plan.action._replace(tries=None)) if plan.action.tries is not None else None


def _long_memory(plan: FlowStep) -> FlowStep | None:
    if plan.promises.dedup_window_s is None:
        return None
    return replace(plan, promises=plan.promises._replace(dedup_window_s=None))


def _outbox(plan: FlowStep) -> FlowStep | None:
    return replace(plan, promises=plan.promises._replace(messaging="outbox")) if _is_dual(plan) else None


def _is_dual(plan: FlowStep) -> bool:
    return plan.promises.messaging == "dual-write"


def _undo_text(plan: FlowStep) -> str:
    command = plan.compensation.command if plan.compensation is not None else ""
    return f"- step: {plan.id}\n  compensation: {{command: {command}, idempotency: key}}"


def _of(properties: str) -> frozenset[str]:
    return frozenset(properties.split())


REMEDIES: Final[tuple[Remedy, ...]] = (
    Remedy(
        _of("S3 S4 S5 S6"),
        _outbox,
        lambda plan: _promise(plan, "messaging: outbox", at_step=False),
    ),
    Remedy(
        _of("S1 S5"),
        _idempotency,
        lambda plan: _promise(plan, "idempotency: key", at_step=plan.step.idempotency is not None),
    ),
    Remedy(_of("S2"), _undo_idempotency, _undo_text),
    Remedy(_of("S5"), _unknown_undone, lambda plan: f"- step: {plan.id}\n  failed_step: auto"),
    Remedy(
        _of("S6"),
        _tombstone,
        lambda plan: _promise(
            plan, "rejects_late_actions: true", at_step=plan.step.rejects_late_actions is not None
        ),
    ),
    Remedy(
        _of("S5"),
        _memory,
        lambda plan: _promise(plan, "remembers_failures: true", at_step=plan.step.remembers_failures is not None),
    ),
    Remedy(
        _of("S1 S2"),
        _long_memory,
        lambda plan: _promise(plan, "dedup_window: 30d", at_step=False),
    ),
    Remedy(
        _of("S11"),
        _status_query,
        lambda plan: _promise(plan, "status_query: true", at_step=plan.step.status_query is not None),
    ),
    Remedy(
        _of("S11"),
        _until_known,
        lambda plan: f"- step: {plan.id}\n  retry: {{attempts: forever, max: 5m}}",
    ),
)  # fmt: skip
"""From what a participant has to do to what the definition can do by itself."""


def remedy_for(steps: Steps, flow: Flow, plan: FlowStep, property: str) -> str:
    """The YAML of the first change after which the property holds; empty where none of them is enough."""
    for remedy in REMEDIES:
        changed = remedy.change(plan) if property in remedy.mends else None
        if changed is not None and not steps.explore(flow, changed).breaks(property):
            return remedy.text(plan)
    return ""
