"""Data that never came: what a compensation is given, and what a choice is decided by.

A step that needs what another one has found out is not alone, so the two are explored together until one has to go on
without it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final, NamedTuple

from sagactl.evidence.steps import Steps
from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import BACK
from sagactl.model import Choice
from sagactl.predicates import Predicate, parse
from sagactl.verdict import Counterexample
from sagactl.verifier.counterexamples import of_way
from sagactl.verifier.groups import Defect, Run, Seen, explore_group
from sagactl.world.parts import World

MARK: Final = "steps."
DECIDE: Final = "# decide by what is there in every run:\nchoices:\n  {choice}: {{…: input.…}}"


class Missing(NamedTuple):
    """What has to go on without its data, and which steps were not looked at to the end."""

    violations: tuple[Counterexample, ...]
    uncovered: tuple[str, ...]


def missing_data(steps: Steps, flow: Flow) -> Missing:
    """S12: what a compensation is given must be there; S8: and so must what a choice is decided by."""
    found, uncovered = list[Counterexample](), list[str]()
    for plan in flow.steps:
        for name in _needed(plan):
            source = _source(flow, plan.id, name)
            if source is plan:
                found += _own(steps, flow, plan, name)
            elif source is not None and not _is_told_before(flow, source, plan):
                seen = _of_another(steps, flow, plan, source, name)
                found += [_shown(run, _remedy(plan)) for run in seen.runs]
                uncovered += _rest(seen, plan.id, source.id)
    for choice in flow.saga.choices.values():
        for asking in [plan for plan in flow.steps if choice.id in plan.step.when][:1]:
            for source, name in _asked(flow, choice):
                if not _is_told_before(flow, source, asking):
                    seen = _undecided(steps, flow, choice, asking, source, name)
                    found += [_shown(run, DECIDE.format(choice=choice.id)) for run in seen.runs]
                    uncovered += _rest(seen, asking.id, source.id)
    return Missing(tuple(found), tuple(uncovered))


def _rest(seen: Seen, step: str, source: str) -> Iterator[str]:
    if not seen.complete and not seen.runs:
        yield f"`{step}` and `{source}`, whose data it needs, together beyond {seen.worlds:,} worlds"


def _is_told_before(flow: Flow, source: FlowStep, plan: FlowStep) -> bool:
    """Whether the step never starts without an answer of the other one."""
    is_before = bool(flow.sure_ancestors[plan.index] >> source.index & 1)
    taken = source.step.when.items() <= plan.step.when.items()
    return (
        is_before
        and taken
        and source.step.reply is not False
        and all(flow.steps[other].join == "all" for other in (plan.index, source.index))
    )


def _source(flow: Flow, here: str, name: str) -> FlowStep | None:
    """The step whose output a name is; items of a list, whose outputs are many, are left out."""
    outer, _, own = here.rpartition("/")
    id = name.split(".")[1]
    if own.split("[")[0] == id:
        return flow[here]
    id = f"{outer}/{id}" if outer else id
    found = flow.named(id)
    return found[0] if len(found) == 1 else None


def _needed(plan: FlowStep) -> Iterator[str]:
    """The outputs that a compensation is given, each step's once."""
    known: set[str] = set()
    waiting: list[Any] = [plan.compensation.input if plan.compensation is not None and not plan.step.local else None]
    while waiting:
        value = waiting.pop()
        if isinstance(value, str) and value.startswith(MARK) and value.count(".") > 1:
            if value.split(".")[1] not in known:
                known.add(value.split(".")[1])
                yield value
        elif isinstance(value, Mapping):
            waiting += value.values()
        elif isinstance(value, list | tuple):
            waiting += value


def _own(steps: Steps, flow: Flow, plan: FlowStep, name: str) -> Iterator[Counterexample]:
    """The answer of the action may be what never came."""
    way = steps.way_to(flow, plan, lambda state: state.record in BACK and not state.known, at_rest=False)
    if way is None or way.run is None or plan.compensation is None:
        return
    command = plan.compensation.command
    yield of_way(
        flow, plan, way, "S12",
        f"`{command}` needs `{name}`, which only the answer of `{plan.step.action}` brings, and that never came",
        remedy=f"# let the caller choose what identifies the work:\n- step: {plan.id}\n"
        f"  compensation: {{command: {command}, input: {{…: input.…}}}}",
    )  # fmt: skip


def _of_another(steps: Steps, flow: Flow, plan: FlowStep, source: FlowStep, name: str) -> Seen:
    """Another step may not have come so far, or nobody knows what it has found out."""
    assert plan.compensation is not None
    command = plan.compensation.command
    words = f"`{command}` needs `{name}`, and `{plan.id}` is undone when `{source.id}` has not told it"

    def broken(world: World) -> Iterator[Defect]:
        records = world.state.steps
        if records[plan.index].record in BACK and not records[source.index].known:
            yield Defect("S12", plan.id, words)

    return explore_group(flow, (plan.index, source.index), broken, steps.is_over, stop=True)


def _remedy(plan: FlowStep) -> str:
    command = plan.compensation.command if plan.compensation is not None else ""
    return (
        f"# give it what is there before `{plan.id}` is done:\n- step: {plan.id}\n"
        f"  compensation: {{command: {command}, input: {{…: input.…}}}}"
    )


def _undecided(steps: Steps, flow: Flow, choice: Choice, asking: FlowStep, source: FlowStep, name: str) -> Seen:
    """A choice that asks for what no answer brings keeps its steps waiting for ever."""
    position = list(flow.saga.choices).index(choice.id)
    words = f"`{choice.id}` is decided by `{name}`, which `{source.id}` has not told when it is asked for"

    def broken(world: World) -> Iterator[Defect]:
        if world.state.choices[position] == "" and not world.state.steps[source.index].known:
            yield Defect("S8", asking.id, words, about=source.id)

    return explore_group(flow, (source.index,), broken, steps.is_over, stop=True)


def _asked(flow: Flow, choice: Choice) -> Iterator[tuple[FlowStep, str]]:
    """The steps by whose outputs a choice is decided, each with one of them."""
    known: set[int] = set()
    for outcome in choice.outcomes:
        predicate = parse(outcome.predicate)
        for path in predicate.paths if isinstance(predicate, Predicate) else ():
            source = _source(flow, choice.id, ".".join(path)) if path[0] == "steps" and len(path) > 1 else None
            if source is not None and source.index not in known:
                known.add(source.index)
                yield source, ".".join(path)


def _shown(run: Run, remedy: str) -> Counterexample:
    property, step, explanation, _ = run.defect
    return Counterexample(
        property, step, explanation, run.told.faults, run.moves, run.told.moments, run.told.story, remedy=remedy
    )
