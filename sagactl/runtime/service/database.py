"""The database of a service: threads that own a connection each, and one transaction for everything asked of them."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, TypeVar

from sagactl.runtime.guard.errors import Busy
from sagactl.runtime.writer import PATIENCE

if TYPE_CHECKING:
    from sagactl.runtime.guard.sessions import Connection

Value = TypeVar("Value")
Connect = Callable[[], "Connection"]
"""Opens a connection of sqlite3 or psycopg to the service's own database."""


@contextmanager
def transaction(connection: Any) -> Iterator[None]:
    """Everything inside is done, or nothing; on SQLite the guard begins it, with the right to write."""
    if not isinstance(connection, sqlite3.Connection):
        with connection.transaction():
            yield
        return
    try:
        yield
        connection.commit()
    except BaseException:
        connection.rollback()
        raise


class Database:
    """So many connections, each in a thread of its own, because a connection belongs to the thread that opened it."""

    def __init__(self, connect: Connect, connections: int = 1) -> None:
        self._desks = [_Desk(connect) for _ in range(connections)]
        self._free: asyncio.Queue[_Desk] = asyncio.Queue()
        for desk in self._desks:
            self._free.put_nowait(desk)

    async def do(self, work: Callable[[Connection], Value]) -> Value:
        """What the work returns, once it is committed; a database that somebody else holds is asked again."""
        desk = await self._free.get()
        try:
            for pause_s in PATIENCE:
                try:
                    return await desk.do(work)
                except Busy:
                    await asyncio.sleep(pause_s)
            return await desk.do(work)
        finally:
            self._free.put_nowait(desk)

    async def close(self) -> None:
        """Let go of every connection, after what it is asked now."""
        for desk in self._desks:
            await desk.close()


class _Desk:
    """One thread with its connection, opened when it is needed and again when it broke."""

    def __init__(self, connect: Connect) -> None:
        self._connect = connect
        self._connection: Any = None
        self._thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="sagactl-service")

    async def do(self, work: Callable[[Connection], Value]) -> Value:
        """A caller who is called off does not leave the connection to the next one before the work has ended."""
        doing = asyncio.get_running_loop().run_in_executor(self._thread, self._do, work)
        try:
            return await asyncio.shield(doing)
        except asyncio.CancelledError:
            await asyncio.wait({doing})
            raise

    def _do(self, work: Callable[[Connection], Value]) -> Value:
        if self._connection is None:
            self._connection = self._connect()
        try:
            with transaction(self._connection):
                return work(self._connection)
        except BaseException:
            if getattr(self._connection, "closed", False):
                self._connection = None
            raise

    async def close(self) -> None:
        await asyncio.get_running_loop().run_in_executor(self._thread, self._close)
        self._thread.shutdown()

    def _close(self) -> None:
        if self._connection is not None:
            with suppress(Exception):
                self._connection.close()
