"""Connections of every kind, as people set them up, and what is said of those that cannot be guarded."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg.rows import dict_row

from sagactl.errors import UsageError
from sagactl.runtime.guard import (
    AsyncGuard,
    Done,
    Forgotten,
    Guard,
    NotInstalled,
    NoTransaction,
    Refused,
    Rejected,
    SchemaTooNew,
    TransactionEnded,
    Undone,
)
from tests.runtime.guard.ledger import Broken, Store, effects, on_postgres, on_sqlite, write
from tests.runtime.servers import Postgres

KEY = "r1:pay"
guard, awaited = Guard("shop"), AsyncGuard("shop")


# -- installing


def test_installing_twice_changes_nothing(store: Store) -> None:
    with store.transaction() as connection:
        guard.action(connection, KEY, lambda: 1)
        guard.install(connection)
        assert guard.action(connection, KEY, lambda: 2) == Done(1, repeated=True)
        assert connection.execute("SELECT version FROM sagactl_guard_schema").fetchall() == [(1,)]


def test_tables_of_a_newer_version_are_left_alone(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute("UPDATE sagactl_guard_schema SET version = 7")
        with pytest.raises(SchemaTooNew, match="version 7, and this program knows versions up to 1") as raised:
            guard.install(connection)
    assert (raised.value.found, raised.value.known) == (7, 1) and "update sagactl" in raised.value.help


def test_without_its_tables_it_says_what_to_call(store: Store) -> None:
    with store.transaction() as connection:
        connection.execute("DROP TABLE sagactl_guard")
        with pytest.raises(NotInstalled, match="`sagactl_guard` is not in this database") as raised:
            guard.action(connection, KEY, lambda: 1)
        assert "guard.install(connection)" in raised.value.help


def test_many_services_install_at_the_same_moment(postgres: Postgres) -> None:
    url = postgres.new_place()

    async def install() -> None:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            await awaited.install(connection)

    async def all_of_them() -> None:
        await asyncio.gather(*(install() for _ in range(8)))

    asyncio.run(all_of_them())
    with psycopg.connect(url) as connection:
        assert guard.action(connection, KEY, lambda: 1) == Done(1)


# -- how a connection may be set up

SQLITE: dict[str, Callable[[Path], sqlite3.Connection]] = {
    "as it comes": sqlite3.connect,
    "without implicit transactions": lambda path: sqlite3.connect(path, isolation_level=None),
    "exclusive": lambda path: sqlite3.connect(path, isolation_level="EXCLUSIVE"),
}


@pytest.mark.parametrize("name", SQLITE)
def test_sqlite_opens_a_transaction_that_the_caller_ends(tmp_path: Path, name: str) -> None:
    store = on_sqlite(tmp_path / "shop.db")
    connection = SQLITE[name](tmp_path / "shop.db")
    connection.row_factory = sqlite3.Row
    with connection:
        assert guard.action(connection, KEY, lambda: write(store, connection, KEY, "done")) == Done()
        assert connection.in_transaction
    assert effects(store, KEY) == ["done"]
    with pytest.raises(ZeroDivisionError), connection:
        guard.compensation(connection, KEY, lambda result: write(store, connection, KEY, "undone"))
        raise ZeroDivisionError
    assert effects(store, KEY) == ["done"]
    with connection:
        connection.execute("BEGIN")
        assert guard.compensation(connection, KEY, lambda result: 0) == Undone()
    connection.close()


def test_a_connection_of_sqlite_that_commits_by_itself_is_refused(tmp_path: Path) -> None:
    """Python 3.12 has a mode in which `with connection` and `commit()` do nothing."""
    on_sqlite(tmp_path / "shop.db")

    class Committing(sqlite3.Connection):
        autocommit = True

    connection = sqlite3.connect(tmp_path / "shop.db", factory=Committing)
    with pytest.raises(NoTransaction):
        guard.action(connection, KEY, lambda: 1)
    connection.execute("BEGIN")
    assert guard.action(connection, KEY, lambda: 1) == Done(1)
    connection.close()


def test_postgres_needs_a_transaction_of_the_callers(postgres: Postgres) -> None:
    store = on_postgres(postgres.new_place())
    with store.transaction() as connection:
        assert isinstance(connection, psycopg.Connection)
        connection.autocommit, connection.row_factory = True, dict_row
        with pytest.raises(NoTransaction, match="commits every statement by itself"):
            guard.action(connection, KEY, lambda: 1)
        with connection.transaction():
            assert guard.action(connection, KEY, lambda: write(store, connection, KEY, "done")) == Done()
            with connection.transaction(force_rollback=True):
                assert guard.compensation(connection, KEY, lambda result: 1) == Undone()
        with connection.transaction():
            assert guard.status(connection, KEY) == Done(repeated=True)
    assert effects(store, KEY) == ["done"]


def test_a_connection_of_another_kind_is_named(postgres: Postgres) -> None:
    wrong: Any = object()
    with pytest.raises(UsageError, match="connections such as `object`"):
        guard.action(wrong, KEY, lambda: 1)
    with psycopg.connect(postgres.url) as connection:
        other: Any = connection
        with pytest.raises(UsageError, match="`Connection`") as raised:
            asyncio.run(awaited.status(other, KEY))
    assert "`AsyncGuard`" in raised.value.help


def test_work_that_nobody_would_await_is_refused(store: Store) -> None:
    class Later:
        def __await__(self) -> Any:
            raise AssertionError

    with store.transaction() as connection:
        with pytest.raises(UsageError, match="asynchronous"):
            guard.action(connection, KEY, Later)
        assert guard.action(connection, KEY, lambda: 1) == Done(1)
        with pytest.raises(UsageError, match="asynchronous"):
            guard.compensation(connection, KEY, lambda result: Later())
        assert guard.status(connection, KEY) == Done(1, repeated=True)


# -- what work may not do


@pytest.mark.parametrize("end", ["commit", "rollback"])
def test_work_that_ends_the_transaction_is_told_so(store: Store, end: str) -> None:
    with store.transaction() as connection:
        with pytest.raises(TransactionEnded, match="the work ended the transaction"):
            guard.action(connection, KEY, getattr(connection, end))
        connection.rollback()


# -- what was forgotten too early


def test_a_compensation_of_what_was_forgotten_does_not_claim_that_nothing_was_done(store: Store) -> None:
    with store.transaction() as connection:
        guard.action(connection, KEY, lambda: 1)
        assert guard.compensation(connection, "r2:pay", lambda result: 1) == Undone(empty=True)
    with store.transaction() as connection:
        assert guard.forget(connection, timedelta(0)) == 2
        with pytest.raises(Forgotten, match="`r1:pay` is to be undone") as raised:
            guard.compensation(connection, KEY, lambda result: 1, was_done=True)
        assert "a person has to undo it" in raised.value.help
        assert connection.execute("SELECT count(*) FROM sagactl_guard").fetchone() == (0,)
        assert guard.action(connection, KEY, lambda: 2) == Done(2)
        assert guard.compensation(connection, KEY, lambda result: 1, was_done=True) == Undone()


# -- awaited


async def effect(connection: psycopg.AsyncConnection[Any], key: str, name: str, error: Exception | None = None) -> str:
    await connection.execute("INSERT INTO ledger VALUES (%s, %s)", (key, name))
    if error is not None:
        raise error
    return name


def test_the_awaited_guard_answers_as_the_other(postgres: Postgres) -> None:
    url = postgres.new_place()
    store = on_postgres(url)
    found: list[Any] = []

    async def call(request: Callable[[psycopg.AsyncConnection[Any]], Awaitable[Any]]) -> None:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            try:
                found.append(await request(connection))
            except Broken as broken:
                found.append(broken)

    broken = Broken()

    async def everything() -> None:
        await call(lambda c: awaited.action(c, KEY, lambda: effect(c, KEY, "done", broken)))
        await call(lambda c: awaited.action(c, KEY, lambda: effect(c, KEY, "done")))
        await call(lambda c: awaited.action(c, KEY, lambda: effect(c, KEY, "done")))
        await call(lambda c: awaited.status(c, KEY))
        await call(lambda c: awaited.compensation(c, KEY, lambda result: effect(c, KEY, f"un{result}")))
        await call(lambda c: awaited.compensation(c, KEY, lambda result: effect(c, KEY, f"un{result}")))
        await call(lambda c: awaited.action(c, KEY, lambda: effect(c, KEY, "done")))
        await call(lambda c: awaited.action(c, "r2:pay", lambda: effect(c, KEY, "done", Rejected("No"))))
        await call(lambda c: awaited.forget(c, timedelta(0)))

    asyncio.run(everything())
    again, once = Done("done", repeated=True), Done("done")
    late = Refused("AlreadyCompensated")
    assert found == [broken, once, again, again, Undone(), Undone(repeated=True), late, Refused("No"), 2]
    assert effects(store, KEY) == ["done", "undone"]


def test_awaited_copies_at_one_moment(postgres: Postgres) -> None:
    url = postgres.new_place()
    store = on_postgres(url)

    async def copy(key: str) -> Done | Refused:
        async with await psycopg.AsyncConnection.connect(url) as connection:
            return await awaited.action(connection, key, lambda: effect(connection, key, "done"))

    async def copies(key: str) -> list[Done | Refused]:
        return await asyncio.gather(*(copy(key) for _ in range(4)))

    for number in range(10):
        answers = asyncio.run(copies(f"r{number}:pay"))
        assert sorted(answers) == [Done("done")] + [Done("done", repeated=True)] * 3
        assert effects(store, f"r{number}:pay") == ["done"]


def test_a_cancelled_request_leaves_nothing(postgres: Postgres) -> None:
    url = postgres.new_place()
    store = on_postgres(url)

    async def cancelled() -> None:
        written = asyncio.Event()
        async with await psycopg.AsyncConnection.connect(url) as connection:

            async def work() -> None:
                await connection.execute("INSERT INTO ledger VALUES (%s, 'done')", (KEY,))
                written.set()
                await connection.execute("SELECT pg_sleep(60)")

            request = asyncio.create_task(awaited.action(connection, KEY, work))
            await written.wait()
            request.cancel()
            with pytest.raises(asyncio.CancelledError):
                await request

    asyncio.run(cancelled())
    assert effects(store, KEY) == []
    with store.transaction() as connection:
        assert guard.action(connection, KEY, lambda: 1) == Done(1)
