"""SG313 dual-write: a participant stores its data and tells of it in two writes, without an outbox.

Between the two it may crash: then something was done that nobody hears of, or something is announced that was not
stored. No retry mends that, since either half looks complete by itself. With an outbox the message is stored in the
same transaction as the data and sent from there until it is received.

Source: Richardson, Microservices Patterns, chapter 3, transactional outbox; NServiceBus documentation, outbox.
Since: 0.1

Bad:
    saga: order
    participants: {inventory: {messaging: dual-write}, payment: {messaging: outbox}}
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
    participants: {inventory: {messaging: outbox}, payment: {messaging: outbox}}
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
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.linter.delivery import and_more, others
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga
from sagactl.promises import undone_by

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for id, participant in saga.participants.items():
        if participant.messaging != "dual-write":
            continue
        steps = [step for step in facts.delivery.sent if id in (step.step.participant, undone_by(step))]
        if steps:
            yield Hit(
                f"`{id}` stores what `{steps[0].id}`{and_more(steps)} did and tells of it in two writes, "
                "of which one may be lost",
                Place(("participants", id, "messaging")),
                steps[0].id,
                help=f"messaging: outbox\n# once `{id}` stores its messages with its data, in one transaction",
                related=others(steps, lambda other: f"`{other.id}` too"),
            )


RULE = Rule(
    code="SG313",
    name="dual-write",
    severity="error",
    why="A crash between the two writes leaves an effect that nobody hears of, or news of one that is not there.",
    check=check,
)
