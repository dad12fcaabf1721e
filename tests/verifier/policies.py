"""What a step and its participant may keep: every combination that the language can state, and those that it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow, flow
from sagactl.model import Saga
from sagactl.world.alone import Alone, alone
from tests.builders import act, saga, undo


class Both(str):
    """Read as `always` and as `never`: the failed step is undone and the unknown one is not, which no word states."""

    def __eq__(self, other: object) -> bool:
        return other in ("always", "never")

    def __ne__(self, other: object) -> bool:
        return not self == other

    __hash__ = str.__hash__


FAILED_STEPS: Final[tuple[Any, ...]] = ("auto", "always", "never")
ALL_FAILED_STEPS: Final[tuple[Any, ...]] = (*FAILED_STEPS, Both("both"))


class Policy(NamedTuple):
    """What is kept of one step that may say no; `failed_step` is what the definition does about it."""

    action: bool = True
    undo: bool = True
    tombstone: bool = True
    memory: bool = True
    failed_step: Any = "auto"
    tries: int = 2

    def __str__(self) -> str:
        kept = (name for name, value in zip(self._fields, self[:4], strict=False) if value)
        failed_step = "both" if isinstance(self.failed_step, Both) else self.failed_step
        return f"{' '.join(kept) or 'nothing'}, failed_step {failed_step}, {self.tries} tries"

    @property
    def is_lawful(self) -> bool:
        """The law: when a step is safe whatever fails."""
        unknown_is_undone = self.failed_step != "never"
        failed_is_undone = self.failed_step == "always"
        forgets_safely = self.memory or failed_is_undone
        return self.action and self.undo and self.tombstone and unknown_is_undone and forgets_safely

    def saga(self) -> Saga:
        """A saga of the one step."""
        compensation = undo("Undo", idempotency=_word(self.undo), retry=self.tries)
        step = act(
            "pay",
            rejects="No",
            retry=self.tries,
            idempotency=_word(self.action),
            rejects_late_actions=self.tombstone,
            remembers_failures=self.memory,
            failed_step=self.failed_step,
            compensation=compensation,
        )
        return saga(step)

    def alone(self) -> Alone:
        """The step among the most general rest of the world."""
        return alone_in(flow(self.saga()))


def _word(kept: bool) -> str:
    return "key" if kept else "none"


def alone_in(plan: Flow, id: str = "") -> Alone:
    """A step of a flow, the first unless it is named, with what it states."""
    step = plan[id] if id else plan.steps[0]
    return alone(plan, step, step.promises, step.undo_promises)


def policies(tries: tuple[int, ...] = (1, 2), failed_steps: tuple[Any, ...] = FAILED_STEPS) -> Iterator[Policy]:
    """Every combination."""
    kept = (True, False)
    yield from (Policy(*each) for each in product(kept, kept, kept, kept, failed_steps, tries))
