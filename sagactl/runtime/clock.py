"""Time as the runtime sees it: the system's, or one that only tests move."""

from __future__ import annotations

import asyncio
import heapq
import time
from typing import Protocol


class Clock(Protocol):
    """Seconds since 1970, and how to sleep until then."""

    def now_s(self) -> float:
        """The time now."""

    async def sleep_until(self, due_s: float) -> None:
        """Come back when it is so late."""


class SystemClock:
    """The clock of the machine; it may jump, so a sleep looks again after a minute at most."""

    LONGEST_S = 60.0

    def now_s(self) -> float:
        return time.time()

    async def sleep_until(self, due_s: float) -> None:
        left_s = due_s - self.now_s()
        await asyncio.sleep(min(max(left_s, 0.0), self.LONGEST_S))


class VirtualClock:
    """A clock that stands still until a test moves it; days pass in no time."""

    def __init__(self, start_s: float = 0.0) -> None:
        self._now_s = start_s
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._slept = 0

    def now_s(self) -> float:
        return self._now_s

    async def sleep_until(self, due_s: float) -> None:
        if due_s <= self._now_s:
            await asyncio.sleep(0)
            return
        waiting: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._slept += 1
        heapq.heappush(self._sleepers, (due_s, self._slept, waiting))
        await waiting

    def next_due_s(self) -> float | None:
        """When the next sleeper wakes, None when nobody sleeps."""
        while self._sleepers and self._sleepers[0][2].done():
            heapq.heappop(self._sleepers)
        return self._sleepers[0][0] if self._sleepers else None

    def move_to(self, now_s: float) -> None:
        """Let it be this late; who slept until then wakes, the earliest first."""
        self._now_s = max(self._now_s, now_s)
        while self._sleepers and self._sleepers[0][0] <= self._now_s:
            waiting = heapq.heappop(self._sleepers)[2]
            if not waiting.done():
                waiting.set_result(None)
