"""SG117 irreversible-notice-before-pivot: somebody is told before it is certain.

An e-mail, a text message or a webhook has been read by the time a later step fails. A second message that takes it back
makes up for it at best, and what the other side did in between stays. Tell people after the pivot, as a retriable step.

Source: Richardson, Microservices Patterns, chapter 4; Azure Architecture Center, Compensating Transaction.
Since: 0.1

Bad:
    saga: order
    steps:
      - step: confirm-order
        participant: mail
        action: SendConfirmation
        external: email
        no_compensation: A mail cannot be unsent.
      - step: charge-card
        participant: payment
        action: ChargeCard
        rejects: [CardDeclined]
        kind: pivot

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        rejects: [CardDeclined]
        kind: pivot
      - step: confirm-order
        participant: mail
        action: SendConfirmation
        external: email
        kind: retriable
        retry: forever
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.flow import FlowStep
from sagactl.linter.commands import notice
from sagactl.linter.remedies import behind, how_it_fails
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED = 3


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        seen = notice(step)
        if seen and _could_wait(step) and not facts.after_pivot >> index & 1:
            failing = _failing(index, facts)
            if failing:
                yield _hit(facts.meant.steps[index], seen, failing, facts)


def _could_wait(step: Step) -> bool:
    """Whether it is a step that tells somebody: one that is declared the pivot is meant to come when it does."""
    return step.wait is None and step.kind not in ("pivot", "read-only")


def _failing(index: int, facts: Facts) -> int:
    """The steps that may prove the message wrong; what comes after the real pivot among them does not."""
    flow, failing = facts.meant, facts.endangers(index)
    for step in flow.members(facts.fails_later(index)):
        # Taken for retriable only because the message was taken for the pivot.
        if step.kind == "retriable" and step.step.kind is None and step.says_no:
            failing |= 1 << step.index
    for step in flow.members(failing):
        if any(failing >> pivot & 1 and flow.sure_ancestors[step.index] >> pivot & 1 for pivot in flow.pivots):
            failing &= ~(1 << step.index)
    return failing


def _hit(step: FlowStep, seen: str, bits: int, facts: Facts) -> Hit:
    undo = step.compensation
    failing = list(facts.meant.members(bits))
    consequence = f"and `{undo.command}` cannot make it unseen" if undo is not None else "and it cannot be taken back"
    return Hit(
        f"the {seen} of `{step.id}` goes out before `{failing[0].id}` is certain, {consequence}",
        at_step(step.step.route, "external" if step.step.external else "action"),
        step.id,
        help=_help(step, bits, facts),
        related=tuple(Related(how_it_fails(other), at_step(other.step.route)) for other in failing[:_RELATED]),
        severity="info" if undo is not None else None,
    )


def _help(step: FlowStep, failing: int, facts: Facts) -> str:
    flow = facts.meant
    pivot = any(failing >> index & 1 for index in flow.pivots)
    where = f"put it after {'the pivot' if pivot else 'all that can fail'}"
    without = ", without its compensation" if step.compensation is not None else ""
    return f"{where}{without}:{behind(step, failing, flow)}\nkind: retriable\nretry: forever"


RULE = Rule(
    code="SG117",
    name="irreversible-notice-before-pivot",
    severity="warning",
    why="People act on a message that turns out to be wrong.",
    check=check,
)
