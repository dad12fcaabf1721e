"""Which runs show most: the one that takes most steps, and the failure after which most has to be undone.

Both are found by looking at the flow, so that only they have to be rehearsed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from math import prod
from typing import Final, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.simulator.plan import MAX_TRIES

MAX_WAYS: Final = 64
"""So many combinations of outcomes are tried; beyond, only the one in which every choice goes as `otherwise` does."""


class Way(NamedTuple):
    """One combination of outcomes, and the steps that are taken then, as a bit set."""

    choices: Mapping[str, str]
    taken: int


class Failure(NamedTuple):
    """A step that fails on a way through, and how many compensations that asks for."""

    step: str
    way: Way
    undone: int


def longest_way(flow: Flow) -> Way:
    """The way through on which most steps are taken, the first of several."""
    return max(ways(flow), key=lambda way: way.taken.bit_count())


def worst_failure(flow: Flow) -> Failure | None:
    """The failure after which most has to be undone; of several a definite no, then the latest step.

    None where no step can fail before the point of no return, or only after very many tries.
    """
    rank = {flow.steps[index].id: position for position, index in enumerate(flow.order)}
    return max(
        failures(flow), key=lambda each: (each.undone, flow[each.step].says_no, rank.get(each.step, -1)), default=None
    )


def failures(flow: Flow) -> tuple[Failure, ...]:
    """The failure of each step that can fail before the point of no return, on the way on which most is undone then.

    What fails only after very many tries is left out; the steps are in file order.
    """
    undone = _bits(plan for plan in flow.steps if plan.undo is not None and plan.place != "after")
    failing = [plan for plan in flow.steps if _fails_soon(plan) and plan.place != "after" and not plan.reacts]
    through = tuple(ways(flow))
    found = (
        max(
            (
                Failure(plan.id, way, (_behind(flow, plan) & undone & way.taken).bit_count())
                for way in through
                if way.taken >> plan.index & 1
            ),
            key=lambda each: each.undone,
            default=None,
        )
        for plan in failing
    )
    return tuple(filter(None, found))


def ways(flow: Flow) -> Iterator[Way]:
    """All ways through, in the order of the outcomes."""
    asked = {choice for plan in flow.steps for choice in plan.step.when}
    choices = [choice for choice in flow.saga.choices.values() if choice.id in asked and choice.outcomes]
    outcomes = [[outcome.id for outcome in choice.outcomes] for choice in choices]
    if prod(map(len, outcomes)) > MAX_WAYS:
        outcomes = [each[-1:] for each in outcomes]
    for picked in product(*outcomes):
        chosen = dict(zip((choice.id for choice in choices), picked, strict=True))
        yield Way(chosen, _bits(plan for plan in flow.steps if plan.step.when.items() <= chosen.items()))


def _fails_soon(plan: FlowStep) -> bool:
    """Whether it can fail, and not only after more tries than anybody wants to see."""
    return plan.can_fail and (plan.says_no or (plan.action.tries or 0) <= MAX_TRIES)


def _behind(flow: Flow, plan: FlowStep) -> int:
    """What may have been done when a step fails."""
    return flow.ancestors[plan.index] | flow.beside(plan.index)


def _bits(plans: Iterator[FlowStep]) -> int:
    found = 0
    for plan in plans:
        found |= 1 << plan.index
    return found
