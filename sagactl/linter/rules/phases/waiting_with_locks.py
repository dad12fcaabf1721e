"""SG208 waiting-with-locks: the run waits while others are kept out, or for a person when it cannot go back.

A lock, or a record marked as pending, keeps other runs out until the event comes, and events from outside come late or
never. Wait first and lock then, or settle the record before the wait. A person's decision after the pivot comes too
late: whatever it is, the run can only go forward. A record is settled by a write at the pivot or after it; before that
the run may still go back, so a second write changes the record and leaves it pending.

Source: Azure Architecture Center, Saga pattern, on durability of locks.
Since: 0.1

Bad:
    saga: contract
    resources: {account: {participant: bank}}
    steps:
      - step: freeze-account
        participant: bank
        action: FreezeAccount
        lock: account
        lock_ttl: 20d
        compensation: UnfreezeAccount
      - step: await-signature
        wait: ContractSigned
        timeout: 14d
      - step: pay-out
        participant: treasury
        action: PayOut
        unlock: account
        kind: pivot

Good:
    saga: contract
    resources: {account: {participant: bank}}
    steps:
      - step: await-signature
        wait: ContractSigned
        timeout: 14d
      - step: freeze-account
        participant: bank
        action: FreezeAccount
        lock: account
        lock_ttl: 1d
        compensation: UnfreezeAccount
      - step: pay-out
        participant: treasury
        action: PayOut
        unlock: account
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.durations import duration_text
from sagactl.finding import Related
from sagactl.flow import FlowStep, exclusive
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        if step.wait is not None:
            if saga.resources:
                yield from _holding(saga, facts.meant.steps[index], facts)
            if step.wait.decision is not None and facts.after_pivot >> index & 1 and not facts.failing >> index & 1:
                yield _too_late(step, step.wait.decision)


def _holding(saga: Saga, wait: FlowStep, facts: Facts) -> Iterator[Hit]:
    """One finding for all that is held while the run waits."""
    held: dict[str, FlowStep] = {}
    for holder in facts.meant.members(facts.meant.ancestors[wait.index]):
        for resource in _held(saga, holder, facts):
            if resource in held or exclusive(holder.step, wait.step):
                continue
            if not _is_settled(resource, holder, wait, facts):
                held[resource] = holder
    if held:
        yield _hit(wait, held)


def _held(saga: Saga, holder: FlowStep, facts: Facts) -> Iterator[str]:
    """The resources that a step keeps others out of; what is written at the pivot or after it is final."""
    if holder.step.lock is not None:
        yield holder.step.lock
    if not _is_final(holder, facts):
        for id in holder.step.writes:
            if _is_pending_record(saga, id):
                yield id


def _is_settled(resource: str, holder: FlowStep, wait: FlowStep, facts: Facts) -> bool:
    """Whether a step between the two releases the resource or writes its final state."""
    flow = facts.meant
    between = flow.sure_ancestors[wait.index] & flow.descendants[holder.index]
    for step in flow.members(between):
        if step.step.unlock == resource:
            return True
        if holder.step.lock != resource and resource in step.step.writes and _is_final(step, facts):
            return True
    return False


def _is_pending_record(saga: Saga, id: str) -> bool:
    return id in saga.resources and saga.resources[id].countermeasure == "semantic-lock"


def _is_final(step: FlowStep, facts: Facts) -> bool:
    """Whether the run cannot go back any more when the step is done."""
    return step.kind == "pivot" or bool(facts.after_pivot >> step.index & 1)


def _hit(wait: FlowStep, held: dict[str, FlowStep]) -> Hit:
    how_long = (
        f"up to {duration_text(wait.action.timeout_s)}"
        if wait.action.timeout_s is not None
        else "for as long as it takes"
    )
    *most, last = (f"`{resource}`" for resource in held)
    resources = f"{', '.join(most)} and {last}" if most else last
    return Hit(
        f"`{wait.id}` waits {how_long} while {resources} {'is' if len(held) == 1 else 'are'} kept from other runs",
        at_step(wait.step.route, "wait"),
        wait.id,
        help="\n".join(_way_out(wait, holder, resource) for resource, holder in held.items()),
        related=tuple(
            Related(
                f"`{holder.id}` {'locks' if holder.step.lock == resource else 'marks as pending'} `{resource}`",
                at_step(holder.step.route),
            )
            for resource, holder in held.items()
        ),
    )


def _way_out(wait: FlowStep, holder: FlowStep, resource: str) -> str:
    locks = holder.step.lock == resource
    other = f"unlock `{resource}`" if locks else f"let the pivot, or a step after it, write `{resource}`"
    return f"let `{holder.id}` come after `{wait.id}`, or {other} before the wait"


def _too_late(step: Step, decision: str) -> Hit:
    return Hit(
        f"`{decision}` is decided after the pivot, when nothing can be taken back any more",
        at_step(step.route, "wait"),
        step.id,
        help="ask before the pivot",
        note="A decision that can only be yes is none, and until it is made the run stands still.",
    )


RULE = Rule(
    code="SG208",
    name="waiting-with-locks",
    severity="warning",
    why="One event that does not come keeps every other run out.",
    check=check,
    concerns="waits",
)
