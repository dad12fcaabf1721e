"""The flow as designed: steps, decisions and joins, with every compensation beside what it undoes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from sagactl.diagrams.figure import Edge, Figure, Lane, Node, NodeRole, lanes
from sagactl.diagrams.outline import outline
from sagactl.diagrams.rollback import undoable
from sagactl.diagrams.wiring import END, START, Wire, node_id, wiring
from sagactl.durations import duration_text
from sagactl.flow import Flow, FlowStep
from sagactl.model import Saga
from sagactl.policies import Policy

CYCLE: Final = "never ready: held back by a cycle"


def flow_figure(flow: Flow, problems: Mapping[str, str] | None = None) -> Figure:
    """The flow as designed, with every compensation beside what it undoes."""
    found = wiring(flow)
    nodes = [Node(id=START, role="start", title="start")]
    nodes += _in_order(flow, problems or {})
    nodes += [Node(id=diamond.id, role="choice", title=diamond.choice) for diamond in found.diamonds]
    if any(wire.target == END for wire in found.wires):
        nodes.append(Node(id=END, role="end", title="completed"))
    choices = {diamond.id: diamond.choice for diamond in found.diamonds}
    edges = [_forward(flow.saga, wire, choices) for wire in found.wires]
    edges += [Edge(source=undo_id(flow, step), target=_id(flow, step), role="undoes") for step in _undoables(flow)]
    return Figure(
        view="flow",
        title=flow.saga.id,
        subtitle=" · ".join(facts(flow.saga)),
        caption=_flow_caption(flow),
        nodes=tuple(nodes),
        edges=tuple(edges),
        lanes=_lanes(flow),
        outline=outline(flow),
    )


# -- nodes


def _id(flow: Flow, step: FlowStep) -> str:
    return node_id(flow, step.index)


def undo_id(flow: Flow, step: FlowStep) -> str:
    """The name of the node of a step's compensation."""
    return "undo" + _id(flow, step).removeprefix("step")


def _undoables(flow: Flow) -> Iterator[FlowStep]:
    return (step for step in flow.steps if undoable(step))


def _in_order(flow: Flow, problems: Mapping[str, str]) -> Iterator[Node]:
    for index in (*flow.order, *flow.cyclic):
        step = flow.steps[index]
        problem = problems.get(step.id, CYCLE if index in flow.cyclic else "")
        yield step_node(flow, step, problem)
        if undoable(step):
            yield _compensation(flow, step)


def step_node(flow: Flow, step: FlowStep, problem: str = "") -> Node:
    """A step with all that a reader wants to know of its action."""
    definition = step.step
    role: NodeRole = "wait" if definition.wait else "saga" if definition.saga else "step"
    return Node(
        id=_id(flow, step),
        role=role,
        title=step.id,
        subtitle=_what(step),
        badges=tuple(_badges(step)),
        lane=definition.participant,
        pivot=step.kind == "pivot",
        problem=problem,
    )


def _compensation(flow: Flow, step: FlowStep) -> Node:
    compensation = step.compensation
    if compensation is None:
        return Node(
            id=undo_id(flow, step), role="compensation", title="its own rollback", subtitle=step.step.saga or ""
        )
    badges = [_patience(step.undo)] if step.undo is not None else []
    if compensation.fallback:
        badges.append(f"else {compensation.fallback}")
    return Node(
        id=undo_id(flow, step),
        role="compensation",
        title=compensation.command,
        subtitle=compensation.participant or step.step.participant or "",
        badges=tuple(badge for badge in badges if badge),
        lane=compensation.participant or step.step.participant,
    )


def _what(step: FlowStep) -> str:
    definition = step.step
    if definition.wait is not None:
        by = f" by {definition.wait.by}" if definition.wait.by else ""
        sort = "decision" if definition.wait.decision else "event"
        return f"waits for {sort} {definition.wait.name}{by}"
    if definition.saga is not None:
        return f"runs saga {definition.saga}"
    where = definition.participant or ("local" if definition.local else "")
    return " · ".join(part for part in (where, definition.action or "") if part)


def _badges(step: FlowStep) -> Iterator[str]:
    definition = step.step
    if step.kind != "compensatable" and definition.wait is None:
        yield step.kind
    if step.kind == "compensatable" and step.has_effects and not undoable(step):
        yield "no compensation"
    if definition.local and definition.participant:
        yield "local"
    if step.join == "any" and len(step.after) > 1:
        yield "any one suffices"
    if definition.for_each:
        yield f"for each {definition.for_each}" + _at_once(definition.parallel)
    patience = _patience(step.action)
    if patience:
        yield patience
    if definition.wait is not None and definition.timeout_s is not None:
        yield "then goes on" if definition.on_timeout == "continue" else "then fails"
    yield from (f"effect: {effect}" for effect in definition.external)


def _at_once(parallel: bool | int | None) -> str:
    if parallel is True:
        return ", all at once"
    return f", {parallel} at once" if parallel else ""


def _patience(policy: Policy | None) -> str:
    if policy is None:
        return ""
    time = duration_text(policy.timeout_s) if policy.timeout_s is not None else ""
    if policy.tries is None:
        return f"tried until done, {time} a try" if time else "tried until done"
    if policy.tries == 1:
        return f"timeout {time}" if time else ""
    return f"{policy.tries} tries of {time}" if time else f"{policy.tries} tries"


def _lanes(flow: Flow) -> tuple[Lane, ...]:
    named = [step.participant for step in flow.saga.steps]
    named += [step.compensation.participant for step in flow.saga.steps if step.compensation is not None]
    return lanes(name for name in named if name)


# -- edges


def _forward(saga: Saga, wire: Wire, choices: Mapping[str, str]) -> Edge:
    choice = saga.choices.get(choices.get(wire.source, ""))
    predicates = {each.id: each.predicate for each in choice.outcomes if not each.is_otherwise} if choice else {}
    detail = predicates.get(wire.outcomes[0], "") if len(wire.outcomes) == 1 else ""
    return Edge(source=wire.source, target=wire.target, label=", ".join(wire.outcomes), detail=detail)


# -- words


def facts(saga: Saga, *, styled: bool = True) -> Iterator[str]:
    """What stands under the name of a saga."""
    if saga.version is not None:
        yield f"version {saga.version}"
    if styled and saga.style is not None:
        yield saga.style
    if saga.deadline is not None:
        yield f"deadline {duration_text(saga.deadline.after_s)}"
    if saga.owner:
        yield saga.owner


def _flow_caption(flow: Flow) -> str:
    return flow.saga.description or ""
