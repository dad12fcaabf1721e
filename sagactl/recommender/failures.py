"""How a failure travels back where nobody leads: from event to event, until nothing is left to be undone."""

from __future__ import annotations

from collections.abc import Iterator
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


def ways_back(flow: Flow, events: Choreography) -> Iterator[WayBack]:
    """One way back for each step whose failure turns a run back, in file order."""
    for plan in flow.steps:
        if plan.can_fail and plan.place != "after" and not plan.reacts:
            yield WayBack(plan.id, tuple(_legs(flow, events, plan.id)))


def _legs(flow: Flow, events: Choreography, failed: str) -> Iterator[Leg]:
    """Breadth first: every step hears of the failure once, from whoever tells it first."""
    publishers = {(event.step, event.kind): event.participant for event in events.events}
    listeners: dict[tuple[str, EventKind], list[tuple[str, str, str, Purpose]]] = {}
    for each in events.subscriptions:
        if each.purpose != "start":
            told = (each.step, each.participant, each.event, each.purpose)
            listeners.setdefault((each.source, each.kind), []).append(told)
    reached = {failed}
    told_by: list[tuple[str, EventKind]] = [(failed, "failure")]
    for source, kind in told_by:
        for step, listener, event, purpose in listeners.get((source, kind), ()):
            if step in reached:
                continue
            reached.add(step)
            sender = publishers.get((source, kind), "")
            yield Leg(event, source, sender, step, listener, purpose, flow[step].undo is not None)
            told_by.append((step, "undone"))
