"""A draft is compared as if it were finished: a compensation that it still owes is written under a name of ours."""

from __future__ import annotations

from dataclasses import replace

from sagactl.flow import Flow
from sagactl.model import Compensation, Saga, Step
from sagactl.recommender.facts import Facts


def finished(facts: Facts) -> Saga:
    """The saga with every compensation that is owed; the order of its steps is the one that was counted."""
    saga, owed = facts.flow.saga, frozenset(facts.missing)
    if not owed:
        return saga
    return replace(saga, steps=tuple(_undone(step) if step.id in owed else step for step in saga.steps))


def finished_flow(facts: Facts) -> Flow:
    """What follows from the finished saga."""
    return Flow(finished(facts), facts.sagas)


def _undone(step: Step) -> Step:
    return replace(step, compensation=Compensation(command=f"Undo{step.action or ''}"))
