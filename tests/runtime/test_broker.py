"""Messages through real brokers: nothing is lost when one dies, and services in processes of their own do no harm."""

from __future__ import annotations

import asyncio
import os
import signal
import traceback
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import pytest

from sagactl.runtime.observers import Observer
from sagactl.runtime.outbox import until_taken
from sagactl.runtime.transports import TransportError
from sagactl.runtime.transports.broker import BrokerTransport, plain
from tests.runtime.brokers import Broker, broker, free_port
from tests.runtime.remote import PARTICIPANTS, Unreliable, audit, lead, sqlite_in
from tests.runtime.test_choreography import SALE, Seller, entries, sell, together, wrong


@pytest.fixture(scope="module", params=["nats", "rabbit"])
def server(request: pytest.FixtureRequest) -> Iterator[Broker]:
    with broker(request.param) as started:
        yield started


@pytest.fixture
def channel(request: pytest.FixtureRequest) -> str:
    """A channel that no other test uses."""
    return f"{request.node.originalname}.{os.urandom(3).hex()}"


class Box:
    """What has come in; `fails` is how often each message is not taken."""

    def __init__(self, fails: int = 0) -> None:
        self.bodies: list[str] = []
        self.fails, self.failed = fails, dict[str, int]()

    async def receive(self, body: str) -> None:
        self.failed[body] = self.failed.get(body, 0) + 1
        if self.failed[body] <= self.fails:
            raise RuntimeError("not now")
        self.bodies.append(body)

    async def until(self, number: int) -> list[str]:
        async with asyncio.timeout(30):
            while len(self.bodies) < number:
                await asyncio.sleep(0.01)
        return self.bodies


def between(server: Broker, trial: Callable[[BrokerTransport, BrokerTransport], Awaitable[None]]) -> None:
    """The trial with the connections of two services."""

    async def go() -> None:
        one, other = BrokerTransport(server.url, again_s=0.05), BrokerTransport(server.url, again_s=0.05)
        await one.open()
        await other.open()
        try:
            await trial(one, other)
        finally:
            await one.close()
            await other.close()

    asyncio.run(go())


def test_messages_with_one_key_come_in_order(server: Broker, channel: str) -> None:
    async def trial(one: BrokerTransport, other: BrokerTransport) -> None:
        box = Box()
        await other.subscribe(channel, box.receive)
        for n in range(60):
            await one.send(channel, f"{n % 3} {n:02}", f"run {n % 3}")
        bodies = await box.until(60)
        for key in "012":
            assert [body for body in bodies if body[0] == key] == sorted(body for body in bodies if body[0] == key)

    between(server, trial)


def test_only_one_message_with_a_key_is_in_hand(server: Broker, channel: str) -> None:
    async def trial(one: BrokerTransport, other: BrokerTransport) -> None:
        inside, most, bodies = dict[str, int](), 0, list[str]()

        async def receive(body: str) -> None:
            nonlocal most
            key = body[0]
            inside[key] = inside.get(key, 0) + 1
            assert inside[key] == 1
            most = max(most, sum(inside.values()))
            await asyncio.sleep(0.005)
            inside[key] -= 1
            bodies.append(body)

        await other.subscribe(channel, receive)
        for n in range(90):
            await one.send(channel, f"{n % 3} {n:02}", f"run {n % 3}")
        async with asyncio.timeout(30):
            while len(bodies) < 90:
                await asyncio.sleep(0.01)
        assert sorted(bodies) == sorted(set(bodies))
        assert most > 1
        assert other._lanes == {}

    between(server, trial)


def test_what_was_sent_waits_for_one_who_comes_later(server: Broker, channel: str) -> None:
    async def trial(one: BrokerTransport, other: BrokerTransport) -> None:
        await one.send(channel, "early", "run")
        box = Box()
        await other.subscribe(channel, box.receive)
        assert await box.until(1) == ["early"]

    between(server, trial)


def test_what_was_not_taken_comes_again(server: Broker, channel: str) -> None:
    async def trial(one: BrokerTransport, other: BrokerTransport) -> None:
        box = Box(fails=2)
        await other.subscribe(channel, box.receive)
        for n in range(5):
            await one.send(channel, str(n), "run")
        assert sorted(await box.until(5)) == ["0", "1", "2", "3", "4"]
        assert set(box.failed.values()) == {3}

    between(server, trial)


def test_every_group_gets_what_is_published_and_shares_it(server: Broker, channel: str) -> None:
    async def trial(one: BrokerTransport, other: BrokerTransport) -> None:
        first, second = Box(), Box()
        await one.subscribe(channel, first.receive, "reports")
        await other.subscribe(channel, first.receive, "reports")
        await other.subscribe(channel, second.receive, "screens")
        for n in range(20):
            await one.publish(channel, str(n), f"run {n}")
        expected = sorted(map(str, range(20)))
        assert sorted(await first.until(20)) == sorted(await second.until(20)) == expected
        await asyncio.sleep(0.2)
        assert len(first.bodies) == 20

    between(server, trial)


def test_nobody_has_to_listen_to_what_is_published(server: Broker, channel: str) -> None:
    async def trial(one: BrokerTransport, other: BrokerTransport) -> None:
        await one.publish(channel, "news", "run")

    between(server, trial)


def test_any_text_travels_and_any_name_is_a_channel(server: Broker) -> None:
    async def trial(one: BrokerTransport, other: BrokerTransport) -> None:
        box, channel = Box(), f"a b.>*/ü@{os.urandom(3).hex()}"
        await other.subscribe(channel, box.receive)
        body = '{"text": "Zoë\\n\\u0000 ' + "x" * 200_000 + '"}'
        await one.send(channel, body, "schlüssel")
        assert await box.until(1) == [body]

    between(server, trial)


def test_a_broker_that_dies_loses_nothing(server: Broker, channel: str) -> None:
    """It is killed twice while messages go in and out; what is sent again may come twice."""

    async def trial(one: BrokerTransport, other: BrokerTransport) -> None:
        box = Box()
        await other.subscribe(channel, box.receive)

        async def send_all() -> None:
            for n in range(600):
                await until_taken(lambda: one.send(channel, str(n), f"run {n % 7}"), channel, Observer())  # noqa: B023
                await asyncio.sleep(0.002)

        sending = asyncio.create_task(send_all())
        for _ in range(2):
            await box.until(len(box.bodies) + 20)
            await asyncio.to_thread(server.kill)
            await asyncio.to_thread(server.start)
        await asyncio.wait_for(sending, 90)
        async with asyncio.timeout(60):
            while len(set(box.bodies)) < 600:
                await asyncio.sleep(0.05)

    between(server, trial)


@pytest.mark.parametrize(
    ("url", "says"),
    [("redis://here", "`redis` is no broker that is known"), ("nats://127.0.0.1:{port}", "the broker is not there")],
)
def test_a_broker_that_cannot_be_used_is_refused(url: str, says: str) -> None:
    with pytest.raises(TransportError, match=says):
        asyncio.run(BrokerTransport(url.format(port=free_port())).open())


def test_different_names_stay_different_in_plain_letters() -> None:
    names = ["a b", "a_b", "a_20_b", "a.b", "a-b", "ä", ""]
    assert len({plain(name) for name in names}) == len(names)
    assert plain("order-fulfillment.replies") == "order-fulfillment.replies"


# -- services in processes of their own


def forked(work: Callable[[], None]) -> int:
    """The work in a process of its own."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            traceback.print_exc()
            os._exit(1)
    return child


def serve(name: str, url: str, database: Path, until: Path, seed: int) -> None:
    """A participant in this process, over a bad network, until a file appears."""

    async def go() -> None:
        transport: Any = Unreliable(BrokerTransport(url, again_s=0.05), Random(seed), 0.1)
        async with PARTICIPANTS[name](connect=sqlite_in(database), transport=transport, poll_s=0.1):
            while not until.exists():
                await asyncio.sleep(0.02)

    asyncio.run(go())


Start = Callable[[str], None]


@contextmanager
def services(server: Broker, folder: Path) -> Iterator[tuple[dict[str, int], Start]]:
    """A process for each participant, and how to start one again."""
    until, seeds, children = folder / "over", count(), dict[str, int]()

    def start(name: str) -> None:
        seed = next(seeds)
        children[name] = forked(lambda: serve(name, server.url, folder / f"{name}.db", until, seed))

    for name in PARTICIPANTS:
        start(name)
    try:
        yield children, start
    finally:
        until.touch()
        for child in children.values():
            os.waitpid(child, 0)


async def kill_a_participant(server: Broker, children: dict[str, int], start: Start) -> None:
    for name in PARTICIPANTS:
        os.kill(children[name], signal.SIGKILL)
        os.waitpid(children[name], 0)
        start(name)


async def kill_the_broker(server: Broker, children: dict[str, int], start: Start) -> None:
    await asyncio.to_thread(server.kill)
    await asyncio.to_thread(server.start)


async def kill_nobody(server: Broker, children: dict[str, int], start: Start) -> None: ...


@pytest.mark.parametrize("kill", [kill_nobody, kill_a_participant, kill_the_broker])
def test_sagas_over_processes_end_right(server: Broker, tmp_path: Path, kill: Callable[..., Awaitable[None]]) -> None:
    """Messages are lost, repeated and late; and on top of it somebody dies under load."""

    async def go(children: dict[str, int], start: Start) -> list[Any]:
        transport: Any = Unreliable(BrokerTransport(server.url, again_s=0.05), Random(5), 0.1)
        leading = asyncio.create_task(lead(transport, tmp_path / "sagas.db", 30))
        await asyncio.sleep(0.7)
        assert not leading.done()
        await kill(server, children, start)
        return await asyncio.wait_for(leading, 90)

    with services(server, tmp_path) as (children, start):
        ended = asyncio.run(go(children, start))
    assert {run.outcome for run in ended} == {"completed", "compensated"}
    assert audit(ended, {name: sqlite_in(tmp_path / f"{name}.db") for name in PARTICIPANTS}) == []


def test_a_choreography_goes_through_a_broker_that_dies(server: Broker, tmp_path: Path) -> None:
    fails = {f"{tmp_path.name}-{n}": n % 3 == 0 for n in range(20)}
    services = {
        name: Seller(name, SALE, tmp_path / f"{name}.db", BrokerTransport(server.url, again_s=0.05))
        for name in SALE.saga.participants
    }

    async def trial() -> None:
        selling = asyncio.create_task(sell(services, fails, 90))
        await asyncio.sleep(0.3)
        await asyncio.to_thread(server.kill)
        await asyncio.to_thread(server.start)
        await selling

    together(services, trial)
    assert wrong(entries(tmp_path), fails) == []


def test_kafka_is_spoken_to_as_its_library_wants() -> None:
    """There is no server of Kafka here; the library's own double takes its place."""
    from faststream.kafka import TestKafkaBroker

    async def trial() -> None:
        box, transport = Box(), BrokerTransport("kafka://one:9092,other:9092")
        await transport.subscribe("payment", box.receive)
        await transport.subscribe("sale.Sold", box.receive, "reports")
        async with TestKafkaBroker(transport._kind.broker):
            await transport.send("payment", "a command", "run")
            await transport.publish("sale.Sold", "an event", "run")
        assert box.bodies == ["a command", "an event"]

    asyncio.run(trial())
