"""What a rollback undoes and in which order, in the worst case: everything that can have happened has happened."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sagactl.flow import Flow, FlowStep, exclusive

Own = Literal["undone", "if-unknown", "kept"]
"""What becomes of the failing step itself: undone, undone only if nobody knows its outcome, or left as it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rollback:
    """One worst case: `levels` are the steps undone together, first level first; empty when `parked` forward.

    `committed` are the pivots behind which nothing is undone, `at_risk` those beside that may still commit first.
    What is neither `failing` nor `done` never starts.
    """

    failing: int
    done: tuple[int, ...]
    levels: tuple[tuple[int, ...], ...]
    own: Own
    committed: tuple[int, ...]
    at_risk: tuple[int, ...]

    @property
    def parked(self) -> bool:
        """Whether a pivot is committed, so that the run cannot go back any more."""
        return bool(self.committed)

    def number(self, index: int) -> int | None:
        """The place of a step in the order of the rollback, counted from 1."""
        return next((place for place, level in enumerate(self.levels, 1) if index in level), None)


def rollback(flow: Flow, failing: str) -> Rollback:
    """What happens when this step fails.

    Rule 1. Done are all predecessors, and all steps beside that can have run without committing a pivot.
    Rule 2. Steps on outcomes that exclude the failing step are never started, nor is anything behind it.
    Rule 3. Behind a committed pivot nothing is undone.
    Rule 4. A step is undone when all undone steps that depend on it are: its number is one more than theirs.
    Rule 5. With `rollback.order: parallel` all share the number 1.
    """
    at = flow.index[failing]
    step = flow.steps[at]
    possible = [other.index for other in flow.steps if other.index != at and not exclusive(other.step, step.step)]
    before = [index for index in possible if flow.ancestors[at] >> index & 1]
    committed = tuple(index for index in before if flow.steps[index].kind == "pivot")
    pivots = [index for index in possible if flow.steps[index].kind == "pivot" and index not in committed]
    at_risk = tuple(index for index in pivots if flow.beside(at) >> index & 1)
    beside = [index for index in possible if flow.beside(at) >> index & 1 and index not in flow.cyclic]
    if not committed:
        beside = [index for index in beside if not _commits(flow, index, pivots)]
    done = tuple(sorted({*before, *beside}))
    own = _own(flow, step)
    undone = [index for index in done if undoable(flow.steps[index])] + ([at] if own == "undone" else [])
    return Rollback(
        failing=at,
        done=done,
        levels=() if committed else _levels(flow, undone),
        own="kept" if committed else own,
        committed=committed,
        at_risk=() if committed else at_risk,
    )


def undoable(step: FlowStep) -> bool:
    """Whether something undoes the step: its compensation, or the rollback of the saga that it runs."""
    return step.compensation is not None or (step.step.saga is not None and step.kind == "compensatable")


def undo_links(flow: Flow, plan: Rollback) -> Iterator[tuple[int | None, int | None]]:
    """Who waits for whom among the undone: pairs (earlier, later); None stands for the failure and for the end."""
    undone = [index for level in plan.levels for index in level]
    if flow.saga.rollback.order == "parallel":
        yield from ((None, index) for index in undone)
        yield from ((index, None) for index in undone)
        return
    everything = _bits(undone)
    behind = {index: flow.descendants[index] & everything for index in undone}
    for index in undone:
        further = 0
        for step in flow.members(behind[index]):
            further |= behind[step.index]
        nearest = [step.index for step in flow.members(behind[index] & ~further)]
        yield from ((other, index) for other in nearest or (None,))
        if not flow.ancestors[index] & everything:
            yield index, None


def _bits(indexes: Iterable[int]) -> int:
    return sum(1 << index for index in set(indexes))


def _commits(flow: Flow, index: int, pivots: list[int]) -> bool:
    return any(index == pivot or flow.ancestors[index] >> pivot & 1 for pivot in pivots)


def _own(flow: Flow, step: FlowStep) -> Own:
    if not undoable(step) or step.step.wait is not None or step.index in flow.cyclic or step.failed_step == "never":
        return "kept"
    if step.failed_step == "always":
        return "undone"
    if step.step.local or step.step.saga is not None:
        return "kept"
    known = bool(step.step.rejects) or bool(step.promises.status_query)
    return "if-unknown" if known else "undone"


def _levels(flow: Flow, undone: list[int]) -> tuple[tuple[int, ...], ...]:
    if flow.saga.rollback.order == "parallel":
        return (tuple(sorted(undone)),) if undone else ()
    everything = _bits(undone)
    ranks: dict[int, int] = {}
    levels: list[list[int]] = []
    for index in reversed(flow.order):
        if everything >> index & 1:
            later = flow.members(flow.descendants[index] & everything)
            ranks[index] = max((ranks[step.index] + 1 for step in later), default=0)
            levels += [[]] if ranks[index] == len(levels) else []
            levels[ranks[index]].append(index)
    return tuple(tuple(sorted(level)) for level in levels)
