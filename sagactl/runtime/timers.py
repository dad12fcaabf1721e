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
        self._of_run: dict[str, int] = {}
        self._dead = 0
        self._news = asyncio.Event()

    def watch(self, run: str, timers: Iterable[Timer]) -> None:
        """Take in timers of a run."""
        for timer in timers:
            self._added += 1
            self._of_run[run] = self._of_run.get(run, 0) + 1
            heapq.heappush(self._heap, (timer.due_s, self._added, run, timer))
            if self._heap[0][1] == self._added:
                self._news.set()

    def drop(self, run: str) -> None:
        """Forget the timers of a run; most of them would be due only when the run is long over."""
        self._dead += self._of_run.pop(run, 0)
        if self._dead > 1_000 and self._dead * 2 > len(self._heap):
            self._heap = [entry for entry in self._heap if entry[2] in self._of_run]
            heapq.heapify(self._heap)
            self._dead = 0

    async def serve(self) -> None:
        """Fire what is due, for ever."""
        while True:
            self._news.clear()
            now_s = self._clock.now_s()
            while self._heap and self._heap[0][0] <= now_s:
                _, _, run, timer = heapq.heappop(self._heap)
                if run in self._of_run:
                    self._of_run[run] -= 1
                    self._fire(run, timer)
                else:
                    self._dead -= 1
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
