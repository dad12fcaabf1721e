"""How a failure travels back where nobody leads: from event to event, until nothing is left to be undone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sagactl.flow import Flow
from sagactl.styles import Choreography, EventKind, Purpose


class Leg(NamedTuple):
    """An event on its way back: who tells of which step, and who hears it and undoes, or stops, which step."""

    event: str
    source: str
    sender: str
    step: str
    listener: str
    purpose: Purpose
    undoes: bool


class WayBack(NamedTuple):
    """What follows from the failure of one step, each leg after the ones that cause it."""

    step: str
    legs: tuple[Leg, ...]

    @property
    def undone(self) -> tuple[str, ...]:
        return tuple(leg.step for leg in self.legs if leg.undoes)


Listeners = Mapping[tuple[str, EventKind], list[Leg]]
"""Who hears an event that does not start them, by the step and the end that it tells of."""


def ways_back(flow: Flow, events: Choreography) -> Iterator[WayBack]:
    """One way back for each step whose failure turns a run back, in file order."""
    listeners = _listeners(flow, events)
    for plan in flow.steps:
        if plan.can_fail and plan.place != "after" and not plan.reacts:
            yield WayBack(plan.id, tuple(_legs(listeners, plan.id)))


def _listeners(flow: Flow, events: Choreography) -> Listeners:
    publishers = {(event.step, event.kind): event.participant for event in events.events}
    found: dict[tuple[str, EventKind], list[Leg]] = {}
    for each in events.subscriptions:
        if each.purpose != "start":
            end = each.source, each.kind
            undoes = flow[each.step].undo is not None
            sender = publishers.get(end, "")
            leg = Leg(each.event, each.source, sender, each.step, each.participant, each.purpose, undoes)
            found.setdefault(end, []).append(leg)
    return found


def _legs(listeners: Listeners, failed: str) -> Iterator[Leg]:
    """Breadth first: every step hears of the failure once, from whoever tells it first."""
    reached = {failed}
    told: list[tuple[str, EventKind]] = [(failed, "failure")]
    for end in told:
        for leg in listeners.get(end, ()):
            if leg.step not in reached:
                reached.add(leg.step)
                told.append((leg.step, "undone"))
                yield leg
