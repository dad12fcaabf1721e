"""Both styles of one definition side by side: what each consists of, what it costs, and what it makes impossible.

What is sent is compiled (`styles.py`); what a run takes is counted on rehearsed runs, which are handed in: facts, and
no estimates.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sagactl.flow import Flow
from sagactl.model import Style
from sagactl.recommender.failures import WayBack, ways_back
from sagactl.recommender.impossible import beyond_choreography, beyond_orchestration
from sagactl.recommender.insertion import Insertion, insertion
from sagactl.styles import (
    ORCHESTRATOR,
    OUTSIDE,
    OWN_SERVICE,
    Choreography,
    Event,
    Orchestration,
    Timer,
    choreography,
    orchestration,
)
from sagactl.topology import Edge, mutual_groups
from sagactl.trace import RunOutcome


class Run(NamedTuple):
    """What one rehearsed run took; `faults` are addresses of what failed in it, none on the happy path.

    messages: those between two services, or a service and the orchestrator, each with one receiver.
    hops: the most of them that follow from each other, one after the other.
    """

    choices: Mapping[str, str]
    faults: tuple[str, ...]
    outcome: RunOutcome
    undone: tuple[str, ...]
    messages: int
    hops: int
    duration_s: float


class Failed(NamedTuple):
    """The run in which this step fails."""

    step: str
    run: Run


class Rehearsed(NamedTuple):
    """One style, rehearsed where nothing fails and where most has to be undone; None where there is no such run.

    failures: a run for each step that can turn a run back, none where those would be too many.
    refused: by name what keeps the definition from running in this style.
    """

    happy: Run | None = None
    worst: Run | None = None
    refused: str = ""
    failures: tuple[Failed, ...] = ()


class Costs(NamedTuple):
    """What one style costs.

    state: who keeps the record of a run.
    contracts: kinds of messages on which somebody else relies.
    edges: who has to know whom; in a choreography the publisher, then the listener.
    cycles: services that wait for each other's success, directly or through others.
    places: what has to be changed to insert a step in the middle; the new step's own service is one of them.
    impossible: what nobody can do any more, as sentences.
    """

    state: tuple[str, ...]
    timers: tuple[Timer, ...]
    contracts: int
    edges: tuple[Edge, ...]
    cycles: tuple[tuple[str, ...], ...]
    places: tuple[str, ...]
    impossible: tuple[str, ...]
    rehearsed: Rehearsed


class Join(NamedTuple):
    """A step that starts on several events, and whose service has to remember which of them have come."""

    step: str
    service: str
    events: tuple[str, ...]


class Comparison(NamedTuple):
    """A definition in both styles: their parts, and the costs of each."""

    commands: Orchestration
    events: Choreography
    orchestration: Costs
    choreography: Costs
    joins: tuple[Join, ...]
    ways_back: tuple[WayBack, ...]
    insertion: Insertion | None


def compare(flow: Flow, rehearsed: Mapping[Style, Rehearsed]) -> Comparison:
    """Both styles of a saga whose compensations are written, with the runs that were rehearsed in each."""
    commands, events = orchestration(flow), choreography(flow)
    joins = tuple(_joins(events))
    inserted = insertion(flow)
    led, heard = rehearsed.get("orchestration", Rehearsed()), rehearsed.get("choreography", Rehearsed())
    # What keeps both styles from being rehearsed says nothing of either.
    lacking = heard.refused if not led.refused else ""
    edges, cycles = _event_edges(events), mutual_groups(flow)
    return Comparison(
        commands=commands,
        events=events,
        orchestration=Costs(
            state=(ORCHESTRATOR,),
            timers=commands.timers,
            contracts=_command_contracts(commands),
            edges=tuple((ORCHESTRATOR, name) for name in participants(commands)),
            cycles=(),
            places=inserted.orchestration if inserted is not None else (),
            impossible=tuple(beyond_orchestration(flow, participants(commands))),
            rehearsed=led,
        ),
        choreography=Costs(
            state=services(events),
            timers=events.timers,
            contracts=len(_relied_on(events)),
            edges=edges,
            cycles=cycles,
            places=inserted.choreography if inserted is not None else (),
            impossible=tuple(beyond_choreography(flow, commands, services(events), cycles, lacking)),
            rehearsed=heard,
        ),
        joins=joins,
        ways_back=tuple(ways_back(flow, events)),
        insertion=inserted,
    )


def participants(commands: Orchestration) -> tuple[str, ...]:
    """Whom the orchestrator has to know; what it does itself needs no message."""
    return tuple(channel.participant for channel in commands.channels if channel.participant not in (OWN_SERVICE, ""))


def services(events: Choreography) -> tuple[str, ...]:
    """Who takes part in a choreography, in the order of the steps."""
    taking_part = [each.participant for each in events.subscriptions] + [each.participant for each in events.events]
    return tuple(dict.fromkeys(name for name in taking_part if name != OUTSIDE))


def hearers(events: Choreography) -> Mapping[Event, tuple[str, ...]]:
    """The events that another service hears, with those services, or that the definition names; of others nobody knows.

    What a service tells itself is nobody else's business.
    """
    hearing: dict[tuple[str, str, str], dict[str, None]] = {}
    for each in events.subscriptions:
        hearing.setdefault((each.source, each.kind, each.event), {})[each.participant] = None
    found: dict[Event, tuple[str, ...]] = {}
    for event in events.events:
        services = hearing.get((event.step, event.kind, event.name), {})
        others = tuple(service for service in services if service not in (OUTSIDE, event.participant))
        if others or event.declared:
            found[event] = others
    return found


def publishers(events: Choreography) -> Mapping[tuple[str, str], str]:
    """Who publishes each event: by step and kind."""
    return {(event.step, event.kind): event.participant for event in events.events}


def _command_contracts(commands: Orchestration) -> int:
    known = [channel for channel in commands.channels if channel.participant != OWN_SERVICE]
    return sum(len(channel.commands) + len(channel.replies) for channel in known)


def _event_edges(events: Choreography) -> tuple[Edge, ...]:
    published = publishers(events)
    pairs = {(published.get((each.source, each.kind), OUTSIDE), each.participant) for each in events.subscriptions}
    return tuple(sorted(pair for pair in pairs if OUTSIDE not in pair and pair[0] != pair[1]))


def _relied_on(events: Choreography) -> frozenset[str]:
    """The events that another service hears, or that come from outside."""
    published = publishers(events)
    return frozenset(
        each.event
        for each in events.subscriptions
        if published.get((each.source, each.kind), OUTSIDE) != each.participant
    )


def _joins(events: Choreography) -> list[Join]:
    found: list[Join] = []
    for step in dict.fromkeys(each.step for each in events.subscriptions):
        needed = [each for each in events.heard_by(step, "start") if each.mode == "all"]
        names = tuple(dict.fromkeys(each.event for each in needed))
        if len(names) > 1:
            found.append(Join(step, needed[0].participant, names))
    return found
