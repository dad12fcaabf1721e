"""What one saga says to others by events: the digest of the rules on orphans and on ends that nobody tells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sagactl.errors import nearest
from sagactl.finding import Place
from sagactl.flow import FlowStep
from sagactl.linter.rule import Digest
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


_MOST_COMPARED = 20
"""With so many names that nobody publishes an event is compared to find one that is called alike."""


class Loose(NamedTuple):
    """An event without its other half in this saga: nobody publishes it, or nobody hears it.

    `step` is empty where the saga itself names it, and `undo` says that it would start a compensation.
    """

    event: str
    step: str
    place: Place
    undo: bool = False


class Untold(NamedTuple):
    """The events that would tell how a run ended, and that nobody is known to hear: when it is completed, or undone."""

    completed: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()


class Traffic(NamedTuple):
    """The events of one saga, and those that need another saga; `place` is where the saga says how it ends."""

    published: tuple[str, ...]
    heard: tuple[str, ...]
    starts_on: tuple[str, ...] = ()
    ends_with: tuple[str, ...] = ()
    unpublished: tuple[Loose, ...] = ()
    unheard: tuple[Loose, ...] = ()
    untold: Untold = Untold()


def traffic_of(saga: Saga, facts: Facts) -> Traffic | None:
    """The events of a saga, None where it has none; one that only waits hears them, and that is all."""
    if not facts.by_events:
        awaited = tuple(step.wait.event for step in saga.steps if step.wait is not None and step.wait.event)
        return Traffic((), awaited) if awaited else None
    from sagactl.linter.endings import untold

    events, leads = facts.events, not facts.choreographed
    ends = Untold() if leads else untold(saga, facts)
    orphans = tuple(_unpublished(saga, facts))
    told, names = {*ends.completed, *ends.undone}, [loose.event for loose in orphans]
    return Traffic(
        published=tuple(events.publishers),
        heard=tuple(sorted(events.heard.union(saga.starts_on))),
        starts_on=saga.starts_on,
        ends_with=saga.ends_with,
        unpublished=orphans,
        unheard=() if leads else tuple(_unheard(saga, facts, told, names[:_MOST_COMPARED])),
        untold=ends,
    )


def elsewhere(digests: Sequence[Digest], what: str) -> defaultdict[str, set[str]]:
    """For each event the sagas that publish or hear it."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for digest in digests:
        for event in getattr(digest.value, what):
            found[event].add(digest.saga)
    return found


def _unpublished(saga: Saga, facts: Facts) -> Iterator[Loose]:
    """What is said to be listened to and comes neither from a step nor, as far as the saga says, from outside."""
    from sagactl.linter.events import place_of

    events = facts.events
    for each in events.subscriptions:
        known = each.source or each.event in saga.starts_on or each.event in events.awaited
        if each.declared and not known:
            yield Loose(each.event, each.step, place_of(facts.flow[each.step], each), each.purpose != "start")
    if not events.too_large:
        for at, event in enumerate(saga.ends_with):
            if event not in events.publishers:
                yield Loose(event, "", Place(("ends_with", at)))


def _unheard(saga: Saga, facts: Facts, told: set[str], orphans: list[str]) -> Iterator[Loose]:
    """What was given a name and has no listener.

    nobody-knows-the-end speaks of those that are `told`, and an orphan that is called alike is the same mistake.
    """
    known = facts.events.heard.union(saga.ends_with, told)
    for loose in (*_named(facts), *_outside(saga, facts)):
        if loose.event not in known and nearest(loose.event, orphans) is None:
            yield loose


def _named(facts: Facts) -> Iterator[Loose]:
    """The events of steps that were given a name and that some run may publish."""
    for event in facts.events.published:
        if event.declared and event.step and _can_come(facts.flow[event.step], event.kind):
            route = facts.flow[event.step].step.route
            yield Loose(event.name, event.step, Place((*route, "publishes", event.kind)))


def _outside(saga: Saga, facts: Facts) -> Iterator[Loose]:
    if not facts.events.too_large:
        for at, name in enumerate(saga.starts_on):
            yield Loose(name, "", Place(("starts_on", at)))


def _can_come(step: FlowStep, kind: str) -> bool:
    return kind == "success" or (step.can_fail if kind == "failure" else step.undo is not None)
