"""What happens by itself, in the order of its time; the stored timers of all runs that are here."""

from __future__ import annotations

import asyncio
import heapq
from collections.abc import Callable, Iterable
from typing import Any

from sagactl.runtime.clock import Clock
from sagactl.runtime.record import Timer

Fire = Callable[[str, Timer], None]


class Timers:
    """Tells `fire` of each timer when it is due; whether it still matters is for the run to say."""

    def __init__(self, clock: Clock, fire: Fire) -> None:
        self._clock, self._fire = clock, fire
        self._heap: list[tuple[float, int, str, Timer]] = []
        self._added = 0
        self._news = asyncio.Event()

    def watch(self, run: str, timers: Iterable[Timer]) -> None:
        """Take in timers of a run."""
        for timer in timers:
            self._added += 1
            heapq.heappush(self._heap, (timer.due_s, self._added, run, timer))
            if self._heap[0][1] == self._added:
                self._news.set()

    async def serve(self) -> None:
        """Fire what is due, for ever."""
        while True:
            self._news.clear()
            now_s = self._clock.now_s()
            while self._heap and self._heap[0][0] <= now_s:
                _, _, run, timer = heapq.heappop(self._heap)
                self._fire(run, timer)
            await self._sleep()

    async def _sleep(self) -> None:
        """Until the next timer is due, or an earlier one comes in."""
        waits: set[asyncio.Future[Any]] = {asyncio.ensure_future(self._news.wait())}
        if self._heap:
            waits.add(asyncio.ensure_future(self._clock.sleep_until(self._heap[0][0])))
        try:
            await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for wait in waits:
                wait.cancel()
