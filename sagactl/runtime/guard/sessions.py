"""A script is carried out on a connection: sqlite3, psycopg, or psycopg where it is awaited.

The transaction is the caller's.  SQLite opens one where there is none, as its module does for every statement that
writes; PostgreSQL is refused where nobody opened one and nothing would hold the statements together.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final, TypeVar

from sagactl.errors import UsageError
from sagactl.runtime.guard.errors import Busy, GuardError, NotInstalled, NoTransaction, TransactionEnded
from sagactl.runtime.guard.script import Script, Statement, Work
from sagactl.runtime.guard.statements import statements

if TYPE_CHECKING:
    import psycopg

    Connection = sqlite3.Connection | psycopg.Connection[Any]
    AsyncConnection = psycopg.AsyncConnection[Any]

Answer = TypeVar("Answer")
Rows = list[tuple[Any, ...]]

OLDEST_SQLITE: Final = (3, 35)
"""From here on an insert can return what it met."""


def run(connection: Connection, script: Script[Answer]) -> Answer:
    """The script's answer."""
    execute = _session(connection)
    try:
        order = next(script)
        while True:
            try:
                outcome = _worked(order) if isinstance(order, Work) else execute(order)
            except BaseException as error:
                order = script.throw(error)
            else:
                order = script.send(outcome)
    except StopIteration as end:
        answer: Answer = end.value
        return answer


async def run_async(connection: AsyncConnection, script: Script[Answer]) -> Answer:
    """The script's answer, its statements and its work awaited."""
    import psycopg

    if not isinstance(connection, psycopg.AsyncConnection):
        raise _unknown(connection)
    _demand_transaction(connection)
    try:
        order = next(script)
        while True:
            try:
                outcome = await (order.call() if isinstance(order, Work) else _awaited(connection, order))
            except BaseException as error:
                order = script.throw(error)
            else:
                order = script.send(outcome)
    except StopIteration as end:
        answer: Answer = end.value
        return answer


def _worked(work: Work) -> object:
    """The result of work that is not awaited; nothing would be done by a coroutine that nobody awaits."""
    outcome = work.call()
    if hasattr(outcome, "__await__"):
        raise UsageError("the work is asynchronous, and so it would not be done", help="call `AsyncGuard` instead")
    return outcome


def _session(connection: Connection) -> Callable[[Statement], Rows]:
    """What carries out a statement on this connection."""
    if isinstance(connection, sqlite3.Connection):
        return _sqlite(connection)
    try:
        import psycopg
    except ImportError:
        raise _unknown(connection) from None
    if not isinstance(connection, psycopg.Connection):
        raise _unknown(connection)
    return _postgres(connection)


def _unknown(connection: object) -> UsageError:
    return UsageError(
        f"the guard does not know connections such as `{type(connection).__qualname__}`",
        help="give it a connection of sqlite3 or psycopg, or to `AsyncGuard` an asynchronous one of psycopg;"
        " frameworks name it the driver's connection",
    )


# -- SQLite


def _sqlite(connection: sqlite3.Connection) -> Callable[[Statement], Rows]:
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        raise UsageError(f"the guard needs SQLite 3.35 or newer, and this is {sqlite3.sqlite_version}")
    cursor = connection.cursor()
    cursor.row_factory = None

    def execute(statement: Statement) -> Rows:
        rows: Rows = []
        try:
            for sql in statements(statement.home, "sqlite")[statement.name]:
                rows = cursor.execute(sql, statement.values).fetchall()
        except sqlite3.OperationalError as error:
            raise _of_sqlite(error) or error from error
        return rows

    if not connection.in_transaction:
        if getattr(connection, "autocommit", None) is True:
            raise NoTransaction
        execute(Statement("begin"))
    return execute


_BUSY: Final = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})


def _of_sqlite(error: sqlite3.OperationalError) -> GuardError | None:
    """What the error means to the caller of the guard, if it means anything of its own."""
    code, said = getattr(error, "sqlite_errorcode", 0), str(error)
    if code & 0xFF in _BUSY:
        return Busy()
    if said.startswith("no such table: sagactl_guard"):
        return NotInstalled()
    return TransactionEnded() if said.startswith("no such savepoint: sagactl_guard") else None


# -- PostgreSQL


def _postgres(connection: psycopg.Connection[Any]) -> Callable[[Statement], Rows]:
    import psycopg
    from psycopg.rows import tuple_row

    _demand_transaction(connection)

    def execute(statement: Statement) -> Rows:
        rows: Rows = []
        try:
            with connection.cursor(row_factory=tuple_row) as cursor:
                for sql in statements(statement.home, "postgres")[statement.name]:
                    cursor.execute(sql.encode(), statement.values)
                    rows = cursor.fetchall() if cursor.description else []
        except psycopg.Error as error:
            raise _of_postgres(error) or error from error
        return rows

    return execute


async def _awaited(connection: AsyncConnection, statement: Statement) -> Rows:
    import psycopg
    from psycopg.rows import tuple_row

    rows: Rows = []
    try:
        async with connection.cursor(row_factory=tuple_row) as cursor:
            for sql in statements(statement.home, "postgres")[statement.name]:
                await cursor.execute(sql.encode(), statement.values)
                rows = await cursor.fetchall() if cursor.description else []
    except psycopg.Error as error:
        raise _of_postgres(error) or error from error
    return rows


def _demand_transaction(connection: psycopg.Connection[Any] | AsyncConnection) -> None:
    from psycopg.pq import TransactionStatus

    if connection.autocommit and connection.info.transaction_status == TransactionStatus.IDLE:
        raise NoTransaction


_MEANINGS: Final[dict[str | None, type[Busy | NotInstalled | TransactionEnded]]] = {
    "40001": Busy,  # serialization_failure, above READ COMMITTED
    "40P01": Busy,  # deadlock_detected
    "55P03": Busy,  # lock_not_available, with a lock_timeout
    "42P01": NotInstalled,  # undefined_table
    "3B001": TransactionEnded,  # invalid_savepoint_specification
}


def _of_postgres(error: psycopg.Error) -> GuardError | None:
    meaning = _MEANINGS.get(error.sqlstate)
    if meaning is NotInstalled and "sagactl_guard" not in str(error):
        return None
    return meaning() if meaning is not None else None
