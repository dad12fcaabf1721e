"""Commands that one participant cannot tell apart: the second of them is taken for a repetition of the first.

No fault is needed for it, so there is nothing to explore: a participant that deduplicates by key answers the second
command as it answered the first, and does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep, exclusive
from sagactl.promises import undone_by
from sagactl.verdict import Counterexample

_VARIABLE: Final = re.compile(r"\{\s*([^{}]*?)\s*\}")


class Command(NamedTuple):
    """A command, by whom it is taken and under which key; `key` is as a run would have it."""

    plan: FlowStep
    name: str
    participant: str
    key: str
    is_undo: bool
    is_written: bool


def shared_keys(flow: Flow) -> Iterator[Counterexample]:
    """The commands that are mistaken for an earlier one of the same run, or of another run."""
    steps = flow.saga.steps
    if all(step.key is None and (step.compensation is None or step.compensation.key is None) for step in steps):
        return
    known: dict[tuple[str, str], list[Command]] = {}
    for command in _commands(flow):
        same = known.setdefault((command.participant, command.key), [])
        before = next((other for other in same if _may_meet(other, command)), None)
        if before is not None:
            yield _mistaken(command, before)
        elif command.is_written and "{" not in command.key:
            yield _mistaken(command, None)
        same.append(command)


def _commands(flow: Flow) -> Iterator[Command]:
    """Actions in the order of the flow, then compensations against it."""
    sent = [flow.steps[index] for index in flow.order if flow.steps[index].has_effects]
    for plan in sent:
        if plan.promises.idempotency == "key" and not plan.step.local and plan.step.action is not None:
            key = _filled(plan, plan.step.key or _default(plan))
            yield Command(plan, plan.step.action, plan.step.participant or "", key, False, plan.step.key is not None)
    for plan in reversed(sent):
        undo = plan.compensation
        if undo is not None and plan.undo_promises.idempotency == "key" and not plan.step.local:
            key = _filled(plan, undo.key or _default(plan) + ":undo")
            yield Command(plan, undo.command, undone_by(plan), key, True, undo.key is not None)


def _default(plan: FlowStep) -> str:
    return "{saga_id}:{step}" + (":{item}" if plan.id.endswith("]") else "")


def _filled(plan: FlowStep, template: str) -> str:
    """The key with what is known of a step before it runs; what the run brings stays in braces."""
    outer, _, own = plan.id.rpartition("/")
    words = {"saga_id": f"{{saga_id {outer}}}", "step": own.split("[")[0], "item": own}
    return _VARIABLE.sub(lambda found: words.get(found[1], f"{{{found[1]}}}"), template)


def _may_meet(one: Command, other: Command) -> bool:
    return not exclusive(one.plan.step, other.plan.step)


def _mistaken(command: Command, before: Command | None) -> Counterexample:
    """The story: the first is done, the second is answered and not done."""
    who = f"`{command.participant}`" if command.participant else "the participant"
    first = f"`{before.name}` of `{before.plan.id}`" if before is not None else f"`{command.name}` of another run"
    wrong = "recorded as undone, and its effect stands" if command.is_undo else "recorded as done, and is not"
    return Counterexample(
        property="S6" if command.is_undo else "S4",
        step=command.plan.id,
        explanation=f"{who} takes `{command.name}` for a repetition of {first}, whose key is the same: it is {wrong}",
        story=(
            f"{who} does {first}, and remembers its key",
            f"`{command.name}` arrives under the same key",
            f"{who} knows the key, answers as it did before, and does nothing",
            f"the answer arrives: `{command.plan.id}` is {wrong}",
        ),
        remedy=f"# each command needs a key of its own; without one of yours that is so:\n- step: {command.plan.id}\n"
        + ("  compensation: {key: '{saga_id}:{step}:undo'}" if command.is_undo else "  key: '{saga_id}:{step}'"),
    )
