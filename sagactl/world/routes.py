"""Who hears which end of which step in a choreography, by index, and what a declaration waits for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Literal, NamedTuple

from sagactl.flow import Flow
from sagactl.styles import OUTSIDE, EventKind, Subscription, choreography, host_of, undoer_of

NOBODY = -1
"""The source of what comes from outside the saga."""

Signal = tuple[int, EventKind]
"""The step that published an event, and what the event tells of it."""


class Condition(NamedTuple):
    """Declared events, each as the signals that bear its name; all of them are needed, or any one."""

    events: tuple[frozenset[Signal], ...]
    mode: Literal["all", "any"]

    def holds(self, heard: frozenset[Signal]) -> bool:
        needed = (bool(signals & heard) for signals in self.events)
        return all(needed) if self.mode == "all" else any(needed)


class Routes(NamedTuple):
    """How events travel: listeners by signal, conditions by step, and the service that does or undoes each step.

    `starts` are the conditions of steps that start when another one fails, `undoes` those of declared undoing.
    """

    listeners: Mapping[Signal, tuple[int, ...]]
    starts: Mapping[int, Condition]
    undoes: Mapping[int, Condition]
    hosts: tuple[str, ...]
    undoers: tuple[str, ...]
    begins: Mapping[str, tuple[int, ...]]
    owner: str


@lru_cache(maxsize=64)
def routes(flow: Flow) -> Routes:
    """The routes of a saga, found once."""
    compiled = choreography(flow)
    listeners: dict[Signal, dict[int, None]] = {}
    begins: dict[str, dict[int, None]] = {}
    for each in compiled.subscriptions:
        if each.source != OUTSIDE:
            listeners.setdefault(_signal(flow, each), {})[flow.index[each.step]] = None
        elif each.purpose == "start" and not flow[each.step].after:
            begins.setdefault(each.event, {})[flow.index[each.step]] = None
    wakes = [plan for plan in flow.steps if plan.reacts and plan.step.listens is not None]
    declares = [plan for plan in flow.steps if plan.compensation is not None and plan.compensation.listens is not None]
    return Routes(
        listeners={signal: tuple(found) for signal, found in listeners.items()},
        starts={plan.index: _condition(flow, compiled.heard_by(plan.id, "start")) for plan in wakes},
        undoes={plan.index: _condition(flow, compiled.heard_by(plan.id, "undo")) for plan in declares},
        hosts=tuple(host_of(flow, plan) for plan in flow.steps),
        undoers=tuple(undoer_of(flow, plan) for plan in flow.steps),
        begins={event: tuple(found) for event, found in begins.items()},
        owner=next((timer.owner for timer in compiled.timers if timer.watches == "deadline"), OUTSIDE),
    )


def _signal(flow: Flow, each: Subscription) -> Signal:
    return flow.index[each.source] if each.source != OUTSIDE else NOBODY, each.kind


def _condition(flow: Flow, heard: Iterable[Subscription]) -> Condition:
    events: dict[str, set[Signal]] = {}
    mode: Literal["all", "any"] = "all"
    for each in heard:
        events.setdefault(each.event, set()).add(_signal(flow, each))
        mode = each.mode
    return Condition(tuple(map(frozenset, events.values())), mode)
