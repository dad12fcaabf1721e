"""ACME001 owner-without-team: an owner that is not a team.

People change jobs, teams hand over. At Acme the owner of a saga is a team, and the names of teams begin with `team-`.

Source: Acme engineering handbook, chapter on ownership.
Since: 1.0

Bad:
    saga: order
    owner: alice
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    owner: team-orders
    steps:
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.finding import Place
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.owner is not None and not saga.owner.startswith("team-"):
        yield Hit(
            f"`{saga.owner}` owns `{saga.id}`, and is not a team",
            Place(("owner",)),
            help="owner: team-<name>",
        )


RULE = Rule(
    code="ACME001",
    name="owner-without-team",
    severity="warning",
    why="Nobody answers for a saga whose owner has left.",
    check=check,
)
