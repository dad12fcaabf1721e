"""A choreography: who publishes what, and who hears it; what is derived and what nobody hears is marked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.diagrams.figure import Edge, EdgeRole, Figure, Group, Node, NodeRole, lanes
from sagactl.diagrams.views.flow import facts
from sagactl.diagrams.wiring import node_id
from sagactl.flow import Flow, FlowStep
from sagactl.styles import (
    OUTSIDE,
    Choreography,
    Event,
    EventKind,
    Purpose,
    choreography,
    host_of,
    start_events,
    undoer_of,
)

MANY_STEPS: Final = 16
MANY_SUBSCRIPTIONS: Final = 60
"""Beyond so many boxes around services, and cards for the way back, would hide what they are to show."""

BACK: Final[frozenset[EventKind]] = frozenset({"failure", "undone"})

TELLS: Final[Mapping[EventKind, str]] = {
    "start": "",
    "success": "",
    "failure": "failed",
    "undone": "undone",
}


class Listener(NamedTuple):
    """Where an event is heard, and what for."""

    node: str
    purpose: Purpose


class Card(NamedTuple):
    """Events of one step that one node publishes and the same nodes hear; what comes from outside has no `source`."""

    events: tuple[Event, ...]
    source: str
    heard: tuple[Listener, ...]

    @property
    def is_back(self) -> bool:
        return self.events[0].kind in BACK

    @property
    def is_between(self) -> bool:
        """Whether it is on the way back from one node to others, so that arrows can stand for it."""
        return self.is_back and bool(self.source) and bool(self.heard)


def events_figure(flow: Flow, problems: Mapping[str, str] | None = None) -> Figure:
    """The participants with their steps, and the events between them."""
    compiled = choreography(flow)
    is_dense = len(flow.steps) > MANY_STEPS or len(compiled.subscriptions) > MANY_SUBSCRIPTIONS
    places = _Places(flow, is_dense=is_dense)
    cards = tuple(_cards(compiled, places))
    straight = tuple(card for card in cards if is_dense and card.is_between)
    shown = {f"event:{place}": card for place, card in enumerate(cards) if not (is_dense and card.is_between)}
    nodes = (*places.nodes(problems or {}), *(_node(flow, id, card) for id, card in shown.items()))
    edges = [edge for id, card in shown.items() for edge in _edges(id, card)]
    edges += _straight(straight)
    return Figure(
        view="events",
        title=flow.saga.id,
        subtitle=" · ".join(("as a choreography", *facts(flow.saga, styled=False))),
        caption=" ".join(_caption(compiled, places)),
        nodes=nodes,
        edges=tuple(edges),
        lanes=lanes(places.services),
        groups=() if places.is_dense else tuple(places.groups()),
    )


class _Places:
    """Where in the picture steps and compensations stand: each in the box of the service that does it."""

    def __init__(self, flow: Flow, *, is_dense: bool) -> None:
        self.flow, self.is_dense = flow, is_dense
        self.services: dict[str, list[str]] = {}
        self.steps = [flow.steps[index] for index in (*flow.order, *flow.cyclic)]
        for step in self.steps:
            self.services.setdefault(host_of(flow, step), []).append(self.of(step))
            if self.is_elsewhere(step):
                self.services.setdefault(undoer_of(flow, step), []).append(self.undo_of(step))

    def of(self, step: FlowStep) -> str:
        return node_id(self.flow, step.index)

    def undo_of(self, step: FlowStep) -> str:
        return "undo" + self.of(step).removeprefix("step") if self.is_elsewhere(step) else self.of(step)

    def is_elsewhere(self, step: FlowStep) -> bool:
        """Whether somebody else undoes what this one did."""
        return step.compensation is not None and undoer_of(self.flow, step) != host_of(self.flow, step)

    def publisher_of(self, event: Event) -> str:
        """The node that publishes an event; none for what comes from outside."""
        if event.step == OUTSIDE:
            return ""
        step = self.flow[event.step]
        return self.undo_of(step) if event.kind == "undone" else self.of(step)

    def nodes(self, problems: Mapping[str, str]) -> Iterator[Node]:
        for step in self.steps:
            yield self.step(step, problems.get(step.id, ""))
            if self.is_elsewhere(step):
                yield self.undo(step)

    def step(self, step: FlowStep, problem: str) -> Node:
        wait = step.step.wait
        role: NodeRole = "wait" if wait is not None else "saga" if step.step.saga else "step"
        words = f"waits for {wait.name}" if wait is not None else step.step.action or step.step.saga or ""
        return Node(
            id=self.of(step),
            role=role,
            title=step.id,
            subtitle=f"{host_of(self.flow, step)} · {words}" if self.is_dense else words,
            badges=tuple(_badges(step)),
            lane=host_of(self.flow, step),
            pivot=step.kind == "pivot",
            problem=problem,
        )

    def undo(self, step: FlowStep) -> Node:
        command = step.compensation.command if step.compensation is not None else ""
        lane = undoer_of(self.flow, step)
        return Node(id=self.undo_of(step), role="compensation", title=command, subtitle=f"undoes {step.id}", lane=lane)

    def groups(self) -> Iterator[Group]:
        for name, members in self.services.items():
            yield Group(id=f"group:{name}", title=name or "nobody", members=tuple(members), lane=name)


def _badges(step: FlowStep) -> Iterator[str]:
    if step.kind == "pivot":
        yield "pivot"
    if step.step.listens is not None and len(step.step.listens.events) > 1:
        yield "any one event suffices" if step.step.listens.mode == "any" else "needs all its events"
    elif len(step.after) > 1:
        yield "any one event suffices" if step.join == "any" else "needs all its events"


# -- cards


def _cards(compiled: Choreography, places: _Places) -> Iterator[Card]:
    together: dict[tuple[object, ...], Card] = {}
    for event in compiled.events:
        heard = tuple(dict.fromkeys(_listeners(event, compiled, places)))
        if not heard and event.kind in BACK and not event.declared:
            continue
        source = places.publisher_of(event)
        key = (event.step or event.name, event.kind in BACK, source, heard)
        known = together.get(key, Card((), source, heard))
        together[key] = known._replace(events=(*known.events, event))
    return iter(together.values())


def _listeners(event: Event, compiled: Choreography, places: _Places) -> Iterator[Listener]:
    for each in compiled.subscriptions:
        if (each.event, each.source, each.kind) == (event.name, event.step, event.kind):
            step = places.flow[each.step]
            at = places.of(step) if each.purpose == "start" else places.undo_of(step)
            yield Listener(at, each.purpose)


def _node(flow: Flow, id: str, card: Card) -> Node:
    told = dict.fromkeys(filter(None, (TELLS[event.kind] for event in card.events)))
    missing = not card.source and card.events[0].name not in start_events(flow)
    return Node(
        id=id,
        role="event",
        title=", ".join(event.name for event in card.events),
        subtitle=" or ".join(told) if card.source else "from outside",
        badges=tuple(_marks(card)),
        problem="nobody here publishes it" if missing else "",
        state="plain" if card.heard else "idle",
    )


def _marks(card: Card) -> Iterator[str]:
    derived = [event.name for event in card.events if not event.declared]
    if len(derived) == len(card.events):
        yield "derived"
    elif derived:
        yield f"derived: {', '.join(derived)}"
    if not card.heard:
        yield "nobody here hears it"


def _edges(id: str, card: Card) -> Iterator[Edge]:
    if card.source:
        yield Edge(source=card.source, target=id, role="back" if card.is_back else "forward")
    for listener in card.heard:
        role: EdgeRole = "forward" if listener.purpose == "start" else "back"
        yield Edge(source=id, target=listener.node, role=role, label="stops it" if listener.purpose == "stop" else "")


def _straight(cards: Iterable[Card]) -> Iterator[Edge]:
    """From who publishes to who hears, without the events between them."""
    carried: dict[tuple[str, str], list[str]] = {}
    for card in cards:
        for node in dict.fromkeys(listener.node for listener in card.heard):
            if node != card.source:
                carried.setdefault((card.source, node), []).append(_named(card))
    for (source, target), names in carried.items():
        yield Edge(source=source, target=target, role="back", carries=", ".join(names))


def _named(card: Card) -> str:
    """The events as they are told where they have no node."""
    marks = ", ".join(_marks(card))
    return ", ".join(event.name for event in card.events) + (f" ({marks})" if marks else "")


def _caption(compiled: Choreography, places: _Places) -> Iterator[str]:
    events = len({event.name for event in compiled.events})
    yield f"{len(places.services)} services, {events} events, {len(compiled.subscriptions)} subscriptions."
    yield "Dashed arrows: the way back, on which a listener undoes its step."
