"""SG312 retry-of-rejection: an error is listed both as a rejection and as one to try again after.

A rejection is definite and never tried again, so the entry under `retry.only` does nothing. If trying again may help,
the error is no rejection: it is technical, and belongs under `retry.only` alone.

Source: Temporal and AWS Step Functions: an error is either one to retry or one that is not retryable.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [OutOfStock, TooManyRequests]
        retry: {attempts: 3, only: [timeout, TooManyRequests]}
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        rejects: [OutOfStock]
        retry: {attempts: 3, only: [timeout, TooManyRequests]}
        compensation: ReleaseItems
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sagactl.finding import Drop, Fix, Place, Related
from sagactl.linter.error_names import means_anything, nobody_knows
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Retry, Route, Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


class _Refusals(NamedTuple):
    """A command that may say no: its step, how it may, and where that and its own retries are written."""

    step: str
    rejects: tuple[str, ...]
    retry: Retry | None
    route: Route


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    found: dict[tuple[str, Place], list[_Refusals]] = {}
    for only, refusals in _commands(facts):
        for index, name in enumerate(only):
            if name in refusals.rejects and not (nobody_knows(name) or means_anything(name)):
                place = Place((*_only_at(saga, refusals), index))
                found.setdefault((name, place), []).append(refusals)
    for (name, place), refusing in found.items():
        yield _hit(name, place, refusing)


def _commands(facts: Facts) -> Iterator[tuple[tuple[str, ...], _Refusals]]:
    """What is tried again, and what is refused, for each command that has both."""
    for step in facts.flow.steps:
        if step.step.rejects and step.action.only:
            yield step.action.only, _Refusals(step.id, step.step.rejects, step.step.retry, step.step.route)
        undo = step.compensation
        if undo is not None and undo.rejects and step.undo is not None and step.undo.only:
            route = (*step.step.route, "compensation")
            yield step.undo.only, _Refusals(step.id, undo.rejects, undo.retry, route)


def _only_at(saga: Saga, refusals: _Refusals) -> Route:
    """Where the list is written that holds: at the command itself, or where it inherits from."""
    if refusals.retry is not None and refusals.retry.only is not None:
        return (*refusals.route, "retry", "only")
    inherited = saga.rollback.retry if "compensation" in refusals.route else None
    if inherited is not None and inherited.only is not None:
        return ("rollback", "retry", "only")
    return ("defaults", "retry", "only")


def _hit(name: str, place: Place, refusing: list[_Refusals]) -> Hit:
    step = refusing[0].step
    more = f" (and {len(refusing) - 1} more)" if len(refusing) > 1 else ""
    return Hit(
        f"`{name}` of `{step}`{more} is a rejection, which is never tried again",
        place,
        step,
        help="keep it under `only` if trying again may help, else under `rejects`",
        related=tuple(
            Related("a definite no", Place((*each.route, "rejects", each.rejects.index(name)))) for each in refusing
        ),
        fix=_taken_for_a_no(place, refusing[0]),
    )


def _taken_for_a_no(place: Place, refusals: _Refusals) -> Fix | None:
    """Where the list is the command's own; one that others inherit may mean something to them."""
    if refusals.retry is None or refusals.retry.only is None or len(refusals.retry.only) == 1:
        return None
    return Fix("take it for a definite no", safe=False, changes=(Drop(place.route),))


RULE = Rule(
    code="SG312",
    name="retry-of-rejection",
    severity="warning",
    why="Whoever wrote it counts on another try that never comes.",
    check=check,
)
