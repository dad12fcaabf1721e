"""Messages between services of one process: what the tests use, and a service that has all its participants inside."""

from __future__ import annotations

import asyncio
from collections import defaultdict

from sagactl.runtime.transports import Receive

Lane = tuple[str, str]
"""A channel and a group of its listeners."""


class InProcessTransport:
    """Channels as queues; a message whose receiver raised comes again, behind the others.

    Several services may share one: each opens and closes it, and it lives until the last has closed it.
    """

    def __init__(self, again_s: float = 0.05) -> None:
        self.again_s = again_s
        self._receivers: dict[Lane, Receive] = {}
        self._queues: defaultdict[Lane, asyncio.Queue[str]] = defaultdict(asyncio.Queue)
        self._tasks: dict[Lane, asyncio.Task[None]] = {}
        self._opened = 0

    async def subscribe(self, channel: str, receive: Receive, group: str = "") -> None:
        self._receivers[channel, group] = receive
        if self._opened:
            self._listen((channel, group))

    async def open(self) -> None:
        self._opened += 1
        for lane in self._receivers:
            self._listen(lane)

    def _listen(self, lane: Lane) -> None:
        if lane not in self._tasks:
            self._tasks[lane] = asyncio.create_task(self._receive(lane))

    async def _receive(self, lane: Lane) -> None:
        queue = self._queues[lane]
        while True:
            body = await queue.get()
            try:
                await self._receivers[lane](body)
            except Exception:
                await asyncio.sleep(self.again_s)
                queue.put_nowait(body)

    async def send(self, channel: str, body: str, key: str) -> None:
        self._queues[channel, ""].put_nowait(body)

    async def publish(self, channel: str, body: str, key: str) -> None:
        for lane in self._receivers:
            if lane[0] == channel and lane[1]:
                self._queues[lane].put_nowait(body)

    async def close(self) -> None:
        self._opened -= 1
        if self._opened > 0:
            return
        for task in self._tasks.values():
            task.cancel()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        self._tasks.clear()
