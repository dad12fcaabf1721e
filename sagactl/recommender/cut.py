"""Where a hybrid is cut: steps of one bounded context are led together, and contexts hear each other's events."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.styles import EventKind, choreography, host_of

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
    """An event from one context that another one hears, and which of its steps do."""

    event: str
    kind: EventKind
    source: str
    publisher: str
    listener: str
    steps: tuple[str, ...]


class Cut(NamedTuple):
    """The groups in the order of their first steps, and the events between them in the order of the flow."""

    groups: tuple[Group, ...]
    crossings: tuple[Crossing, ...]

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
    found: dict[tuple[str, EventKind, str, str, str], dict[str, None]] = {}
    for each in choreography(flow).subscriptions:
        if each.source not in context or context[each.source] == context[each.step]:
            continue
        key = (each.event, each.kind, each.source, context[each.source], context[each.step])
        found.setdefault(key, {})[each.step] = None
    for key, steps in found.items():
        yield Crossing(*key, tuple(steps))
