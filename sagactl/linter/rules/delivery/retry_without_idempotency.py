"""SG301 retry-without-idempotency: an action is sent again although its participant does each copy again.

A try that timed out may have been done, with only its answer lost; the next try is a second copy, and a participant
that states `idempotency: none` does it a second time. A step that is tried once gets a warning: brokers deliver twice,
and a coordinator that restarts sends again what it was waiting for.

Source: Temporal documentation, on idempotent activities; Helland, Life beyond Distributed Transactions, 2007.
Since: 0.1

Bad:
    saga: order
    participants: {inventory: {}, payment: {idempotency: none}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        retry: 3
        kind: pivot

Good:
    saga: order
    participants: {inventory: {}, payment: {idempotency: key}}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        retry: 3
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from sagactl.finding import Place
from sagactl.flow import FlowStep
from sagactl.linter.delivery import and_more, by_place, doer, others
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_ONCE: Final = (
    "A broker that misses an acknowledgement delivers again, and a coordinator that restarts sends again what it was "
    "waiting for."
)


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    delivery = facts.delivery
    repeats = [step for step in delivery.sent if step.promises.idempotency == "none"]
    for place, steps in by_place(repeats, lambda step: delivery.stated_at(step, "idempotency")):
        yield _hit(place, sorted(steps, key=_is_sent_once))


def _hit(place: Place, steps: list[FlowStep]) -> Hit:
    step = steps[0]
    once = _is_sent_once(step)
    return Hit(
        f"`{step.id}`{and_more(steps)} {_how(step)}, and {doer(step)} does each copy again",
        place,
        step.id,
        help=f"idempotency: key\n# once {doer(step)} remembers the keys of what it has done",
        note=_ONCE if once else "",
        related=others(steps, lambda other: f"`{other.id}` {_how(other)}"),
        severity="warning" if once else None,
    )


def _is_sent_once(step: FlowStep) -> bool:
    """Whether nothing but a broker or a crash makes a second copy.

    A named error is the answer of a copy that was refused, so trying again after it alone makes no second one.
    """
    policy = step.action
    if policy.tries == 1 or (step.step.reply is False and not step.promises.status_query):
        return True
    return not (policy.retries("error") or (policy.timeout_s is not None and policy.retries("timeout")))


def _how(step: FlowStep) -> str:
    if _is_sent_once(step):
        return f"sends `{step.step.action}`, of which a second copy may arrive"
    tries = step.action.tries
    return f"sends `{step.step.action}` " + ("until an answer comes" if tries is None else f"up to {tries} times")


RULE = Rule(
    code="SG301",
    name="retry-without-idempotency",
    severity="error",
    why="A try whose answer was lost has been done, and the next one does it again: a card is charged twice.",
    check=check,
)
