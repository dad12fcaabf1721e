"""A hybrid: groups of steps that are led each by itself, and the events between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from sagactl.diagrams.figure import Edge, EdgeRole, Figure, Group, lanes
from sagactl.diagrams.views.flow import step_node
from sagactl.diagrams.wiring import node_id
from sagactl.errors import UnknownName
from sagactl.flow import Flow
from sagactl.styles import Subscription, choreography
from sagactl.topology import links


def contexts(flow: Flow) -> dict[str, tuple[str, ...]]:
    """The steps of each bounded context, as far as the participants state theirs."""
    found: dict[str, tuple[str, ...]] = {}
    for index in (*flow.order, *flow.cyclic):
        step = flow.steps[index].step
        participant = flow.saga.participants.get(step.participant or "")
        if participant is not None and participant.context is not None:
            found[participant.context] = (*found.get(participant.context, ()), step.id)
    return found


def hybrid_figure(flow: Flow, groups: Mapping[str, Sequence[str]]) -> Figure:
    """The cut: a box for each group of steps (by their ids), led within, and the events between the groups.

    A step in no group is led by nobody, and hears and publishes events itself.
    """
    for id in (id for members in groups.values() for id in members):
        if id not in flow:
            raise UnknownName("step", id, flow.index)
    group_of = {id: name for name, members in groups.items() for id in members}
    steps = [flow.steps[index] for index in (*flow.order, *flow.cyclic)]
    return Figure(
        view="hybrid",
        title=flow.saga.id,
        subtitle="as a hybrid: each box is led by one service, and between the boxes are events",
        caption=_caption(groups),
        nodes=tuple(step_node(flow, step) for step in steps),
        edges=(*_within(flow, group_of), *_between(flow, group_of)),
        lanes=lanes(step.step.participant for step in steps if step.step.participant),
        groups=tuple(_group(flow, name, members) for name, members in groups.items()),
    )


def _group(flow: Flow, name: str, members: Sequence[str]) -> Group:
    led = "led by one service" if len(members) > 1 else ""
    ids = tuple(node_id(flow, flow.index[id]) for id in dict.fromkeys(members))
    return Group(id=f"group:{name}", title=name, subtitle=led, members=ids)


def _within(flow: Flow, group_of: Mapping[str, str]) -> Iterator[Edge]:
    """What comes next inside a group, without a word, because whoever leads it knows."""
    for earlier, later in links(flow):
        one, two = flow.steps[earlier], flow.steps[later]
        if one.id in group_of and group_of[one.id] == group_of.get(two.id):
            yield Edge(source=node_id(flow, earlier), target=node_id(flow, later))


def _between(flow: Flow, group_of: Mapping[str, str]) -> Iterator[Edge]:
    """The events that cross a border: one arrow for those from a step to another and for those that come back."""
    forth: dict[tuple[str, str], dict[str, None]] = {}
    back: dict[tuple[str, str], dict[str, None]] = {}
    for each in choreography(flow).subscriptions:
        if each.source and _crosses(each, group_of):
            way = forth if each.purpose == "start" else back
            way.setdefault((each.source, each.step), {})[each.event] = None
    for (source, step), events in forth.items():
        returning = ", ".join(back.pop((step, source), ()))
        detail = f"back: {returning}" if returning else ""
        yield _edge(flow, source, step, "calls" if returning else "forward", ", ".join(events), detail)
    for (source, step), events in back.items():
        yield _edge(flow, source, step, "back", ", ".join(events))


def _edge(flow: Flow, source: str, step: str, role: EdgeRole, label: str, detail: str = "") -> Edge:
    start, end = node_id(flow, flow.index[source]), node_id(flow, flow.index[step])
    return Edge(source=start, target=end, role=role, label=label, detail=detail)


def _crosses(each: Subscription, group_of: Mapping[str, str]) -> bool:
    return each.source not in group_of or group_of[each.source] != group_of.get(each.step)


def _caption(groups: Mapping[str, Sequence[str]]) -> str:
    return "Arrows with names are events; `back` are those that are heard on the way back." if len(groups) > 1 else ""
