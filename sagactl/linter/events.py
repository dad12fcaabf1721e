"""The events of a saga as rules look at them: by name, by listener, and as what follows from what."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cached_property
from typing import TYPE_CHECKING, Literal, NamedTuple

from sagactl.finding import Place
from sagactl.flow import FlowStep, failure_event, success_event, undone_event
from sagactl.model import Listens
from sagactl.styles import OUTSIDE, Event, Subscription, choreography

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

MOST_LISTENING = 100_000
"""Steps times the events that are listened to; a definition beyond that is left alone."""


class Link(NamedTuple):
    """Whoever hears one event does its part and publishes the other; `end` says what that one tells."""

    heard: str
    published: str
    end: Literal["success", "failure", "undone"]
    step: FlowStep
    place: Place


class Events:
    """What the steps of one saga publish and hear, declared or derived; nothing of a saga that is too large."""

    def __init__(self, facts: Facts) -> None:
        self.facts = facts
        self.flow = facts.flow
        heard = sum(len(listens.events) for step in self.flow.steps for listens in _declared(step))
        self.too_large = heard * len(self.flow.steps) > MOST_LISTENING
        plan = None if self.too_large else choreography(self.flow)
        self.published: tuple[Event, ...] = plan.events if plan is not None else ()
        self.subscriptions: tuple[Subscription, ...] = plan.subscriptions if plan is not None else ()

    @cached_property
    def publishers(self) -> dict[str, list[Event]]:
        """What the saga's own steps publish, by name; two steps may share one."""
        found: dict[str, list[Event]] = {}
        for event in self.published:
            if event.step != OUTSIDE:
                found.setdefault(event.name, []).append(event)
        return found

    @cached_property
    def awaited(self) -> frozenset[str]:
        """The events that waits wait for."""
        waits = (step.wait for step in self.facts.saga.steps)
        return frozenset(wait.event for wait in waits if wait is not None and wait.event is not None)

    @cached_property
    def heard(self) -> frozenset[str]:
        """The events that some step of the saga hears or waits for."""
        return self.awaited.union(each.event for each in self.subscriptions)

    @cached_property
    def links(self) -> tuple[Link, ...]:
        """What follows from what, in file order of the listeners."""
        if self.too_large:
            return ()
        heard = (link for each in self.subscriptions for link in self._links(each))
        return (*heard, *(link for step in self.flow.steps for link in self._on_its_own(step)))

    @cached_property
    def reactions(self) -> dict[str, list[Link]]:
        """What follows in the steps that answer a failure, by the event that they hear."""
        found: dict[str, list[Link]] = {}
        for link in self.links:
            if link.step.reacts and link.end == "success":
                found.setdefault(link.heard, []).append(link)
        return found

    def aftermath(self, failing: FlowStep) -> frozenset[str]:
        """The events that follow when a step fails: the failure, and all that is undone because of it."""
        return self._aftermaths[failing.index]

    @cached_property
    def _aftermaths(self) -> dict[int, frozenset[str]]:
        listeners: dict[str, list[FlowStep]] = {}
        for each in self.subscriptions:
            if each.purpose != "start" and each.kind != "success":
                listeners.setdefault(each.event, []).append(self.flow[each.step])
        return {step.index: frozenset(_spread(step, listeners)) for step in self.flow.members(self.facts.failing)}

    def _links(self, heard: Subscription) -> Iterator[Link]:
        step = self.flow[heard.step]
        place = place_of(step, heard)
        if heard.purpose == "start":
            yield from _starting(heard.event, step, place)
        elif heard.kind != "success":
            yield Link(heard.event, undone_event(step.step), "undone", step, place)

    def _on_its_own(self, step: FlowStep) -> Iterator[Link]:
        """What follows when a step hears itself, or waits for what another step of the saga publishes.

        One that is done again whenever it is undone comes back to its undoing as often as the run is given up.
        """
        listens, wait = step.step.listens, step.step.wait
        if listens is not None:
            own = success_event(step.step), failure_event(step.step), undone_event(step.step)
            for event in dict.fromkeys(listens.events):
                if event in own:
                    yield from _starting(event, step, place_in(listens, event))
                if event == own[2]:
                    yield Link(event, event, "success", step, place_in(listens, event))
        if wait is not None and wait.event in self.publishers and wait.event != success_event(step.step):
            yield from _starting(wait.event, step, Place((*step.step.route, "wait")))


def undo_listens(step: FlowStep) -> Listens | None:
    """What is declared to start the compensation of a step."""
    return step.compensation.listens if step.compensation is not None else None


def starts_on(listens: Listens, events: frozenset[str] | set[str]) -> bool:
    """Whether these events start what listens so."""
    if listens.mode == "all":
        return events.issuperset(listens.events)
    return not events.isdisjoint(listens.events)


def place_of(step: FlowStep, heard: Subscription) -> Place:
    """Where it is written that the step hears an event; at the step itself where it is derived."""
    listens = step.step.listens if heard.purpose == "start" else undo_listens(step)
    return Place((*step.step.route, "step")) if listens is None else place_in(listens, heard.event)


def place_in(listens: Listens, event: str) -> Place:
    """Where the event is written."""
    at = listens.events.index(event)
    return Place((*listens.route, at) if listens.mode == "all" else (*listens.route, "any", at))


def is_undone_when_it_fails(step: FlowStep) -> bool:
    """Whether every failure of the step is followed by its own compensation: where its outcome is never a sure no."""
    if step.undo is None or step.failed_step == "never":
        return False
    return step.failed_step == "always" or not step.says_no


def _declared(step: FlowStep) -> Iterator[Listens]:
    for listens in (step.step.listens, undo_listens(step)):
        if listens is not None:
            yield listens


def _starting(heard: str, step: FlowStep, place: Place) -> Iterator[Link]:
    """What follows when an event starts a step."""
    yield Link(heard, success_event(step.step), "success", step, place)
    if step.can_fail:
        yield Link(heard, failure_event(step.step), "failure", step, place)


def _spread(failing: FlowStep, listeners: dict[str, list[FlowStep]]) -> set[str]:
    events = {failure_event(failing.step)}
    if is_undone_when_it_fails(failing):
        events.add(undone_event(failing.step))
    fresh = list(events)
    while fresh:
        for step in listeners.get(fresh.pop(), ()):
            event, listens = undone_event(step.step), undo_listens(step)
            if event not in events and (listens is None or starts_on(listens, events)):
                events.add(event)
                fresh.append(event)
    return events
