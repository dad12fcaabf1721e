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
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED = 3


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        seen = notice(step)
        if seen and step.kind not in ("pivot", "read-only") and not facts.after_pivot >> index & 1:
            failing = list(facts.flow.members(facts.fails_later(index)))
            if failing:
                yield _hit(facts.flow.steps[index], seen, failing)


def _hit(step: FlowStep, seen: str, failing: list[FlowStep]) -> Hit:
    undo = step.compensation
    last = next((other.id for other in failing if other.kind == "pivot"), failing[-1].id)
    consequence = f"and `{undo.command}` cannot make it unseen" if undo is not None else "and it cannot be taken back"
    return Hit(
        f"the {seen} of `{step.id}` goes out before `{failing[0].id}` is certain, {consequence}",
        at_step(step.step.route, "external" if step.step.external else "action"),
        step.id,
        help=f"put it after the pivot:\nafter: [{last}]\nkind: retriable\nretry: forever",
        related=tuple(
            Related(f"`{other.id}` can still fail", at_step(other.step.route)) for other in failing[:_RELATED]
        ),
        severity="info" if undo is not None else None,
    )


RULE = Rule(
    code="SG117",
    name="irreversible-notice-before-pivot",
    severity="warning",
    why="People act on a message that turns out to be wrong.",
    check=check,
)
