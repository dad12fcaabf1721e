"""ACME002 same-action: two sagas of the repository send the same action.

A rule over all sagas works in two halves: `digest` says what one saga does, and `check_all` compares the sagas.

Source: Acme engineering handbook, chapter on commands.
Since: 1.0

Bad:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCardForOrder
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from sagactl.finding import Related
from sagactl.linter.rule import Digest, Hit, Rule, at_step
from sagactl.model import Route, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def digest(saga: Saga, facts: Facts) -> tuple[tuple[str, str, Route], ...]:
    return tuple((step.action, step.id, step.route) for step in saga.steps if step.action is not None)


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    first: dict[str, tuple[Digest, Route]] = {}
    for each in digests:
        for action, step, route in each.value:
            known, place = first.setdefault(action, (each, route))
            if known.saga != each.saga:
                yield Hit(
                    f"`{known.saga}` sends `{action}`, too",
                    at_step(route, "action"),
                    step,
                    related=(Related(f"`{known.saga}` sends it here", at_step(place, "action"), known.path),),
                    path=each.path,
                )


RULE = Rule(
    code="ACME002",
    name="same-action",
    severity="info",
    why="Whoever reads the logs cannot tell which saga has sent a command that two of them send.",
    digest=digest,
    check_all=check_all,
    default=False,
)
