"""What is wrong with a call, a message or a store is said in words, and nothing is lost by it."""

from __future__ import annotations

import asyncio
import os
import sqlite3
import threading
import time
from pathlib import Path
from typing import Any

import pytest

from sagactl.errors import SagactlError
from sagactl.runtime.mailroom import UnknownRun
from sagactl.runtime.messages import BadMessage, Reply, read, write
from sagactl.runtime.observers import Observer
from sagactl.runtime.record import MAX_PAYLOAD, BadPayload
from sagactl.runtime.store import StoreError
from sagactl.runtime.stores.memory import MemoryStore
from sagactl.runtime.stores.sqlite import APPLICATION, SqliteStore
from tests.runtime.services import Scripted
from tests.runtime.test_orchestrator import ORDER, WAIT


class Troubles(Observer):
    """Notes what the runtime tells people."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def on_trouble(self, what: str, error: BaseException | None = None) -> None:
        self.told.append(what)


def test_another_programs_database_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "other.db"
    connection = sqlite3.connect(path)
    connection.execute("CREATE TABLE theirs (a)")
    connection.close()
    with pytest.raises(StoreError, match="another program"):
        SqliteStore(str(path)).install()


def test_a_newer_schema_is_refused(tmp_path: Path) -> None:
    path = str(tmp_path / "newer.db")
    SqliteStore(path).install()
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(StoreError, match="schema version 99, and this program knows") as caught:
        SqliteStore(path).install()
    assert "newer" in caught.value.help
    assert APPLICATION


def test_what_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    text = tmp_path / "notes.txt"
    text.write_text("not a database at all, but long enough to look like one " * 100)
    for path in (tmp_path, text, tmp_path / "no" / "folder" / "x.db"):
        with pytest.raises(StoreError):
            SqliteStore(str(path)).install()
    assert text.read_text().startswith("not a database")


def test_a_store_that_somebody_holds_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process holds the file for a while: the run waits, and nothing is lost."""
    monkeypatch.setattr("sagactl.runtime.stores.sqlite.BUSY_S", 0.05)
    path = str(tmp_path / "sagas.db")
    SqliteStore(path).install()

    def hold() -> None:
        connection = sqlite3.connect(path, isolation_level=None)
        connection.execute("BEGIN EXCLUSIVE")
        time.sleep(0.6)
        connection.execute("COMMIT")
        connection.close()

    async def go() -> None:
        async with Scripted(ORDER, store=SqliteStore(path)) as sagas:
            holder = threading.Thread(target=hold)
            holder.start()
            await asyncio.sleep(0.05)
            assert (await asyncio.wait_for(sagas.run({"order_id": "o"}), 20)).outcome == "completed"
            holder.join()

    asyncio.run(go())


def test_a_store_that_is_gone_is_said_to_be_gone(tmp_path: Path) -> None:
    path = tmp_path / "sagas.db"
    store = SqliteStore(str(path))
    store.install()
    store.close()
    os.chmod(tmp_path, 0o700)
    path.write_bytes(b"broken" * 1000)
    with pytest.raises(StoreError):
        store.runs()


def test_too_much_data_is_refused_before_anything_starts() -> None:
    async def go() -> None:
        async with Scripted(ORDER, store=MemoryStore()) as sagas:
            with pytest.raises(BadPayload, match="1,048,576 are the most"):
                await sagas.start({"order_id": "x" * MAX_PAYLOAD})
            assert await sagas._writer.ask(sagas._writer.store.runs) == []

    asyncio.run(go())


def test_too_large_a_result_is_a_failed_try() -> None:
    async def go() -> None:
        script = {"ReserveItems": [{"id": "x" * MAX_PAYLOAD}]}
        async with Scripted(ORDER, script, store=MemoryStore()) as sagas:
            assert (await asyncio.wait_for(sagas.run({"order_id": "o"}), 20)).outcome == "compensated"

    asyncio.run(go())


def test_messages_for_nobody_are_told_of_and_kept_nowhere() -> None:
    async def go() -> None:
        troubles = Troubles()
        async with Scripted(ORDER, store=MemoryStore(), observers=[troubles]) as sagas:
            with pytest.raises(UnknownRun):
                await sagas.tell("nobody", "Anything")
            run = (await sagas.run({"order_id": "o"})).run
            late = Reply("r-1", run, 0, "ship", "action", 1, "ok")
            await sagas._mailroom.receive(write(late))
            await sagas._mailroom.receive("no message")
            await sagas._mailroom.receive(write(late._replace(run="nobody")))
            assert any("has ended, and a reply came" in told for told in troubles.told)
            assert any("not JSON" in told for told in troubles.told)
            assert any("no run `nobody`" in told for told in troubles.told)
            assert await sagas._writer.ask(sagas._writer.store.mail_of, run) == []

    asyncio.run(go())


@pytest.mark.parametrize(
    "text",
    [
        "", "[]", "{}", "null", '{"version": 1}', '{"version": 1, "type": "reply"}', "[" * 100_000,
        '{"version": 1, "type": "reply", "id": 3, "run": "r", "restarts": 0, "step": "s", "operation": "action", "attempt": 1, "answer": "ok"}',
        '{"version": 1, "type": "reply", "id": "i", "run": "r", "restarts": 0, "step": "s", "operation": "action", "attempt": -1, "answer": "ok"}',
        '{"version": 2, "type": "event", "id": "i", "run": "r", "name": "n"}',
    ],
)  # fmt: skip
def test_hostile_messages_are_refused(text: str) -> None:
    with pytest.raises(BadMessage):
        read(text)


def test_answers_that_fit_nothing_change_nothing() -> None:
    async def go() -> None:
        async with Scripted(WAIT, store=MemoryStore()) as sagas:
            run = await sagas.start()
            for step, operation, attempt in (("none", "action", 1), ("ask", "undo", 7), ("book", "action", 99)):
                await sagas._mailroom.receive(write(Reply(f"{step}", run, 0, step, operation, attempt, "ok")))
            await sagas._mailroom.receive(write(Reply("x", run, 5, "book", "action", 1, "ok")))
            await asyncio.sleep(0.1)
            assert (await sagas.result(run)).outcome is None
            await sagas.tell(run, "Approval")
            assert (await asyncio.wait_for(sagas.wait(run), 10)).outcome == "completed"

    asyncio.run(go())


def test_an_observer_that_fails_keeps_nobody_from_going_on() -> None:
    class Broken(Observer):
        def on_change(self, change: Any) -> None:
            raise RuntimeError("broken")

    async def go() -> None:
        async with Scripted(ORDER, store=MemoryStore(), observers=[Broken()]) as sagas:
            assert (await asyncio.wait_for(sagas.run({"order_id": "o"}), 10)).outcome == "completed"

    asyncio.run(go())


def test_errors_of_the_runtime_are_errors_of_the_call() -> None:
    assert issubclass(StoreError, SagactlError)
    assert issubclass(BadPayload, SagactlError)
