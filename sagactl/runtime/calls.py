"""A handler is called, and what it returns or raises becomes what the machine hears."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Mapping
from contextlib import nullcontext
from inspect import iscoroutinefunction
from typing import Any

from sagactl.machine import events as e
from sagactl.runtime.context import Context, said
from sagactl.runtime.engine import Live, Local, Occurrence
from sagactl.runtime.handlers import Handler, Handlers
from sagactl.runtime.observers import Observer
from sagactl.runtime.orders import Order, event_of
from sagactl.runtime.record import Run, to_text


class Calls:
    """The handlers of an orchestrator, so many at once for each participant as its bulkhead allows."""

    def __init__(self, handlers: Handlers, bulkhead: Mapping[str, int], observer: Observer) -> None:
        self._handlers, self._observer = handlers, observer
        self._room: defaultdict[str, Any] = defaultdict(nullcontext)
        self._room.update({name: asyncio.Semaphore(most) for name, most in bulkhead.items()})

    async def call(self, live: Live, order: Order) -> Occurrence | None:
        """What became of the order; None when nobody waits for it."""
        handler = self._handlers.handler_of(order)
        assert handler is not None, "checked at the start"
        async with self._room[order.participant]:
            with self._observer.around(order):
                answer, detail, result = await self._answer(handler, context_of(live.run, order))
        self._observer.on_answer(order, answer, detail)
        if order.silent:
            return None
        event = event_of(live.flow, order.step, order.operation, order.attempt, answer, detail)
        return None if event is None else Occurrence(event, result, restarts=order.restarts)

    async def _answer(self, handler: Handler, context: Context) -> tuple[str, str, Any]:
        try:
            if iscoroutinefunction(handler):
                result = await handler(context)
            else:
                result = await asyncio.to_thread(handler, context)
                if hasattr(result, "__await__"):
                    result = await result
            to_text(result, f"the result of `{context.step}`")
            if context.operation == "status":
                answer = "none" if result is None else "not-done" if result is False else "done"
                return answer, "", None if result is True else result
        except Exception as error:
            return *said(error), None
        return "ok", "", result

    def work_of(self, live: Live, order: Order) -> Local:
        """The handler of a local step as work in the store's own transaction."""
        handler = self._handlers.handler_of(order)
        assert handler is not None, "checked at the start"

        def work(connection: Any, run: Run) -> tuple[e.Event, Any]:
            result = handler(context_of(run, order, connection))
            to_text(result, f"the result of `{order.step}`")
            event = event_of(live.flow, order.step, order.operation, order.attempt, "ok")
            assert event is not None
            return event, result

        return work


def context_of(run: Run, order: Order, connection: Any = None) -> Context:
    return Context(
        run_id=run.id, saga=run.saga, step=order.step, operation=order.operation, attempt=order.attempt,
        key=order.key, action_key=order.action_key, correlation_id=order.correlation, input=order.input,
        run_input=run.input, results=run.results, item=order.item, result=order.result,
        knows_result=order.knows_result, connection=connection,
    )  # fmt: skip
