"""Messages between services of one process: what the tests use, and a service that has all its participants inside."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from sagactl.runtime.transports import Receive


class InProcessTransport:
    """Channels as queues; a message whose receiver raised comes again, behind the others."""

    def __init__(self, again_s: float = 0.05) -> None:
        self.again_s = again_s
        self._receivers: dict[str, Receive] = {}
        self._queues: defaultdict[str, asyncio.Queue[str]] = defaultdict(asyncio.Queue)
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._is_open = False

    async def subscribe(self, channel: str, receive: Receive) -> None:
        self._receivers[channel] = receive
        if self._is_open:
            self._listen(channel)

    async def open(self) -> None:
        self._is_open = True
        for channel in self._receivers:
            self._listen(channel)

    def _listen(self, channel: str) -> None:
        if channel not in self._tasks:
            self._tasks[channel] = asyncio.create_task(self._receive(channel))

    async def _receive(self, channel: str) -> None:
        queue = self._queues[channel]
        while True:
            body = await queue.get()
            try:
                await self._receivers[channel](body)
            except Exception:
                await asyncio.sleep(self.again_s)
                queue.put_nowait(body)

    async def send(self, channel: str, body: str, key: str) -> None:
        self._queues[channel].put_nowait(body)

    async def close(self) -> None:
        self._is_open = False
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
