"""Which commands of a run bear the same idempotency key at the same participant, and what comes of it.

A participant that deduplicates by key cannot tell them apart: it takes the second for a repetition of the first,
answers as it did before, and does nothing.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep, exclusive
from sagactl.promises import undone_by
from sagactl.world.participants import Treatment, treat
from sagactl.world.parts import Message, Operation, Truth

_VARIABLE: Final = re.compile(r"\{\s*([^{}]*?)\s*\}")

Sent = tuple[int, Operation]
"""A command, by its step and whether it does or undoes it."""


class Command(NamedTuple):
    """A command, by whom it is taken and under which key; `key` is as a run would have it."""

    plan: FlowStep
    operation: Operation
    name: str
    participant: str
    key: str
    is_written: bool

    @property
    def is_the_same_in_all_runs(self) -> bool:
        return self.is_written and "{" not in self.key


def has_keys(flow: Flow) -> bool:
    """Whether the definition says anything of keys; those that are derived are never shared."""
    steps = flow.saga.steps
    return any(step.key or (step.compensation is not None and step.compensation.key) for step in steps)


def commands(flow: Flow) -> Iterator[Command]:
    """What participants know by its key: actions in the order of the flow, then compensations against it."""
    sent = [flow.steps[index] for index in flow.order if flow.steps[index].has_effects]
    for plan in sent:
        if plan.promises.idempotency == "key" and not plan.step.local and plan.step.action is not None:
            key = _filled(plan, plan.step.key or _default(plan))
            here = plan.step.participant or plan.id
            yield Command(plan, "action", plan.step.action, here, key, plan.step.key is not None)
    for plan in reversed(sent):
        undo = plan.compensation
        if undo is not None and plan.undo_promises.idempotency == "key" and not plan.step.local:
            key = _filled(plan, undo.key or _default(plan) + ":undo")
            yield Command(plan, "undo", undo.command, undone_by(plan), key, undo.key is not None)


def _default(plan: FlowStep) -> str:
    return "{saga_id}:{step}" + (":{item}" if plan.id.endswith("]") else "")


def _filled(plan: FlowStep, template: str) -> str:
    """The key with what is known of a step before it runs; what the run brings stays in braces."""
    outer, _, own = plan.id.rpartition("/")
    words = {"saga_id": f"{{saga_id {outer}}}", "step": own.split("[")[0], "item": own}
    return _VARIABLE.sub(lambda found: words.get(found[1], f"{{{found[1]}}}"), template)


@lru_cache(maxsize=64)
def twins(flow: Flow) -> Mapping[Sent, tuple[Command, ...]]:
    """For each command the others of the same run that its participant takes for it; empty for nearly every saga."""
    if not has_keys(flow):
        return {}
    known: dict[tuple[str, str], list[Command]] = {}
    for command in commands(flow):
        known.setdefault((command.participant, command.key), []).append(command)
    found: dict[Sent, tuple[Command, ...]] = {}
    for same in known.values():
        for command in same:
            others = tuple(other for other in same if other is not command and _may_meet(other, command))
            if others:
                found[command.plan.index, command.operation] = others
    return found


def _may_meet(one: Command, other: Command) -> bool:
    return not exclusive(one.plan.step, other.plan.step)


def mistaken_for(flow: Flow, truths: tuple[Truth, ...], message: Message) -> Command | None:
    """The command that was done earlier under the key of this request, if its participant takes it for that one."""
    if message.is_reply or not (others := twins(flow)):
        return None
    return next((each for each in others.get(message[:2], ()) if _was_done(each, truths[each.plan.index])), None)


def _was_done(command: Command, truth: Truth) -> bool:
    return (truth.done if command.operation == "action" else truth.undone) > 0


def seen(flow: Flow, truths: tuple[Truth, ...], message: Message) -> Truth:
    """What the participant takes for true: that it has done already what it takes for a repetition."""
    truth = truths[message.step]
    if mistaken_for(flow, truths, message) is None:
        return truth
    return truth._replace(done=max(1, truth.done), undone=max(message.operation == "undo", truth.undone))


def treat_among(flow: Flow, truths: tuple[Truth, ...], message: Message) -> Treatment:
    """What the participant does with a request when nothing goes wrong; nothing, with what it is mistaken for."""
    plan, truth, known = flow.steps[message.step], truths[message.step], seen(flow, truths, message)
    treated = treat(plan, known, message)
    return treated if known is truth else treated._replace(truth=truth)
