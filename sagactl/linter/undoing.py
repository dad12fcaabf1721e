"""Which compensations may start before those of later steps are done: where the way back is not the way in reverse."""

from __future__ import annotations

from functools import reduce
from operator import and_, or_
from typing import TYPE_CHECKING

from sagactl.access import may_be_undone
from sagactl.flow import Flow, FlowStep, undone_event

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


def undone_early(facts: Facts) -> dict[int, int]:
    """For each step whose compensation does not wait for all later ones, the steps that it does not wait for.

    In reverse order a compensation waits for all of them; where it says what it listens to, for those it hears of.
    """
    flow = facts.meant
    undone = [step for step in flow.steps if may_be_undone(step) and step.compensation is not None]
    awaited = {} if facts.saga.rollback.order == "parallel" else _awaited(flow, undone)
    anyone = sum(1 << step.index for step in undone)
    found: dict[int, int] = {}
    for step in undone:
        later = flow.descendants[step.index] & anyone & ~awaited.get(step.index, 0)
        if later:
            found[step.index] = later & ~facts.locks.apart(step.index)
    return found


def _awaited(flow: Flow, undone: list[FlowStep]) -> dict[int, int]:
    """For each step the later ones whose compensations are surely done when its own starts.

    A compensation that listens hears directly of some, and through them of those for which these have waited.
    """
    publisher = {undone_event(step.step): step.index for step in undone}
    position = {index: at for at, index in enumerate(flow.order)}
    awaited: dict[int, int] = {}
    for step in sorted(undone, key=lambda each: position.get(each.index, -1), reverse=True):
        listens = step.compensation.listens if step.compensation is not None else None
        if listens is None:
            awaited[step.index] = flow.descendants[step.index]
        else:
            heard = [_through(publisher.get(event), awaited) for event in listens.events]
            awaited[step.index] = reduce(or_ if listens.mode == "all" else and_, heard)
    return awaited


def _through(publisher: int | None, awaited: dict[int, int]) -> int:
    """The steps that are surely undone when the event of one is heard; none when it tells something else."""
    return 0 if publisher is None else awaited.get(publisher, 0) | 1 << publisher
