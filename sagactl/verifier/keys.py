"""Commands that one participant cannot tell apart: the steps that share a key are looked at together.

A step that shares a key is not alone: what its participant does with a request depends on what became of the other
one's.  So every run of the steps that share one is explored, with two faults at most; the others only go on.  What is
the same in all runs meets the requests of other runs, which shows in the definition itself.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Set
from typing import Final, NamedTuple

from sagactl.evidence.story import fault_of, tell
from sagactl.flow import Flow
from sagactl.verdict import Counterexample
from sagactl.world.explore import plainer
from sagactl.world.kept_moves import move_json
from sagactl.world.keys import Command, commands, has_keys, twins
from sagactl.world.parts import Move, World
from sagactl.world.properties import violations
from sagactl.world.world import apply, begin, moves

MAX_FAULTS: Final = 2
MAX_WORLDS: Final = 20_000

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
    of_all_runs = tuple(_of_all_runs(flow))
    groups = [_Group(flow, group, known, is_over) for group in _groups(flow)]
    if not groups:
        return Mistaken(of_all_runs)
    done = [group.explore() for group in groups]
    names = [", ".join(f"`{flow.steps[index].id}`" for index in group.steps) for group in groups]
    found = (shown for group in groups for shown in group.found.values())
    return Mistaken(
        (*of_all_runs, *found),
        sum(len(group.came) for group in groups),
        f"steps that share a key together, with {MAX_FAULTS} faults at most ({'; '.join(names)})",
        "; ".join(
            f"{name}, which share a key, beyond {len(group.came):,} worlds together"
            for name, group, whole in zip(names, groups, done, strict=True)
            if not whole and not group.found
        ),
    )


def _groups(flow: Flow) -> list[tuple[int, ...]]:
    """The steps that hang together by their keys."""
    groups: list[set[int]] = []
    for (step, _), others in twins(flow).items():
        linked = {step, *(other.plan.index for other in others)}
        met = [group for group in groups if not group.isdisjoint(linked)]
        groups = [*(group for group in groups if group not in met), linked.union(*met)]
    return sorted(tuple(sorted(group)) for group in groups)


class _Group:
    """The worlds of some steps together, those with the fewest faults first."""

    def __init__(self, flow: Flow, steps: tuple[int, ...], known: Set[Key], is_over: Callable[[], bool]) -> None:
        self.real, self.flow, self.steps = flow, plainer(flow), steps
        self.known, self.is_over = known, is_over
        start = begin(self.flow).world
        self.came: dict[World, tuple[World, Move] | None] = {start: None}
        self.found: dict[str, Counterexample] = {}

    def explore(self) -> bool:
        """Whether all of it was looked at; one defect of each kind is enough."""
        ring = list(self.came)
        for number in range(MAX_FAULTS + 1):
            outer: list[World] = []
            waiting = deque(ring)
            while waiting:
                world = waiting.popleft()
                self._look(world)
                for move in self._moves(world):
                    after, is_fault = apply(self.flow, world, move).world, bool(fault_of(world, move))
                    if after in self.came or (is_fault and number == MAX_FAULTS):
                        continue
                    if len(self.came) >= MAX_WORLDS or self.is_over():
                        return False
                    self.came[after] = world, move
                    (outer if is_fault else waiting).append(after)
            ring = outer
        return True

    def _moves(self, world: World) -> Iterator[Move]:
        """All that can happen to the steps and to the run; of the others what comes first, without a fault."""
        other: Move | None = None
        for move in moves(self.flow, world):
            if move.step in self.steps or move.kind in ("cancel", "deadline", "crash"):
                yield move
            elif move.step >= 0 and other is None and not fault_of(world, move):
                other = move
            elif move.kind == "decide":
                yield move
        if other is not None:
            yield other

    def _look(self, world: World) -> None:
        if world.state.phase != "ended" or world.messages:
            return
        for broken in violations(self.flow, world):
            plan = self.flow[broken.step]
            key = broken.property, broken.step
            if plan.index in self.steps and key not in self.known and broken.property not in self.found:
                self.found[broken.property] = self._told(key, broken.explanation, world)

    def _told(self, key: Key, explanation: str, world: World) -> Counterexample:
        property, step = key
        made = self._way(world)
        again = _again(self.real, made)
        told = tell(self.real if again else self.flow, self.real[step], again or made)
        mistaken = _mistaken(self.flow, key)
        return Counterexample(
            property,
            step,
            mistaken.explanation if mistaken is not None else f"beside a step that shares its key {explanation}",
            told.faults,
            tuple(move_json(self.real, move) for move in again),
            told.moments,
            told.story,
            remedy=mistaken.remedy if mistaken is not None else "",
        )

    def _way(self, world: World) -> tuple[Move, ...]:
        made: list[Move] = []
        step = self.came[world]
        while step is not None:
            world, move = step
            made.append(move)
            step = self.came[world]
        return tuple(reversed(made))


def _again(flow: Flow, made: tuple[Move, ...]) -> tuple[Move, ...]:
    """The moves, if the saga has them with all its tries, too; nothing otherwise."""
    world = begin(flow).world
    for move in made:
        if move not in moves(flow, world):
            return ()
        world = apply(flow, world, move).world
    return made


# -- words


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
