"""How a choreographed run ends, and whether an event for those outside tells so."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from sagactl.flow import FlowStep, failure_event, success_event, undone_event
from sagactl.linter.traffic import Untold
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def untold(saga: Saga, facts: Facts) -> Untold:
    """The events that would tell what `ends_with` does not; orphan-event speaks of a name that is none of them."""
    if facts.events.too_large or not facts.events.publishers.keys() >= {*saga.ends_with}:
        return Untold()
    outside = facts.events.awaited.union(saga.ends_with)
    completed = [success_event(step.step) for step in _last(facts) if not _is_told(step, outside, facts)]
    undone: list[str] = []
    for failing in facts.flow.members(_ending(facts)):
        after = _after_failure(failing, facts)
        if outside.isdisjoint(after):
            undone += [event for event in after if event not in facts.events.heard]
    return Untold(tuple(dict.fromkeys(completed)), tuple(dict.fromkeys(undone)))


def _last(facts: Facts) -> Iterator[FlowStep]:
    """The steps of the way forward after which no other one comes.

    Where a step hears an event of nobody, that may be the one that comes after; orphan-event and
    listens-against-after speak of it.
    """
    flow, saga = facts.flow, facts.saga
    meant = {id for step in saga.steps if step.listens is not None for id in step.after or ()}
    if not facts.apart & ~flow.reactions:
        for step in flow.steps:
            if not step.reacts and not flow.dependants[step.index] and step.id not in meant:
                yield step


def _is_told(step: FlowStep, outside: frozenset[str], facts: Facts) -> bool:
    """Whether the end of a last step is told, or that of a step after which nothing can fail."""
    flow = facts.flow
    before = flow.sure_ancestors[step.index]
    committed = (
        other for other in flow.members(before) if other.kind == "pivot" or facts.after_pivot >> other.index & 1
    )
    return success_event(step.step) in outside or any(success_event(each.step) in outside for each in committed)


def _ending(facts: Facts) -> int:
    """The steps whose failure ends the run, as a bit set."""
    bits = facts.failing & ~facts.after_pivot
    for step in facts.meant.members(bits):
        if step.reacts or step.kind == "retriable":
            bits &= ~(1 << step.index)
    return bits


def _after_failure(failing: FlowStep, facts: Facts) -> list[str]:
    """What is published when a step fails: the failure, what is undone, and what the steps that react to it publish.

    What should be undone counts as if it were: failure-not-heard speaks of the rest.
    """
    flow, events = facts.flow, facts.events
    doomed = [undone_event(step.step) for step in flow.steps if _is_doomed(step, failing, facts)]
    found = dict.fromkeys((failure_event(failing.step), *doomed, *sorted(events.aftermath(failing))))
    fresh = list(found)
    while fresh:
        heard = fresh.pop()
        for link in events.reactions.get(heard, ()):
            if link.published not in found:
                found[link.published] = None
                fresh.append(link.published)
    return list(found)


def _is_doomed(step: FlowStep, failing: FlowStep, facts: Facts) -> bool:
    return (
        step.undo is not None
        and step.kind == "compensatable"
        and bool(facts.endangers(step.index) >> failing.index & 1)
    )
