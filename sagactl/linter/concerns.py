"""What a saga must have for a rule to look at it; a rule names its concern, and its file is imported when one has it.

Most sagas have no items, no choices or no nested sagas, and every rule that says so is one module less at the start of
a call.  The tests run every rule on sagas that lack its concern: it must have nothing to say.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from sagactl.model import Saga, Step


def _undo_key(step: Step) -> str | None:
    return step.compensation.key if step.compensation is not None else None


def _names_events(step: Step) -> bool:
    undo = step.compensation
    return step.listens is not None or step.publishes is not None or (undo is not None and undo.listens is not None)


CONCERNS: Final[dict[str, Callable[[Saga], bool]]] = {
    "": lambda saga: True,
    "choices": lambda saga: bool(saga.choices),
    "resources": lambda saga: bool(saga.resources),
    "deadline": lambda saga: saga.deadline is not None,
    "effects": lambda saga: any(step.external for step in saga.steps),
    "events": lambda saga: saga.style == "choreography" or any(_names_events(step) for step in saga.steps),
    "items": lambda saga: any(step.for_each is not None for step in saga.steps),
    "keys": lambda saga: any(step.key is not None or _undo_key(step) is not None for step in saga.steps),
    "locks": lambda saga: any(step.lock is not None for step in saga.steps),
    "nested": lambda saga: any(step.saga is not None for step in saga.steps),
    "outputs": lambda saga: any(step.output for step in saga.steps),
    "waits": lambda saga: any(step.wait is not None for step in saga.steps),
}
"""Each concern, and whether a saga has it."""
