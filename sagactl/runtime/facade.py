"""The same orchestrator for programs without an event loop: the loop is in a thread of its own.

with Blocking(OrderFulfillment(store=SqliteStore("sagas.db"))) as sagas:
    ended = sagas.run({"order_id": "o-1"})
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine, Mapping
from typing import Any, Self, TypeVar

from sagactl.runtime.orchestrator import Ended, SagaOrchestrator

Value = TypeVar("Value")


class Blocking:
    """Every method waits for its coroutine; they may be called from any thread."""

    def __init__(self, orchestrator: SagaOrchestrator) -> None:
        self._orchestrator = orchestrator
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="sagactl-loop", daemon=True)

    def _do(self, work: Coroutine[Any, Any, Value]) -> Value:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result()

    def __enter__(self) -> Self:
        self.open()
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def open(self) -> None:
        """Start to work; raises what `SagaOrchestrator.open` raises, and then nothing is left running."""
        self._thread.start()
        try:
            self._do(self._orchestrator.open())
        except BaseException:
            self._stop()
            raise

    def close(self) -> None:
        """Stop; whoever shares the store goes on with what is under way."""
        try:
            self._do(self._orchestrator.close())
        finally:
            self._stop()

    def _stop(self) -> None:
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def start(self, input: Mapping[str, Any] | None = None, *, key: str = "", correlation: str = "") -> str:
        """Start a run and return its id."""
        return self._do(self._orchestrator.start(input, key=key, correlation=correlation))

    def run(self, input: Mapping[str, Any] | None = None, *, key: str = "") -> Ended:
        """Start a run and wait for its end."""
        return self._do(self._orchestrator.run(input, key=key))

    def wait(self, run: str) -> Ended:
        """How the run ended."""
        return self._do(self._orchestrator.wait(run))

    def result(self, run: str) -> Ended:
        """How the run stands now."""
        return self._do(self._orchestrator.result(run))

    def tell(self, run: str, event: str, data: Any = None, *, rejected: str = "", message: str = "") -> None:
        """Something that a run waits for has come."""
        self._do(self._orchestrator.tell(run, event, data, rejected=rejected, message=message))

    def cancel(self, run: str, *, who: str, why: str) -> None:
        """Ask for the run to be taken back."""
        self._do(self._orchestrator.cancel(run, who=who, why=why))
