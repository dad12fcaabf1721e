"""A service's outbox: what it has to say is written with what it did, and leaves afterwards, at least once."""

from __future__ import annotations

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from typing import Final, Literal, NamedTuple

from sagactl.errors import SagactlError
from sagactl.runtime.guard.script import Script, Statement
from sagactl.runtime.guard.sessions import run
from sagactl.runtime.observers import Observer
from sagactl.runtime.outbox import MOST_AT_ONCE, until_taken
from sagactl.runtime.service.database import Database
from sagactl.runtime.transports import Transport

VERSION: Final = 1
"""Of the tables that `install` makes."""
LEASE_S: Final = 30.0
"""How long a relay may take over what it has in hand, before another one thinks that it has died."""
HOME: Final = "sagactl.runtime.service"


class ServiceTooOld(SagactlError):
    """A newer version of this package has changed the tables of the service."""


class Message(NamedTuple):
    """Something that has to leave: to a channel, or published to all who listen to it; `key` keeps it in order."""

    kind: Literal["send", "publish"]
    channel: str
    key: str
    body: str


class _Taken(NamedTuple):
    """A message that a relay has in hand."""

    id: int
    message: Message


def install() -> Script[None]:
    yield Statement("install", {"version": VERSION}, HOME)
    rows = yield Statement("version", home=HOME)
    (found,) = rows[0]
    if found > VERSION:
        raise ServiceTooOld(
            f"the tables of the service have version {found}, and this program knows versions up to {VERSION}",
            help="update sagactl in this service",
        )


def put(participant: str, messages: Sequence[Message]) -> Script[None]:
    """The messages leave once the transaction is committed."""
    for message in messages:
        yield Statement("put", {"participant": participant, **message._asdict()}, HOME)


def _take(participant: str) -> Script[list[_Taken]]:
    values = {"participant": participant, "lease_s": LEASE_S, "limit": MOST_AT_ONCE}
    rows = yield Statement("take", values, HOME)
    return [_Taken(id, Message(*fields)) for id, *fields in sorted(rows)]


def _sent(taken: Sequence[_Taken]) -> Script[None]:
    for each in taken:
        yield Statement("sent", {"id": each.id}, HOME)


class Relay:
    """Sends what is in the outbox of one participant, and what a process that died has left there."""

    def __init__(
        self, database: Database, transport: Transport, participant: str, observer: Observer, poll_s: float
    ) -> None:
        self._database, self._transport, self._participant = database, transport, participant
        self._observer, self._poll_s = observer, poll_s
        self._news = asyncio.Event()

    def look(self) -> None:
        """There is something to send."""
        self._news.set()

    async def serve(self) -> None:
        """Send what comes in, for ever."""
        while True:
            self._news.clear()
            if not await self.send_what_waits():
                await self._rest()

    async def send_what_waits(self) -> bool:
        """Send a part of what is in the outbox now; False if it is empty."""
        taken = await self._database.do(lambda connection: run(connection, _take(self._participant)))
        await self._send(taken)
        await self._database.do(lambda connection: run(connection, _sent(taken)))
        return bool(taken)

    async def _send(self, taken: list[_Taken]) -> None:
        """Messages with the same key in order, those with different ones side by side."""
        lanes: defaultdict[str, list[Message]] = defaultdict(list)
        for each in taken:
            lanes[each.message.key].append(each.message)
        async with asyncio.TaskGroup() as group:
            for lane in lanes.values():
                group.create_task(self._send_in_turn(lane))

    async def _send_in_turn(self, lane: list[Message]) -> None:
        for message in lane:
            hand_over = self._transport.send if message.kind == "send" else self._transport.publish

            async def send(message: Message = message) -> None:
                await hand_over(message.channel, message.body, message.key)  # noqa: B023

            await until_taken(send, message.channel, self._observer)

    async def _rest(self) -> None:
        try:
            await asyncio.wait_for(self._news.wait(), self._poll_s)
        except TimeoutError:
            return
