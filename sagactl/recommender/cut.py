"""Where a hybrid is cut: steps of one bounded context are led together, and contexts hear each other's events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.styles import EventKind, Purpose, choreography, host_of

NO_CONTEXT: Final = ""
"""The steps of participants that state no context, which nobody else's group should swallow."""


class Group(NamedTuple):
    """The steps of one bounded context; one that has a single step needs no orchestrator of its own."""

    context: str
    participants: tuple[str, ...]
    steps: tuple[str, ...]

    @property
    def is_led(self) -> bool:
        return len(self.steps) > 1


class Crossing(NamedTuple):
    """An event from one context that another one hears, and which of its steps it starts, undoes or stops there."""

    event: str
    kind: EventKind
    source: str
    publisher: str
    listener: str
    purpose: Purpose
    steps: tuple[str, ...]


class Cut(NamedTuple):
    """The groups in the order of their first steps, and the events between them, first those on the way forward."""

    groups: tuple[Group, ...]
    crossings: tuple[Crossing, ...]

    @property
    def mutual(self) -> tuple[tuple[str, str], ...]:
        """The pairs of contexts that wait for each other's successes, so that neither can be understood alone."""
        forward = {(each.publisher, each.listener) for each in self.crossings if each.purpose == "start"}
        return tuple(sorted(pair for pair in forward if pair < pair[::-1] and pair[::-1] in forward))

    def steps_by_context(self) -> Mapping[str, tuple[str, ...]]:
        """The steps of each group, as a picture needs them."""
        return {group.context: group.steps for group in self.groups}


def cut(flow: Flow) -> Cut:
    """The groups of a saga and the events between them."""
    context = {plan.id: _context(flow, plan) for plan in flow.steps}
    return Cut(tuple(_groups(flow, context)), tuple(_crossings(flow, context)))


def _context(flow: Flow, plan: FlowStep) -> str:
    """That of who does the step, and of a wait that of who goes on after it."""
    participant = flow.saga.participants.get(host_of(flow, plan))
    return (participant.context if participant is not None else None) or NO_CONTEXT


def _groups(flow: Flow, context: Mapping[str, str]) -> Iterator[Group]:
    order = [flow.steps[index] for index in flow.order]
    for name in dict.fromkeys(context[plan.id] for plan in order):
        mine = [plan for plan in order if context[plan.id] == name]
        participants = tuple(dict.fromkeys(host_of(flow, plan) for plan in mine))
        yield Group(name, participants, tuple(plan.id for plan in mine))


def _crossings(flow: Flow, context: Mapping[str, str]) -> Iterator[Crossing]:
    found: dict[tuple[str, EventKind, str, str, str, Purpose], dict[str, None]] = {}
    for each in choreography(flow).subscriptions:
        if each.source not in context or context[each.source] == context[each.step]:
            continue
        ends = context[each.source], context[each.step]
        key = (each.event, each.kind, each.source, *ends, each.purpose)
        found.setdefault(key, {})[each.step] = None
    rank = {plan.id: position for position, plan in enumerate(flow.steps[index] for index in flow.order)}
    for key, steps in sorted(found.items(), key=lambda item: (item[0][5] != "start", rank.get(item[0][2], -1))):
        yield Crossing(*key, tuple(steps))
