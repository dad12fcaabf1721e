"""What happens when one step fails, in the worst case: what is undone, and in which order."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace

from sagactl.diagrams.figure import PARKED, UNDONE, Edge, Figure, Node, State
from sagactl.diagrams.rollback import Rollback, rollback, undo_links, undoable
from sagactl.diagrams.views.flow import flow_figure, undo_id
from sagactl.diagrams.wiring import END, node_id
from sagactl.errors import UnknownName
from sagactl.flow import Flow, exclusive


def rollback_figure(flow: Flow, failing: str, problems: Mapping[str, str] | None = None) -> Figure:
    """The flow at the moment when this step fails, in the worst case."""
    if failing not in flow:
        raise UnknownName("step", failing, flow.index)
    return _failed(flow, rollback(flow, failing), flow_figure(flow, problems))


def rollback_figures(flow: Flow, problems: Mapping[str, str] | None = None) -> tuple[Figure, ...]:
    """One figure for every step that can fail, in the order of the flow."""
    plain = flow_figure(flow, problems)
    failing = [flow.steps[index] for index in flow.order if flow.steps[index].can_fail]
    return tuple(_failed(flow, rollback(flow, step.id), plain) for step in failing)


def rollbacks_figure(flow: Flow, problems: Mapping[str, str] | None = None) -> Figure:
    """A small multiple: what is undone for every step that can fail, one panel each."""
    panels = rollback_figures(flow, problems)
    crowded = any(map(_at_once, panels))
    safe = [flow.steps[index].id for index in flow.order if not flow.steps[index].can_fail]
    return Figure(
        view="rollbacks",
        title=flow.saga.id,
        subtitle="what is undone when a step fails, in the worst case",
        caption=" ".join(_about_all(safe, panels, crowded)),
        panels=tuple(_small(panel, crowded) for panel in panels),
    )


def _at_once(panel: Figure) -> bool:
    """Whether several steps are undone at the same time."""
    numbers = [node.number for node in panel.nodes if node.number is not None]
    return len(set(numbers)) < len(numbers)


def _small(panel: Figure, crowded: bool) -> Figure:
    """What can be seen at a glance: names and the order of the undoing; what is not undone is left out.

    Arrows between what is undone at once would cross each other, and the numbers say the same.
    """
    idle = {node.id for node in panel.nodes if node.role == "compensation" and node.state == "idle"}
    idle |= {node.id for node in panel.nodes if node.role == "end" and node.state == "idle"}
    nodes = (replace(node, subtitle="", badges=()) for node in panel.nodes if node.id not in idle)
    return replace(
        panel,
        title=panel.subtitle,
        subtitle=_ending(panel),
        nodes=tuple(replace(node, subtitle="FAILED") if node.role == "end" else node for node in nodes),
        edges=tuple(
            edge
            for edge in panel.edges
            if not {edge.source, edge.target} & idle and not (crowded and edge.role == "rollback")
        ),
    )


def _ending(panel: Figure) -> str:
    if any(node.id == PARKED for node in panel.nodes):
        return "nothing is undone, the run is parked"
    undone = sum(node.state == "due" for node in panel.nodes)
    words = "nothing is undone" if not undone else "1 step is undone" if undone == 1 else f"{undone} steps are undone"
    maybe = any(node.state == "maybe" for node in panel.nodes)
    return f"{words}, {undone + 1} if its outcome is unknown" if maybe else words


def _about_all(safe: list[str], panels: tuple[Figure, ...], crowded: bool) -> Iterator[str]:
    if any(node.number for panel in panels for node in panel.nodes):
        yield "The numbers are the order of the undoing" + (
            "; equal ones do not wait for each other." if crowded else "."
        )
    if not panels:
        yield "No step can fail."
    elif safe:
        yield f"No picture for what cannot fail: {', '.join(safe)}."


def _failed(flow: Flow, plan: Rollback, plain: Figure) -> Figure:
    states = _states(flow, plan)
    numbers = {undo_id(flow, flow.steps[index]): place for place, level in enumerate(plan.levels, 1) for index in level}
    nodes = [replace(node, state=states.get(node.id, "plain"), number=numbers.get(node.id)) for node in plain.nodes]
    nodes = [replace(node, state="idle") if node.id == END else node for node in nodes]
    last = PARKED if plan.parked else UNDONE
    nodes.append(Node(id=last, role="end", title="parked" if plan.parked else "compensated", subtitle="FAILED"))
    spent = _spent(plain, nodes, node_id(flow, plan.failing))
    nodes = [replace(node, state="idle") if node.role == "choice" and node.id in spent else node for node in nodes]
    forward = [
        replace(edge, state="idle") if edge.source in spent or states.get(edge.target) == "idle" else edge
        for edge in plain.edges
    ]
    return replace(
        plain,
        view="rollback",
        subtitle=f"when {flow.steps[plan.failing].id} fails",
        caption=" ".join(_sentences(flow, plan)),
        nodes=tuple(nodes),
        edges=(*forward, *_backward(flow, plan, last)),
    )


def _backward(flow: Flow, plan: Rollback, last: str) -> Iterator[Edge]:
    failing = node_id(flow, plan.failing)
    undo = {step.index: undo_id(flow, step) for step in flow.steps if undoable(step)}
    for earlier, later in undo_links(flow, plan):
        source = failing if earlier is None else undo[earlier]
        yield Edge(source=source, target=last if later is None else undo[later], role="rollback")
    if not plan.levels:
        yield Edge(source=failing, target=last, role="rollback")


def _spent(plain: Figure, nodes: list[Node], failing: str) -> set[str]:
    """The nodes that nothing leads on from: what never starts, what fails, and decisions that are only behind those."""
    found = {node.id for node in nodes if node.state == "idle"} | {failing}
    for node in nodes:
        if node.role == "choice" and all(edge.source in found for edge in plain.edges if edge.target == node.id):
            found.add(node.id)
    return found


# -- the moment of failure


def _states(flow: Flow, plan: Rollback) -> dict[str, State]:
    found: dict[str, State] = {}
    for step in flow.steps:
        found[node_id(flow, step.index)] = (
            "failing" if step.index == plan.failing else "done" if step.index in plan.done else "idle"
        )
        if undoable(step):
            maybe = step.index == plan.failing and plan.own == "if-unknown"
            found[undo_id(flow, step)] = "maybe" if maybe else "due" if plan.number(step.index) else "idle"
            if maybe:
                found[node_id(flow, step.index)] = "failing"
    return found


# -- words


def _sentences(flow: Flow, plan: Rollback) -> Iterator[str]:
    step = flow.steps[plan.failing]
    if plan.parked:
        pivots = _listed(flow, plan.committed)
        yield f"The pivot {pivots} is committed, so nothing is undone:"
        yield "the run is parked going forward, and somebody is told."
        if step.action.tries is None:
            yield f"{step.id} is tried until it is done; it is parked only when somebody gives it up."
        return
    if plan.levels:
        number = sum(map(len, plan.levels))
        order = "all at the same time" if flow.saga.rollback.order == "parallel" else "in the order of the numbers"
        yield (
            f"The worst case: {number} steps are undone, {order}."
            if number > 1
            else "The worst case: 1 step is undone."
        )
        if any(len(level) > 1 for level in plan.levels) and flow.saga.rollback.order != "parallel":
            yield "Equal numbers do not wait for each other."
    else:
        yield "Nothing is undone, because nothing that can be undone was done before."
    undone = [step.step for step in flow.steps if step.step.when and plan.number(step.index)]
    if any(exclusive(one, two) for one in undone for two in undone):
        yield "Of steps on different outcomes of one choice, a run has done only some."
    if plan.own == "if-unknown":
        yield f"{step.id} itself is undone first if nobody knows whether it was done."
    if step.kind == "pivot":
        yield "It is the pivot: the rollback starts only if it is known not to have committed."
    if plan.at_risk:
        pivots = _listed(flow, plan.at_risk)
        yield f"If the pivot {pivots} beside it commits first, nothing is undone and the run is parked."


def _listed(flow: Flow, indexes: tuple[int, ...]) -> str:
    return " or ".join(flow.steps[index].id for index in indexes)
