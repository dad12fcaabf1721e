"""Commands that one participant cannot tell apart: the steps that share a key are looked at together.

A step that shares a key is not alone: what its participant does with a request depends on what became of the other
one's.  What is the same in all runs meets the requests of other runs, which shows in the definition itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from typing import NamedTuple

from sagactl.flow import Flow
from sagactl.verdict import Counterexample
from sagactl.verifier.groups import MAX_FAULTS, Defect, Run, explore_group
from sagactl.world.keys import Command, commands, has_keys, twins
from sagactl.world.parts import World
from sagactl.world.properties import violations

Key = tuple[str, str]
"""A property and the step that breaks it."""


class Mistaken(NamedTuple):
    """What shared keys break, how many worlds were looked at, and what was covered and what was not."""

    violations: tuple[Counterexample, ...] = ()
    worlds: int = 0
    covered: str = ""
    uncovered: str = ""


def shared_keys(flow: Flow, known: Set[Key], is_over: Callable[[], bool] = lambda: False) -> Mistaken:
    """The commands that are mistaken for another one; `known` is what steps break by themselves."""
    found = list(_of_all_runs(flow))
    worlds, names, cut_short = 0, list[str](), list[str]()
    for group in _groups(flow):
        seen = explore_group(flow, group, _fresh(flow, group, known), is_over)
        found += [_shown(flow, run) for run in seen.runs]
        names.append(", ".join(f"`{flow.steps[index].id}`" for index in group))
        worlds += seen.worlds
        if not seen.complete:
            cut_short.append(f"{names[-1]}, which share a key, together beyond {seen.worlds:,} worlds")
    how = f"steps that share a key together, with {MAX_FAULTS} faults at most ({'; '.join(names)})"
    return Mistaken(tuple(found), worlds, how if names else "", "; ".join(cut_short))


def _fresh(flow: Flow, group: tuple[int, ...], known: Set[Key]) -> Callable[[World], Iterator[Defect]]:
    """What the steps break beside each other, once nothing is left to happen."""

    def broken(world: World) -> Iterator[Defect]:
        if world.state.phase == "ended" and not world.messages:
            for each in violations(flow, world):
                if flow.index[each.step] in group and (each.property, each.step) not in known:
                    yield Defect(each.property, each.step, each.explanation)

    return broken


def _groups(flow: Flow) -> list[tuple[int, ...]]:
    """The steps that hang together by their keys."""
    groups: list[set[int]] = []
    for (step, _), others in twins(flow).items():
        linked = {step, *(other.plan.index for other in others)}
        met = [group for group in groups if not group.isdisjoint(linked)]
        groups = [*(group for group in groups if group not in met), linked.union(*met)]
    return sorted(tuple(sorted(group)) for group in groups)


# -- words


def _shown(flow: Flow, run: Run) -> Counterexample:
    """The run, with what was mistaken for what."""
    property, step, explanation, _ = run.defect
    told = _mistaken(flow, (property, step))
    if told is None:
        told = Counterexample(property, step, f"{explanation}, beside a step that shares its key")
    return told._replace(faults=run.told.faults, moves=run.moves, moments=run.told.moments, story=run.told.story)


def _of_all_runs(flow: Flow) -> Iterator[Counterexample]:
    """What is written without a variable is the same in every run."""
    for command in commands(flow) if has_keys(flow) else ():
        if command.is_the_same_in_all_runs:
            first = f"`{command.name}` of another run"
            who, wrong = _who(command), _wrong(command)
            story = (
                f"{who} does {first}, and remembers its key",
                f"`{command.name}` arrives under the same key",
                f"{who} knows the key, answers as it did before, and does nothing",
                f"the answer arrives: `{command.plan.id}` is {wrong}",
            )
            yield _told(command, first)._replace(story=story)


def _mistaken(flow: Flow, key: Key) -> Counterexample | None:
    """How a command that was never carried out is told of; None for what else may break."""
    property, step = key
    operation = {"S4": "action", "S6": "undo"}.get(property)
    for (index, sent), others in twins(flow).items():
        if (index, sent) == (flow.index[step], operation):
            command = next(each for each in commands(flow) if (each.plan.index, each.operation) == (index, sent))
            return _told(command, f"`{others[0].name}` of `{others[0].plan.id}`")
    return None


def _told(command: Command, first: str) -> Counterexample:
    is_undo = command.operation == "undo"
    return Counterexample(
        property="S6" if is_undo else "S4",
        step=command.plan.id,
        explanation=f"{_who(command)} takes `{command.name}` for a repetition of {first}, whose key is the same: "
        f"it is {_wrong(command)}",
        remedy=f"# each command needs a key of its own; without one of yours that is so:\n- step: {command.plan.id}\n"
        + ("  compensation: {key: '{saga_id}:{step}:undo'}" if is_undo else "  key: '{saga_id}:{step}'"),
    )


def _who(command: Command) -> str:
    return f"`{command.participant}`" if command.plan.step.participant else "the participant"


def _wrong(command: Command) -> str:
    undone = command.operation == "undo"
    return "recorded as undone, and its effect stands" if undone else "recorded as done, and is not"
