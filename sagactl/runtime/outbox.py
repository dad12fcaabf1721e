"""The relay: what a transition wanted to be sent leaves after the transition is written, at least once and in order."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from typing import Final

from sagactl.runtime.clock import Clock
from sagactl.runtime.observers import Observer
from sagactl.runtime.store import Outgoing
from sagactl.runtime.transports import Transport
from sagactl.runtime.writer import Writer

AGAIN_S: Final = (0.1, 0.5, 1.0, 5.0)
MOST_AT_ONCE: Final = 200


class Outbox:
    """Sends the messages of one worker, and those that a dead one left."""

    def __init__(
        self, writer: Writer, transport: Transport, worker: str, clock: Clock, observer: Observer,
        left: Callable[[Iterable[str]], None],
    ) -> None:  # fmt: skip
        self._writer, self._transport, self._worker, self._clock = writer, transport, worker, clock
        self._observer, self._left = observer, left
        self._waiting: deque[Outgoing] = deque()
        self._known: set[int] = set()
        self._news = asyncio.Event()

    def add(self, messages: Iterable[Outgoing]) -> None:
        """Messages that are written and not sent."""
        for message in messages:
            if message.id not in self._known:
                self._known.add(message.id)
                self._waiting.append(message)
        self._news.set()

    async def look(self) -> None:
        """Take up what is in the store and not here: of an earlier life, or of a worker that died."""
        now_s = self._clock.now_s()
        self.add(await self._writer.ask(self._writer.store.unsent, self._worker, now_s, MOST_AT_ONCE))

    async def serve(self) -> None:
        """Send what comes in, for ever; a transport that fails is asked again and again."""
        while True:
            await self._news.wait()
            self._news.clear()
            while self._waiting:
                group = [self._waiting.popleft() for _ in range(min(len(self._waiting), MOST_AT_ONCE))]
                for message in group:
                    send = partial(self._transport.send, message.destination, message.body, message.run)
                    await until_taken(send, message.destination, self._observer)
                await self._writer.ask(self._writer.store.sent, [message.id for message in group])
                self._known.difference_update(message.id for message in group)
                self._left({message.run for message in group})


async def until_taken(send: Callable[[], Awaitable[None]], destination: str, observer: Observer) -> None:
    """Hand a message over, again and again while the transport does not take it."""
    tried = 0
    while True:
        try:
            return await send()
        except Exception as error:
            if tried in (0, len(AGAIN_S)):
                observer.on_trouble(f"the transport does not take a message for `{destination}`", error)
            await asyncio.sleep(AGAIN_S[min(tried, len(AGAIN_S) - 1)])
            tried += 1
