"""Who wants to know what happens: hooks for alarms, logs, metrics and traces.  An observer never changes a run."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager, ExitStack, nullcontext
from typing import Final

from sagactl.runtime.change import Change
from sagactl.runtime.orders import Letter, Order
from sagactl.runtime.store import Summary

LOG: Final = logging.getLogger("sagactl.runtime")


class Observer:
    """Does nothing; what matters is overridden.  Called in the event loop: it must return at once."""

    def on_change(self, change: Change) -> None:
        """A transition is written."""

    def on_order(self, order: Order) -> None:
        """Something is about to be carried out, here or by a message."""

    def around(self, order: Order) -> AbstractContextManager[object]:
        """What a handler is called in; for spans that its own ones lie below."""
        return nullcontext()

    def on_answer(self, order: Order, answer: str, detail: str) -> None:
        """What was carried out here has ended."""

    def on_letter(self, change: Change, letter: Letter) -> None:
        """A step was handed to people."""

    def on_alert(self, change: Change, what: str) -> None:
        """Something that people should know, and that does not change the run."""

    def on_stuck(self, run: Summary) -> None:
        """A run is under way for longer than `limits.stuck_after`."""

    def on_look(self, saga: str, runs: int) -> None:
        """The worker looks for work, as it does again and again; so many runs of the saga are in its hands."""

    def on_trouble(self, what: str, error: BaseException | None = None) -> None:
        """The runtime itself met something that it does not expect, and went on."""


class Logging(Observer):
    """Writes what people should see into the log of the program; no data of a run is in it."""

    def on_letter(self, change: Change, letter: Letter) -> None:
        LOG.error(
            "dead letter: run %s, step %s, going %s, after %d tries: %s",
            change.run.id, letter.step, letter.direction, letter.tries, letter.reason,
        )  # fmt: skip

    def on_alert(self, change: Change, what: str) -> None:
        LOG.warning("run %s: %s", change.run.id, what)

    def on_stuck(self, run: Summary) -> None:
        LOG.error("run %s of %s is stuck: %s since %s", run.id, run.saga, run.status, run.started_s)

    def on_trouble(self, what: str, error: BaseException | None = None) -> None:
        LOG.error("%s", what, exc_info=error)


class Observers(Observer):
    """Several observers as one; what one of them raises is noted and keeps nobody from hearing."""

    def __init__(self, all: Iterable[Observer]) -> None:
        self._all = tuple(all)

    def _tell(self, hook: str, *values: object) -> None:
        for observer in self._all:
            try:
                getattr(observer, hook)(*values)
            except Exception:
                LOG.exception("the observer %s failed", type(observer).__name__)

    def on_change(self, change: Change) -> None:
        self._tell("on_change", change)
        for letter in change.letters:
            self._tell("on_letter", change, letter)
        for what in change.alerts:
            self._tell("on_alert", change, what)

    def on_order(self, order: Order) -> None:
        self._tell("on_order", order)

    def around(self, order: Order) -> AbstractContextManager[object]:
        stack = ExitStack()
        for observer in self._all:
            try:
                inside = observer.around(order)
                inside.__enter__()
            except Exception:
                LOG.exception("the observer %s failed", type(observer).__name__)
            else:
                stack.callback(_leave, observer, inside)
        return stack

    def on_answer(self, order: Order, answer: str, detail: str) -> None:
        self._tell("on_answer", order, answer, detail)

    def on_stuck(self, run: Summary) -> None:
        self._tell("on_stuck", run)

    def on_look(self, saga: str, runs: int) -> None:
        self._tell("on_look", saga, runs)

    def on_trouble(self, what: str, error: BaseException | None = None) -> None:
        self._tell("on_trouble", what, error)


def _leave(observer: Observer, inside: AbstractContextManager[object]) -> None:
    """What the handler did is none of the observer's business, nor the other way round."""
    try:
        inside.__exit__(None, None, None)
    except Exception:
        LOG.exception("the observer %s failed", type(observer).__name__)
