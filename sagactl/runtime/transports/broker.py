"""Messages through a broker: RabbitMQ, NATS with JetStream, or Kafka, by one library (FastStream) for all of them.

The address says which: `amqp://` or `amqps://`, `nats://` or `tls://`, `kafka://`.  A message is acknowledged after it
was taken in, and comes again when it was not; sending returns when the broker has confirmed that it keeps the message.

Rule 1.  Messages with the same key are taken in one after the other, in the order in which the broker hands them out.
Rule 2.  What was not taken in goes back to the broker after a pause, and may then come behind younger ones.
Rule 3.  RabbitMQ keeps what was sent in a queue that the sender makes too, so that it waits for a service that has
         never been there.  JetStream and Kafka keep everything for a time, taken or not.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from typing import Any, Final, Protocol
from urllib.parse import urlsplit

from sagactl.runtime.transports import Receive, TransportError

EXCHANGE: Final = "sagactl"
KEEP_S: Final = 7 * 24 * 3600.0
"""How long JetStream keeps messages; as long as Kafka does by default."""
PATIENCE_S: Final = 5.0
"""For the broker to confirm a message; whoever sends it tries again after that."""
ACK_WAIT_S: Final = 60.0
"""How long JetStream waits before it hands a message out again that nobody has acknowledged."""
KEY: Final = "sagactl-key"

_SPECIAL: Final = re.compile(r"[^A-Za-z0-9.-]")


def plain(name: str) -> str:
    """The name in letters that every broker takes; different names stay different."""
    return _SPECIAL.sub(lambda found: f"_{ord(found[0]):x}_", name)


class BrokerTransport:
    """One connection to a broker; `prefetch` is how many messages of a channel are in hand at once."""

    def __init__(self, url: str, *, prefetch: int = 50, again_s: float = 0.5) -> None:
        made = _KINDS.get(urlsplit(url).scheme)
        if made is None:
            raise TransportError(
                f"`{urlsplit(url).scheme}` is no broker that is known", help=f"one of {', '.join(_KINDS)}"
            )
        try:
            self._kind = made(url, prefetch)
        except ImportError as error:
            raise TransportError(
                f"the library for this broker is not installed: {error}", help='pip install "sagactl[broker]"'
            ) from None
        self._again_s = again_s
        self._is_open = False
        self._lanes: dict[tuple[str, str], _Lane] = {}

    async def subscribe(self, channel: str, receive: Receive, group: str = "") -> None:
        async def take(message: Any) -> None:
            await self._take(message, f"{channel}@{group}", receive)

        subscriber = self._kind.subscriber(plain(channel), plain(group))
        subscriber(take)
        if self._is_open:
            await subscriber.start()

    async def _take(self, message: Any, lane: str, receive: Receive) -> None:
        """Acknowledge what was taken in, after all that came before it with the same key."""
        async with self._turn((lane, message.headers.get(KEY, ""))):
            try:
                await receive(message.body.decode())
            except Exception:
                await asyncio.sleep(self._again_s)
                settle = message.nack
            else:
                settle = message.ack
        with suppress(Exception):  # the connection may be gone: then the message comes again by itself
            await settle()

    @asynccontextmanager
    async def _turn(self, place: tuple[str, str]) -> AsyncIterator[None]:
        """One at a time, in the order of their coming; a lane that nobody waits in is forgotten."""
        lane = self._lanes.setdefault(place, _Lane())
        lane.inside += 1
        try:
            async with lane.lock:
                yield
        finally:
            lane.inside -= 1
            if not lane.inside:
                del self._lanes[place]

    async def open(self) -> None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                await self._kind.prepare()
                await self._kind.broker.start()
        except Exception as error:
            with suppress(Exception):
                await asyncio.wait_for(self._kind.broker.stop(), PATIENCE_S)
            what = str(error) or "it does not answer"
            raise TransportError(f"the broker is not there: {what}", help="is its address right?") from error
        self._is_open = True

    async def send(self, channel: str, body: str, key: str) -> None:
        await asyncio.wait_for(self._kind.send(plain(channel), body, {KEY: key}), PATIENCE_S)

    async def publish(self, channel: str, body: str, key: str) -> None:
        await asyncio.wait_for(self._kind.publish(plain(channel), body, {KEY: key}), PATIENCE_S)

    async def close(self) -> None:
        self._is_open = False
        await self._kind.broker.stop()


class _Lane:
    """The messages with one key that are in hand."""

    def __init__(self) -> None:
        self.lock = asyncio.Lock()
        self.inside = 0


class Kind(Protocol):
    """What differs between brokers; `broker` is the library's own."""

    broker: Any

    async def prepare(self) -> None:
        """Connect, and make what has to be there before anything is sent."""

    def subscriber(self, channel: str, group: str) -> Any:
        """The library's subscriber for the messages that are sent to a channel, or published to a group."""

    async def send(self, channel: str, body: str, headers: dict[str, str]) -> None:
        """Until the broker keeps the message, for whoever comes."""

    async def publish(self, channel: str, body: str, headers: dict[str, str]) -> None:
        """Until the broker keeps the message, for every group."""


async def _whole(message: Any) -> Any:
    """The receiver gets the message as it came: the library is not to guess what is in it."""
    return message


class _Rabbit:
    """A direct exchange, and a durable queue for each channel or group."""

    def __init__(self, url: str, prefetch: int) -> None:
        from faststream import AckPolicy
        from faststream.rabbit import Channel, RabbitBroker, RabbitExchange

        channel = Channel(prefetch_count=prefetch, publisher_confirms=True, on_return_raises=True)
        self.broker = RabbitBroker(
            url, default_channel=channel, reconnect_interval=1.0, timeout=PATIENCE_S, decoder=_whole,
            ack_policy=AckPolicy.MANUAL, apply_types=False, logger=None,
        )  # fmt: skip
        self._exchange = RabbitExchange(EXCHANGE, durable=True)
        self._made: set[str] = set()

    async def prepare(self) -> None:
        await self.broker.connect()
        await self.broker.declare_exchange(self._exchange)

    def _queue(self, channel: str, group: str) -> Any:
        from faststream.rabbit import RabbitQueue

        name = f"{channel}@{group}" if group else channel
        return RabbitQueue(name, durable=True, routing_key=self._key(channel, group))

    def _key(self, channel: str, group: str) -> str:
        return f"events.{channel}" if group else f"to.{channel}"

    def subscriber(self, channel: str, group: str) -> Any:
        return self.broker.subscriber(self._queue(channel, group), self._exchange)

    async def send(self, channel: str, body: str, headers: dict[str, str]) -> None:
        if channel not in self._made:
            queue = await self.broker.declare_queue(self._queue(channel, ""))
            await queue.bind(await self.broker.declare_exchange(self._exchange), self._key(channel, ""))
            self._made.add(channel)
        await self._publish(self._key(channel, ""), body, headers, mandatory=True)

    async def publish(self, channel: str, body: str, headers: dict[str, str]) -> None:
        await self._publish(self._key(channel, "all"), body, headers, mandatory=False)

    async def _publish(self, key: str, body: str, headers: dict[str, str], mandatory: bool) -> None:
        await self.broker.publish(
            body, routing_key=key, exchange=self._exchange, persist=True, mandatory=mandatory, headers={**headers}
        )


class _Nats:
    """A stream of JetStream with a subject for each channel, and a durable consumer for each group."""

    def __init__(self, url: str, prefetch: int) -> None:
        from faststream import AckPolicy
        from faststream.nats import JStream, NatsBroker

        self.broker = NatsBroker(
            url, allow_reconnect=True, max_reconnect_attempts=-1, reconnect_time_wait=1, decoder=_whole,
            ack_policy=AckPolicy.MANUAL, apply_types=False, logger=None,
        )  # fmt: skip
        self._stream = JStream(EXCHANGE, subjects=[f"{EXCHANGE}.>"], max_age=KEEP_S)
        self._prefetch = prefetch

    async def prepare(self) -> None:
        client = await self.broker.connect()
        await client.jetstream().add_stream(self._stream.config, subjects=[f"{EXCHANGE}.>"])

    def subscriber(self, channel: str, group: str) -> Any:
        from faststream.nats import PullSub
        from nats.js.api import ConsumerConfig, DeliverPolicy

        return self.broker.subscriber(
            f"{EXCHANGE}.{channel}", stream=self._stream, durable=f"{channel}@{group}".replace(".", "_2e_"),
            pull_sub=PullSub(batch_size=self._prefetch, timeout=1.0), deliver_policy=DeliverPolicy.ALL,
            config=ConsumerConfig(ack_wait=ACK_WAIT_S, max_ack_pending=2 * self._prefetch),
        )  # fmt: skip

    async def send(self, channel: str, body: str, headers: dict[str, str]) -> None:
        await self.broker.publish(body, f"{EXCHANGE}.{channel}", headers=headers, stream=EXCHANGE, timeout=PATIENCE_S)

    publish = send


class _Kafka:
    """A topic for each channel, and a consumer group for each group."""

    def __init__(self, url: str, prefetch: int) -> None:
        from faststream import AckPolicy
        from faststream.kafka import KafkaBroker

        servers = urlsplit(url).netloc.split(",")
        self.broker = KafkaBroker(
            servers, acks="all", enable_idempotence=True, decoder=_whole, ack_policy=AckPolicy.MANUAL,
            apply_types=False, logger=None,
        )  # fmt: skip

    async def prepare(self) -> None:
        await self.broker.connect()

    def subscriber(self, channel: str, group: str) -> Any:
        return self.broker.subscriber(
            f"{EXCHANGE}.{channel}", group_id=f"{EXCHANGE}.{group or channel}", auto_offset_reset="earliest"
        )

    async def send(self, channel: str, body: str, headers: dict[str, str]) -> None:
        await self.broker.publish(body, f"{EXCHANGE}.{channel}", key=headers[KEY].encode(), headers=headers)

    publish = send


_KINDS: Final[dict[str, Callable[[str, int], Kind]]] = {
    "amqp": _Rabbit,
    "amqps": _Rabbit,
    "nats": _Nats,
    "tls": _Nats,
    "kafka": _Kafka,
}
