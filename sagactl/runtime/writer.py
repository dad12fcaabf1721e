"""One thread owns the store; what is to be written while it writes goes together into its next transaction.

This is where the speed of many runs comes from: a commit costs a flush to the disk, whether it holds one transition
or two hundred.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final, TypeVar

from sagactl.runtime.store import Proposal, Store, StoreBusy, Written

MOST_AT_ONCE: Final = 256
"""Transitions in one transaction; more would make the first of them wait for the last."""

PATIENCE: Final = (0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)
"""Seconds between tries when somebody else holds the store; the last one again and again."""

Value = TypeVar("Value")


class Writer:
    """Everything that is asked of a store, in the order in which it is asked."""

    def __init__(self, store: Store) -> None:
        self.store = store
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sagactl-store")
        self._waiting: list[tuple[Proposal, asyncio.Future[Written]]] = []
        self._writing: asyncio.Task[None] | None = None
        self._asked = 0

    @property
    def is_idle(self) -> bool:
        """Whether nothing is asked and nothing waits to be written."""
        return not self._asked and not self._waiting and self._writing is None

    async def ask(self, question: Callable[..., Value], *values: Any) -> Value:
        """The answer of a method of the store; a busy store is asked again."""
        loop = asyncio.get_running_loop()
        self._asked += 1
        try:
            for pause_s in PATIENCE:
                try:
                    return await loop.run_in_executor(self._thread, question, *values)
                except StoreBusy:
                    await asyncio.sleep(pause_s)
            return await loop.run_in_executor(self._thread, question, *values)
        finally:
            self._asked -= 1

    async def write(self, proposal: Proposal) -> Written:
        """What became of the proposal; raises what the store raised, and then nothing of its group was written."""
        fate: asyncio.Future[Written] = asyncio.get_running_loop().create_future()
        self._waiting.append((proposal, fate))
        if self._writing is None:
            self._writing = asyncio.create_task(self._write_all())
        return await fate

    async def _write_all(self) -> None:
        try:
            while self._waiting:
                group, self._waiting = self._waiting[:MOST_AT_ONCE], self._waiting[MOST_AT_ONCE:]
                await self._write_group(group)
        finally:
            self._writing = None

    async def _write_group(self, group: list[tuple[Proposal, asyncio.Future[Written]]]) -> None:
        try:
            fates = await self.ask(self.store.commit, [proposal for proposal, _ in group])
        except BaseException as error:
            for _, fate in group:
                if not fate.done():
                    fate.set_exception(error)
            if not isinstance(error, Exception):
                raise
            return
        for (_, fate), written in zip(group, fates, strict=True):
            if not fate.done():
                fate.set_result(written)

    async def close(self) -> None:
        """Write what waits, then let go of the store."""
        if self._writing is not None:
            await asyncio.wait({self._writing})
        await asyncio.get_running_loop().run_in_executor(self._thread, self.store.close)
        self._thread.shutdown()
