"""SG501 no-dead-letter: a compensation that is given up goes nowhere.

A compensation has so many tries, and then it is given up. With `rollback.dead_letter` it is handed to people with all
that they need to finish it by hand; without, the run ends half undone, and the only trace is a line in a log. One queue
is enough for the whole saga. A draft that says nothing of its rollback yet gets a warning.

Source: Hohpe and Woolf, Enterprise Integration Patterns: Dead Letter Channel; public sagas in which a failed
compensation is only logged.
Since: 0.1

Bad:
    saga: order
    rollback: {retry: 20}
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
    rollback: {retry: 20, dead_letter: order-dlq}
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

from sagactl.finding import Place, Related
from sagactl.flow import FlowStep
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Rollback, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

_RELATED = 5


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    # What is ignored altogether is told by ignored-undo-failure.
    if saga.rollback.dead_letter is None and saga.rollback.on_failure != "ignore":
        given_up = [step for step in facts.flow.steps if _is_given_up(step)]
        if given_up:
            yield _hit(saga, given_up)


def _is_given_up(step: FlowStep) -> bool:
    """Whether its compensation may fail for good; a local one happens with the saga's own state."""
    return step.undo is not None and step.undo.tries is not None and not step.step.local


def _hit(saga: Saga, given_up: list[FlowStep]) -> Hit:
    first, more = given_up[0], len(given_up) - 1
    others = f" (and {more} more)" if more else ""
    is_draft = saga.rollback == Rollback()
    return Hit(
        f"when the compensation of `{first.id}`{others} fails for good, nobody gets it",
        at_step(first.step.route, "compensation") if is_draft else Place(("rollback",), "key"),
        first.id if is_draft else "",
        help=f"rollback:\n  dead_letter: {saga.id}-dlq",
        related=tuple(
            Related(f"given up after {_tries(step)}", at_step(step.step.route, "compensation"))
            for step in given_up[is_draft : _RELATED + is_draft]
        ),
        severity="warning" if is_draft else None,
    )


def _tries(step: FlowStep) -> str:
    tries = step.undo.tries if step.undo is not None else 1
    return "1 try" if tries == 1 else f"{tries} tries"


RULE = Rule(
    code="SG501",
    name="no-dead-letter",
    severity="error",
    why="The run ends half undone, and all that is left of it is a line in a log.",
    check=check,
)
