"""SG121 undo-loop: the failure of a compensation leads back to the same compensation, without a limit.

A fallback that is the compensation again, a restart of the whole saga without `max_restarts`, or compensations that
hear each other's events: the run never ends, is never reported as failed, and repeats its effects until somebody turns
it off.

Source: public Step Functions definitions whose Catch on a compensation leads back to an earlier compensation.
Since: 0.1
Fix: unsafe

Bad:
    saga: order
    rollback: {then: restart, dead_letter: order-dlq}
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
    rollback: {then: restart, max_restarts: 3, dead_letter: order-dlq}
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

from sagactl.finding import Drop, Fix, Place, Put, Related
from sagactl.flow import undone_event
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Compensation, Saga, Step

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if saga.rollback.then == "restart" and saga.rollback.max_restarts is None:
        yield Hit(
            f"after every rollback `{saga.id}` starts again, without a limit",
            Place(("rollback", "then")),
            help="max_restarts: 3",
            fix=Fix("restart three times at most", safe=False, changes=(Put(("rollback", "max_restarts"), 3),)),
        )
    listening: list[Step] = []
    for step in saga.steps:
        undo = step.compensation
        if undo is not None:
            if undo.fallback == undo.command:
                yield _fallback(step, undo)
            if undo.listens is not None:
                listening.append(step)
    if listening:
        yield from _events(listening)


def _fallback(step: Step, undo: Compensation) -> Hit:
    command = undo.command
    route = (*step.route, "compensation", "fallback")
    return Hit(
        f"when `{command}` fails, `{command}` is its fallback",
        Place(route),
        step.id,
        help="name another command that always succeeds, or remove the fallback: the dead letter queue takes it then",
        # One that may say no would have none at all without its fallback.
        fix=Fix("remove the fallback", safe=False, changes=(Drop(route),)) if not undo.rejects else None,
    )


def _events(listening: list[Step]) -> Iterator[Hit]:
    """Compensations that start each other by the events that say they are done; each circle is told once."""
    by_event = {undone_event(step): step for step in listening}
    reported: set[str] = set()
    for step in listening:
        circle = _circle(step, by_event)
        if circle and reported.isdisjoint(each.id for each in circle):
            reported.update(each.id for each in circle)
            names = " -> ".join(f"`{each.id}`" for each in (*circle, step))
            yield Hit(
                f"these compensations start each other: {names}",
                Place((*step.route, "compensation", "listens")),
                step.id,
                help="let one of them hear the failure that starts the way back",
                related=tuple(
                    Related(
                        f"`{each.id}` is undone when it hears this", Place((*each.route, "compensation", "listens"))
                    )
                    for each in circle[1:]
                ),
            )


def _circle(start: Step, by_event: dict[str, Step]) -> list[Step]:
    """The steps from `start` over the undo events that its compensation hears back to it, in the order they start."""
    came_from: dict[str, Step] = {}
    waiting = [start]
    while waiting:
        step = waiting.pop()
        heard = step.compensation.listens if step.compensation is not None else None
        for event in heard.events if heard is not None else ():
            source = by_event.get(event)
            if source is None or source.id in came_from:
                continue
            came_from[source.id] = step
            if source is start:
                return _way(start, came_from)
            waiting.append(source)
    return []


def _way(start: Step, came_from: dict[str, Step]) -> list[Step]:
    way = [start]
    while came_from[way[-1].id] is not start:
        way.append(came_from[way[-1].id])
    return way


RULE = Rule(
    code="SG121",
    name="undo-loop",
    severity="error",
    why="The run never ends, is never reported as failed, and repeats its effects until somebody turns it off.",
    check=check,
)
