"""A drawing that no renderer has touched yet: nodes, edges and lanes with words on them, and nothing about shapes.

`figure` draws the flow, `rollback_figure` what happens when one step fails.  Texts are those of the definition;
making them harmless is the renderer's work, because only it knows what its format can be harmed by.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, Literal

from sagactl.diagrams.outline import Block, outline
from sagactl.diagrams.rollback import Rollback, rollback, undo_links, undoable
from sagactl.diagrams.wiring import END, START, Wire, node_id, wiring
from sagactl.durations import duration_text
from sagactl.errors import UnknownName
from sagactl.flow import Flow, FlowStep, exclusive
from sagactl.model import Saga
from sagactl.policies import Policy

View = Literal["flow", "rollback"]
NodeRole = Literal["start", "step", "wait", "saga", "choice", "compensation", "end"]
EdgeRole = Literal["forward", "undoes", "rollback"]
State = Literal["plain", "done", "failing", "idle", "due", "maybe"]
"""plain: nothing is said · done, failing, idle (never starts) for steps · due, maybe, idle for compensations."""

PALETTE: Final = ("#0072B2", "#E69F00", "#009E73", "#CC79A7", "#56B4E9", "#F0E442", "#999999")
"""Colours that people who see fewer colours can tell apart; vermillion is kept for what fails.

Source: Okabe & Ito, Color Universal Design, 2008.
"""

UNDONE: Final = "end:compensated"
PARKED: Final = "end:parked"

CYCLE: Final = "never ready: held back by a cycle"

STATE_TEXTS: Final[Mapping[State, str]] = {
    "plain": "",
    "done": "done",
    "failing": "fails here",
    "idle": "never starts",
    "due": "undone",
    "maybe": "undone first, if its outcome is unknown",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Lane:
    """A participant: its colour is a help, its name is on every node of it."""

    id: str
    colour: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Something that happens or is decided; `number` is its place in the order of a rollback."""

    id: str
    role: NodeRole
    title: str
    subtitle: str = ""
    badges: tuple[str, ...] = ()
    lane: str | None = None
    pivot: bool = False
    state: State = "plain"
    number: int | None = None
    problem: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """What leads where; an edge that undoes goes from a compensation to its action and orders nothing."""

    source: str
    target: str
    role: EdgeRole = "forward"
    label: str = ""
    detail: str = ""
    state: State = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """One picture; `outline` is the same flow as nested blocks, for renderers that write lines."""

    view: View
    title: str
    subtitle: str
    caption: str
    nodes: tuple[Node, ...]
    edges: tuple[Edge, ...]
    lanes: tuple[Lane, ...]
    outline: Block

    def undo_of(self) -> dict[str, Node]:
        """The compensation that stands beside each step's node."""
        nodes = {node.id: node for node in self.nodes}
        return {edge.target: nodes[edge.source] for edge in self.edges if edge.role == "undoes"}


def figure(flow: Flow, problems: Mapping[str, str] | None = None) -> Figure:
    """The flow as designed, with every compensation beside what it undoes."""
    found = wiring(flow)
    nodes = [Node(id=START, role="start", title="start")]
    nodes += _in_order(flow, problems or {})
    nodes += [Node(id=diamond.id, role="choice", title=diamond.choice) for diamond in found.diamonds]
    if any(wire.target == END for wire in found.wires):
        nodes.append(Node(id=END, role="end", title="completed"))
    choices = {diamond.id: diamond.choice for diamond in found.diamonds}
    edges = [_forward(flow.saga, wire, choices) for wire in found.wires]
    edges += [Edge(source=_undo_id(flow, step), target=_id(flow, step), role="undoes") for step in _undoables(flow)]
    return Figure(
        view="flow",
        title=flow.saga.id,
        subtitle=" · ".join(_facts(flow.saga)),
        caption=_flow_caption(flow),
        nodes=tuple(nodes),
        edges=tuple(edges),
        lanes=_lanes(flow),
        outline=outline(flow),
    )


def rollback_figure(flow: Flow, failing: str, problems: Mapping[str, str] | None = None) -> Figure:
    """The same flow at the moment when this step fails, in the worst case."""
    if failing not in flow:
        raise UnknownName("step", failing, flow.index)
    plan = rollback(flow, failing)
    plain = figure(flow, problems)
    states = _states(flow, plan)
    numbers = {node_id(flow, index): place for place, level in enumerate(plan.levels, 1) for index in level}
    numbers = {"undo" + id.removeprefix("step"): place for id, place in numbers.items()}
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
        subtitle=f"when {failing} fails",
        caption=_rollback_caption(flow, plan),
        nodes=tuple(nodes),
        edges=(*forward, *_backward(flow, plan, last)),
    )


# -- nodes


def _id(flow: Flow, step: FlowStep) -> str:
    return node_id(flow, step.index)


def _undo_id(flow: Flow, step: FlowStep) -> str:
    return "undo" + _id(flow, step).removeprefix("step")


def _undoables(flow: Flow) -> Iterator[FlowStep]:
    return (step for step in flow.steps if undoable(step))


def _in_order(flow: Flow, problems: Mapping[str, str]) -> Iterator[Node]:
    for index in (*flow.order, *flow.cyclic):
        step = flow.steps[index]
        problem = problems.get(step.id, CYCLE if index in flow.cyclic else "")
        yield _action(flow, step, problem)
        if undoable(step):
            yield _compensation(flow, step)


def _action(flow: Flow, step: FlowStep, problem: str) -> Node:
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
            id=_undo_id(flow, step), role="compensation", title="its own rollback", subtitle=step.step.saga or ""
        )
    badges = [_patience(step.undo)] if step.undo is not None else []
    if compensation.fallback:
        badges.append(f"else {compensation.fallback}")
    return Node(
        id=_undo_id(flow, step),
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
    found = dict.fromkeys(name for name in named if name)
    return tuple(Lane(id=name, colour=PALETTE[place % len(PALETTE)]) for place, name in enumerate(found))


# -- edges


def _forward(saga: Saga, wire: Wire, choices: Mapping[str, str]) -> Edge:
    choice = saga.choices.get(choices.get(wire.source, ""))
    predicates = {each.id: each.predicate for each in choice.outcomes if not each.is_otherwise} if choice else {}
    detail = predicates.get(wire.outcomes[0], "") if len(wire.outcomes) == 1 else ""
    return Edge(source=wire.source, target=wire.target, label=", ".join(wire.outcomes), detail=detail)


def _backward(flow: Flow, plan: Rollback, last: str) -> Iterator[Edge]:
    failing = node_id(flow, plan.failing)
    undo = {step.index: _undo_id(flow, step) for step in _undoables(flow)}
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
        found[_id(flow, step)] = (
            "failing" if step.index == plan.failing else "done" if step.index in plan.done else "idle"
        )
        if undoable(step):
            maybe = step.index == plan.failing and plan.own == "if-unknown"
            found[_undo_id(flow, step)] = "maybe" if maybe else "due" if plan.number(step.index) else "idle"
            if maybe:
                found[_id(flow, step)] = "failing"
    return found


# -- words


def _facts(saga: Saga) -> Iterator[str]:
    if saga.version is not None:
        yield f"version {saga.version}"
    if saga.style is not None:
        yield saga.style
    if saga.deadline is not None:
        yield f"deadline {duration_text(saga.deadline.after_s)}"
    if saga.owner:
        yield saga.owner


def _flow_caption(flow: Flow) -> str:
    return flow.saga.description or ""


def _rollback_caption(flow: Flow, plan: Rollback) -> str:
    return " ".join(_sentences(flow, plan))


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
