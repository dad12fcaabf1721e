"""What is tried more than once, and which of the policies in a definition says so."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Literal, NamedTuple

from sagactl.finding import Place, Related
from sagactl.flow import Flow, FlowStep
from sagactl.linter.rule import at_step
from sagactl.model import Retry, Saga
from sagactl.policies import Policy

Setting = Literal["attempts", "initial", "factor", "max", "jitter", "only"]

_ATTRIBUTES: dict[Setting, str] = {"initial": "initial_s", "max": "max_s"}


class Repeated(NamedTuple):
    """An action or a compensation that is tried again, and the policies it takes that from, the nearest first."""

    step: FlowStep
    undoes: bool
    policy: Policy
    written: tuple[Retry, ...]

    def where(self, setting: Setting) -> Place:
        """Where the setting that holds is written; at the nearest policy where it is left to the built-in one."""
        attribute = _ATTRIBUTES.get(setting, setting)
        found = next((retry for retry in self.written if getattr(retry, attribute) is not None), None)
        return Place((*found.route, setting)) if found is not None else Place(self.written[0].route)

    @property
    def words(self) -> str:
        """The operation by its name."""
        return f"the compensation of `{self.step.id}`" if self.undoes else f"`{self.step.id}`"


def repeated(saga: Saga, flow: Flow) -> Iterator[Repeated]:
    """All actions and compensations that are tried more than once."""
    forward, back = saga.defaults.retry, (saga.rollback.retry, saga.defaults.retry)
    for plan in flow.steps:
        if plan.action.tries != 1:
            yield Repeated(plan, False, plan.action, _written(plan.step.retry, forward))
        if plan.undo is not None and plan.undo.tries != 1 and plan.compensation is not None:
            yield Repeated(plan, True, plan.undo, _written(plan.compensation.retry, *back))


def by_place(found: Iterable[tuple[Place, Repeated]]) -> dict[Place, list[Repeated]]:
    """The operations that one place in the definition speaks of, so that one policy is one finding."""
    places: dict[Place, list[Repeated]] = {}
    for place, operation in found:
        places.setdefault(place, []).append(operation)
    return places


def named(operations: list[Repeated]) -> str:
    """The first operation, and how many more there are."""
    more = f" (and {len(operations) - 1} more)" if len(operations) > 1 else ""
    return operations[0].words + more


def others(operations: list[Repeated], said: str, most: int = 5) -> tuple[Related, ...]:
    """The steps of the other operations."""
    return tuple(
        Related(f"{each.words} {said}", at_step(each.step.step.route, "compensation" if each.undoes else "step"))
        for each in operations[1 : most + 1]
    )


def _written(*policies: Retry | None) -> tuple[Retry, ...]:
    return tuple(policy for policy in policies if policy is not None)
