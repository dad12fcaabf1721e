"""A participant's work, its memory of it and its reply are one transaction, whatever comes and whenever it dies."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random
from threading import Barrier
from typing import Any

import psycopg
import pytest

from sagactl.errors import UsageError
from sagactl.runtime.context import Context
from sagactl.runtime.messages import Command, Reply, read, write
from sagactl.runtime.observers import Observer
from sagactl.runtime.participant import Participant
from sagactl.runtime.transports.in_process import InProcessTransport
from tests.runtime.remote import PARTICIPANTS, Right, Unreliable, audit, guard_without, lead, sqlite_in

Connect = Callable[[], Any]


@pytest.fixture(params=["sqlite", "postgres"])
def connect(request: pytest.FixtureRequest, tmp_path: Path) -> Connect:
    """The database of a participant."""
    if request.param == "sqlite":
        return sqlite_in(tmp_path / "right.db")
    url = request.getfixturevalue("postgres").new_place()
    return lambda: psycopg.connect(url)


class Heard(Observer):
    """What the service is troubled by."""

    def __init__(self) -> None:
        self.troubles: list[str] = []

    def on_trouble(self, what: str, error: BaseException | None = None) -> None:
        self.troubles.append(what)


def command(operation: str, name: str, attempt: int = 1, run: str = "r1", **more: Any) -> Command:
    fields: dict[str, Any] = {
        "id": f"{run}/{operation}/{attempt}", "run": run, "restarts": 0, "saga": "transfer", "step": "hold",
        "operation": operation, "attempt": attempt, "participant": "right", "name": name,
        "key": f"{run}:hold" + ":undo" * (operation == "undo"), "action_key": f"{run}:hold", "correlation": "",
        "input": {"amount": 5, "fails": False}, "reply_to": "replies", **more,
    }  # fmt: skip
    return Command(**fields)


async def replies_to(right: Participant, transport: InProcessTransport, *bodies: str, number: int = -1) -> list[Reply]:
    """What the participant answers to the messages, one after the other."""
    found: list[Reply] = []

    async def receive(body: str) -> None:
        message = read(body)
        assert isinstance(message, Reply)
        found.append(message)

    await transport.subscribe("replies", receive)
    async with right:
        for body in bodies:
            await right._receive(body)
        async with asyncio.timeout(10):
            while len(found) < (len(bodies) if number < 0 else number):
                await asyncio.sleep(0.01)
    return found


def ask(connect: Connect, *commands: Command, **options: Any) -> list[tuple[str, str, Any]]:
    transport = InProcessTransport()
    right = Right(connect=connect, transport=transport, poll_s=0.05, **options)
    found = asyncio.run(replies_to(right, transport, *map(write, commands)))
    return [(reply.answer, reply.detail, reply.result) for reply in found]


def entries(connect: Connect) -> list[int]:
    connection = connect()
    rows = connection.execute("SELECT amount FROM entries").fetchall()
    connection.close()
    return [amount for (amount,) in rows]


ACT, UNDO, ASK = command("action", "Hold"), command("undo", "Unhold"), command("status", "Hold")


def test_repeated_commands_are_done_once_and_answered_the_same(connect: Connect) -> None:
    assert ask(connect, ACT, ACT, ACT._replace(attempt=2)) == [("ok", "", {"amount": 5})] * 3
    assert ask(connect, UNDO, UNDO) == [("ok", "", None)] * 2
    assert entries(connect) == [5, -5]


def test_an_action_after_its_compensation_is_refused(connect: Connect) -> None:
    assert ask(connect, UNDO, ACT) == [("ok", "", None), ("no", "AlreadyCompensated", None)]
    assert entries(connect) == []


def test_a_status_query_is_answered_and_stays_true(connect: Connect) -> None:
    assert ask(connect, ASK, ACT) == [("not-done", "RefusedSinceAsked", None), ("no", "RefusedSinceAsked", None)]
    other = [each._replace(run="r2", key="r2:hold", action_key="r2:hold") for each in (ACT, ASK)]
    assert ask(connect, *other)[1] == ("done", "", {"amount": 5})


def test_a_rejection_leaves_nothing_and_is_remembered(connect: Connect) -> None:
    credit = command("action", "Credit", input={"amount": 5, "fails": True})
    good = credit._replace(input={"amount": 5, "fails": False})
    assert ask(connect, credit, good) == [("no", "Closed", None)] * 2
    assert entries(connect) == []


def test_an_error_leaves_nothing_and_may_be_tried_again(connect: Connect) -> None:
    breaks = ACT._replace(input={"amount": 5, "fails": False, "breaks": 1})
    assert ask(connect, breaks, breaks._replace(attempt=2)) == [("error", "Broken", None), ("ok", "", {"amount": 5})]
    assert entries(connect) == [5]


def test_nobody_waits_for_some_answers(connect: Connect) -> None:
    transport = InProcessTransport()
    right = Right(connect=connect, transport=transport)
    silent = write(ACT._replace(reply_to=""))
    assert asyncio.run(replies_to(right, transport, silent, number=0)) == []
    assert entries(connect) == [5]


def test_a_reply_that_could_not_leave_leaves_in_the_next_life(connect: Connect) -> None:
    class Down(InProcessTransport):
        async def send(self, channel: str, body: str, key: str) -> None:
            raise ConnectionError("nobody is there")

    async def first() -> None:
        async with Right(connect=connect, transport=Down()) as right:
            await right._receive(write(ACT))
            await asyncio.sleep(0.1)

    asyncio.run(first())
    connection = connect()
    connection.execute("UPDATE sagactl_service_outbox SET taken_until = " + _past(connection))
    connection.commit()
    connection.close()
    transport = InProcessTransport()
    found = asyncio.run(replies_to(Right(connect=connect, transport=transport), transport, number=1))
    assert [reply.answer for reply in found] == ["ok"]
    assert entries(connect) == [5]


def _past(connection: Any) -> str:
    """The relay that had it in hand is dead, and half a minute has passed."""
    return "0" if isinstance(connection, sqlite3.Connection) else "'-infinity'"


def test_a_reply_that_cannot_be_written_leaves_no_effect(connect: Connect) -> None:
    """Effect and reply are one: with the table of replies gone, the command comes again."""
    transport = InProcessTransport()

    async def trial() -> None:
        async with Right(connect=connect, transport=transport) as right:
            await right._database.do(lambda connection: connection.execute("DROP TABLE sagactl_service_outbox"))
            with pytest.raises(Exception, match="sagactl_service_outbox"):
                await right._receive(write(ACT))

    asyncio.run(trial())
    assert entries(connect) == []


@pytest.mark.parametrize(
    "body",
    ["", "{", "[1]", write(Reply("i", "r", 0, "s", "action", 1, "ok")), write(ACT._replace(participant="left"))],
    ids=["nothing", "torn", "a list", "a reply", "for somebody else"],
)
def test_what_is_no_command_for_it_is_told_of_and_dropped(tmp_path: Path, body: str) -> None:
    heard, transport = Heard(), InProcessTransport()
    right = Right(connect=sqlite_in(tmp_path / "right.db"), transport=transport, observers=[heard])
    assert asyncio.run(replies_to(right, transport, body, number=0)) == []
    assert len(heard.troubles) == 1
    assert heard.troubles[0].startswith("a message for `right` is dropped")


def test_a_command_that_nobody_carries_out_is_an_error(tmp_path: Path) -> None:
    heard = Heard()
    answers = ask(sqlite_in(tmp_path / "right.db"), command("action", "Fly"), observers=[heard])
    assert answers == [("error", "NoHandler", None)]
    assert "nobody here carries out `Fly`" in heard.troubles[0]


def test_secrets_in_errors_can_be_kept_out_of_the_log(tmp_path: Path) -> None:
    class Discreet(Right):
        def fly(self, context: Context) -> None:
            raise RuntimeError(f"no wings for card {context.input['card']}")

        def redacted(self, text: str) -> str:
            return text.replace("4111", "****")

    heard, transport = Heard(), InProcessTransport()
    service = Discreet(connect=sqlite_in(tmp_path / "right.db"), transport=transport, observers=[heard])
    fly = command("action", "Fly", input={"card": "4111"})
    (reply,) = asyncio.run(replies_to(service, transport, write(fly)))
    assert (reply.answer, reply.detail) == ("error", "RuntimeError")
    assert "no wings for card ****" in heard.troubles[0]
    assert "4111" not in write(reply) + "".join(heard.troubles)


def test_a_participant_needs_a_name(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="`Participant` names no participant"):
        Participant(connect=sqlite_in(tmp_path / "x.db"), transport=InProcessTransport())


# -- together


async def _transfers(folder: Path, share: float, number: int, **keeps: bool) -> list[str]:
    transport = InProcessTransport()
    chance = Random(11)
    databases = {name: sqlite_in(folder / f"{name}.db") for name in PARTICIPANTS}
    services = [
        made(
            connect=databases[name], transport=Unreliable(transport, chance, share), guard=guard_without(name, **keeps),
            poll_s=0.05,
        )
        for name, made in PARTICIPANTS.items()
    ]  # fmt: skip
    for service in services:
        await service.open()
    ended = await lead(Unreliable(transport, chance, share), folder / "sagas.db", number)
    for service in services:
        await service.close()
    return audit(ended, databases)


def test_sagas_over_services_end_right(tmp_path: Path) -> None:
    assert asyncio.run(_transfers(tmp_path, 0.0, 12)) == []


def test_messages_lost_repeated_and_late_do_no_harm(tmp_path: Path) -> None:
    assert asyncio.run(_transfers(tmp_path, 0.2, 24)) == []


def test_without_its_memory_a_participant_repeats_what_it_did(tmp_path: Path) -> None:
    """What these tests look for does happen where nothing keeps it from happening."""
    assert any("done 2" in wrong for wrong in asyncio.run(_transfers(tmp_path, 0.2, 24, idempotent_actions=False)))


def test_several_connections_work_side_by_side(postgres: Any) -> None:
    """Neither command ends before the other one has begun."""
    together, url, transport = Barrier(2), postgres.new_place(), InProcessTransport()

    class Slow(Right):
        def hold(self, context: Context) -> None:
            together.wait(10)

    service = Slow(connect=lambda: psycopg.connect(url), transport=transport, connections=2)
    service.on("action", "Hold", service.hold)

    async def trial() -> None:
        async with service:
            await asyncio.gather(*(service._receive(write(command("action", "Hold", run=run))) for run in ("r1", "r2")))

    asyncio.run(trial())
    assert together.broken is False
