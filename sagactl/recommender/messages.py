"""How many messages a rehearsed run took, and how many of them follow from each other.

A message goes from one service to another, or between a service and the orchestrator; it has one receiver, so an event
that three services hear is three messages.  What comes from outside (the start, what is waited for) is none, and
neither is what a service tells itself.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sagactl.flow import Flow
from sagactl.trace import Moment, Trace, What

CALLS: Final[frozenset[What]] = frozenset({"sent", "retrying", "asked", "undo-sent", "fallback-sent", "undo-retrying"})
UNDOES: Final[frozenset[What]] = frozenset({"undo-sent", "fallback-sent"})
ANSWERS: Final[frozenset[What]] = frozenset(
    {"done", "rejected", "failed", "answered", "ignored", "undone", "undo-rejected", "undo-failed"}
)


class Traffic(NamedTuple):
    """So many messages, of which the longest chain has so many hops."""

    messages: int
    hops: int


def traffic(flow: Flow, trace: Trace) -> Traffic:
    """What was sent in a run of the flow, in either style."""
    return _led(flow, trace) if trace.style == "orchestration" else _heard(trace)


def _led(flow: Flow, trace: Trace) -> Traffic:
    """Commands and replies: a command follows from what its step waited for, not from all that was known by then."""
    depth: dict[str, int] = {}
    undone: set[str] = set()
    messages = back = latest = first = 0
    for moment in trace.moments:
        if moment.what == "rollback":
            back = latest
        elif moment.what == "restarted":
            first = latest
        if moment.step not in flow:
            continue
        plan = flow[moment.step]
        if moment.what in ("sent", "skipped", "waiting"):
            depth[plan.id] = max(first, _deepest(depth, (flow.steps[index].id for index in plan.after)))
        elif moment.what in UNDOES:
            later = (flow.steps[index].id for index in flow.dependants[plan.index])
            depth[plan.id] = max(back, _deepest(depth, (id for id in later if id in undone)))
        if moment.what in CALLS | ANSWERS and plan.step.wait is None and not plan.step.local:
            messages += 1
            depth[plan.id] = depth.get(plan.id, 0) + 1
        if moment.what == "undone":
            undone.add(plan.id)
        latest = depth.get(plan.id, latest)
    return Traffic(messages, max(depth.values(), default=0))


def _heard(trace: Trace) -> Traffic:
    """Events: what a service hears of another for several of its steps reaches it once."""
    depth: dict[str, int] = {}
    published: dict[str, int] = {}
    seen: set[tuple[str, str, str, float]] = set()
    for moment in trace.moments:
        if moment.what == "published":
            published[_event(moment)] = depth.get(moment.step, 0)
        elif moment.what == "heard" and moment.sender:
            apart = moment.sender != moment.participant
            depth[moment.step] = max(depth.get(moment.step, 0), published.get(moment.detail, 0) + apart)
            if apart:
                seen.add((moment.sender, moment.participant, moment.detail, moment.t_s))
    return Traffic(len(seen), max(depth.values(), default=0))


def _event(moment: Moment) -> str:
    """What is published, without who hears it."""
    return moment.detail.partition(" for ")[0].removesuffix(", which nobody here hears")


def _deepest(depth: dict[str, int], ids: Iterable[str]) -> int:
    return max((depth.get(id, 0) for id in ids), default=0)
