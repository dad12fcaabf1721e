"""A participant with one table, whose rows are its effects, and with the guard before it, on a real database."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import psycopg

from sagactl.runtime.guard import Done, Guard, Keeps, Refused, Rejected, Undone
from sagactl.world.parts import Answer, Operation, Truth

Opened = sqlite3.Connection | psycopg.Connection[Any]


class Store(NamedTuple):
    """A database: how it is reached, and how its statements mark a value."""

    connect: Callable[[], Opened]
    mark: str

    @contextmanager
    def transaction(self) -> Iterator[Opened]:
        """On a connection of its own; committed at the end unless something is raised."""
        connection = self.connect()
        try:
            yield connection
            connection.commit()
        finally:
            connection.close()  # what was not committed is rolled back


def on_sqlite(path: Path, timeout_s: float = 20.0, *, durable: bool = True) -> Store:
    """A file.  One that need not survive a failure of power is written much faster."""

    def connect() -> sqlite3.Connection:
        connection = sqlite3.connect(path, timeout=timeout_s)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute(f"PRAGMA synchronous = {'FULL' if durable else 'OFF'}")
        return connection

    return prepared(Store(connect, "?"))


def on_postgres(url: str) -> Store:
    return prepared(Store(lambda: psycopg.connect(url), "%s"))


def prepared(store: Store) -> Store:
    """The store with the guard's tables and the ledger."""
    with store.transaction() as connection:
        Guard("shop").install(connection)
        connection.execute("CREATE TABLE ledger (key TEXT NOT NULL, effect TEXT NOT NULL)")
    return store


def write(store: Store, connection: Opened, key: str, effect: str) -> None:
    sql: Any = f"INSERT INTO ledger (key, effect) VALUES ({store.mark}, {store.mark})"
    connection.execute(sql, (key, effect))


def effects(store: Store, key: str) -> list[str]:
    """What was really done under this key, as anybody can see it."""
    with store.transaction() as connection:
        return effects_on(store, connection, key)


def effects_on(store: Store, connection: Opened, key: str) -> list[str]:
    sql: Any = f"SELECT effect FROM ledger WHERE key = {store.mark} ORDER BY effect"
    return [row[0] for row in connection.execute(sql, (key,)).fetchall()]


def remembered(store: Store, connection: Opened, key: str) -> tuple[Any, ...] | None:
    """The row of the guard."""
    sql: Any = f"SELECT done, undone, refusal, result FROM sagactl_guard WHERE key = {store.mark}"
    row: tuple[Any, ...] | None = connection.execute(sql, (key,)).fetchone()
    return row


class Broken(Exception):
    """The participant fails technically, after it has written."""


Cause = type[Broken] | Rejected | None
"""What goes wrong with the work: it breaks, it is rejected, or nothing."""


class Ledger(NamedTuple):
    """The participant itself."""

    store: Store
    keeps: Keeps = Keeps()

    @property
    def guard(self) -> Guard:
        return Guard("shop", keeps=self.keeps)

    def receive(self, connection: Opened, operation: Operation, key: str, cause: Cause = None) -> Answer:
        """The answer to a request, in the words of the world."""
        try:
            return _word(self._take(connection, operation, key, cause), operation)
        except Broken:
            return "error" if operation == "action" else "not-undone"

    def _take(self, connection: Opened, operation: Operation, key: str, cause: Cause) -> Done | Undone | Refused:
        def work(effect: str) -> str:
            write(self.store, connection, key, effect)
            if cause is not None:
                raise cause
            return f"{effect} {key}"

        if operation == "status":
            return self.guard.status(connection, key)
        if operation == "action":
            return self.guard.action(connection, key, lambda: work("done"))
        return self.guard.compensation(connection, key, lambda result: work("undone"))

    def truth(self, connection: Opened, key: str) -> Truth:
        """What is really so, counted and read."""
        found = effects_on(self.store, connection, key)
        row = remembered(self.store, connection, key)
        return Truth(min(found.count("done"), 2), min(found.count("undone"), 2), bool(row and row[2]))


def _word(answer: Done | Undone | Refused, operation: Operation) -> Answer:
    match answer:
        case Refused():
            return {"action": "no", "status": "not-done"}.get(operation, "refuses-undo")  # type: ignore[return-value]
        case Done() | Undone() if operation == "status":
            return "done"
        case Done():
            return "ok"
        case Undone():
            return "undone"
