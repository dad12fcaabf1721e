"""Runs in one SQLite file: no server, durable, and good for several processes on one machine.

WAL lets readers go on while somebody writes; `synchronous=FULL` makes a commit survive a loss of power, so that one
group of transitions costs one flush to the disk.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sagactl.runtime.record import Run
from sagactl.runtime.rows import (
    letter_from,
    letter_row,
    log_from,
    log_row,
    progress_row,
    run_from,
    run_row,
    summary_from,
    taken,
)
from sagactl.runtime.store import (
    Act,
    Claimed,
    Fate,
    KeptLetter,
    LogEntry,
    Mail,
    Outgoing,
    Proposal,
    StoreBusy,
    StoreError,
    Summary,
    Write,
    Written,
)
from sagactl.runtime.stores import migrations, statements

APPLICATION: Final = 0x5A6AC71
"""Marks a file as one of ours (PRAGMA application_id), so that no other database is taken for one."""

BUSY_S: Final = 30.0
"""How long a write waits for another process."""


class SqliteStore:
    """Runs in the SQLite file at `path`; the connection belongs to the thread that uses it first."""

    def __init__(self, path: str) -> None:
        self.path = path
        self._sql = statements("sqlite")
        self._connection: sqlite3.Connection | None = None

    @property
    def connection(self) -> sqlite3.Connection:
        """The connection, opened when it is first needed."""
        if self._connection is None:
            self._connection = self._open()
        return self._connection

    def _open(self) -> sqlite3.Connection:
        try:
            connection = sqlite3.connect(self.path, timeout=BUSY_S, isolation_level=None)
            connection.execute("PRAGMA journal_mode = WAL")
            connection.execute("PRAGMA synchronous = FULL")
            connection.execute("PRAGMA cache_size = -16000")
        except sqlite3.Error as error:
            raise StoreError(f"cannot open the store `{self.path}`: {error}") from None
        return connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # -- transactions

    @contextmanager
    def _transaction(self, mode: str = "IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """All or nothing; a store that is busy or gone says so in its own words."""
        try:
            connection = self.connection
            connection.execute(f"BEGIN {mode}")
            try:
                yield connection
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")
        except sqlite3.OperationalError as error:
            if "locked" in str(error) or "busy" in str(error):
                raise StoreBusy(f"the store `{self.path}` is held by somebody else: {error}") from None
            raise StoreError(f"the store `{self.path}` cannot be used: {error}") from None
        except sqlite3.DatabaseError as error:
            raise StoreError(f"the store `{self.path}` cannot be used: {error}") from None

    def _ask(self, name: str, *values: Any) -> list[Any]:
        with self._transaction("DEFERRED") as connection:
            return connection.execute(self._sql[name], values).fetchall()

    # -- the schema

    def install(self) -> None:
        with self._transaction() as connection:
            version = self._version(connection)
            for number, script in migrations("sqlite"):
                if number > version:
                    for statement in _each_statement(script):
                        connection.execute(statement)
                    connection.execute(f"PRAGMA user_version = {number}")
            connection.execute(f"PRAGMA application_id = {APPLICATION}")

    def _version(self, connection: sqlite3.Connection) -> int:
        (mark,) = connection.execute("PRAGMA application_id").fetchone()
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
        if mark != APPLICATION and tables:
            raise StoreError(f"`{self.path}` is another program's database", help="name a file that does not exist yet")
        newest = max(number for number, _ in migrations("sqlite"))
        if version > newest:
            raise StoreError(
                f"the store `{self.path}` has schema version {version}, and this program knows {newest}",
                help="use the version of sagactl that wrote it, or a newer one",
            )
        return int(version)

    # -- definitions

    def keep_definition(self, digest: str, saga: str, version: int, text: str) -> None:
        with self._transaction() as connection:
            connection.execute(self._sql["keep_definition"], (digest, saga, version, text))

    def definition(self, digest: str) -> str | None:
        rows = self._ask("definition", digest)
        return str(rows[0][0]) if rows else None

    def definitions_in_use(self, saga: str) -> tuple[str, ...]:
        return tuple(row[0] for row in self._ask("definitions_in_use", saga))

    # -- writing

    def commit(self, proposals: Sequence[Proposal]) -> list[Written]:
        with self._transaction() as connection:
            return [self._propose(connection, proposal) for proposal in proposals]

    def _propose(self, connection: sqlite3.Connection, proposal: Proposal) -> Written:
        if isinstance(proposal, Write):
            return self._write(connection, proposal)
        connection.execute("SAVEPOINT work")
        try:
            done = self._write(connection, proposal(connection))
        except Exception as error:
            connection.execute("ROLLBACK TO work")
            connection.execute("RELEASE work")
            return Written(None, error=error)
        if done.fate != "written":
            connection.execute("ROLLBACK TO work")
        connection.execute("RELEASE work")
        return done

    def _write(self, connection: sqlite3.Connection, write: Write) -> Written:
        """First what decides the fate, and only then all that follows from it."""
        run, run_sql = write.change.run, self._sql
        if write.at_most is not None:
            counted = connection.execute(run_sql["count_under_way"], (run.saga, run.id, write.at_most)).fetchone()
            if counted[0] >= write.at_most:
                return Written("full", write)
        if write.message:
            row = (write.message, run.id, run.changed_s)
            if connection.execute(run_sql["take_message"], row).rowcount == 0:
                return Written("repeated", write)
        fate = self._put_run(connection, write)
        if fate != "written":
            if write.message:
                connection.execute("DELETE FROM sagactl_inbox WHERE id = ? AND body IS NULL", (write.message,))
            return Written(fate, write)
        if write.change.moments:
            connection.execute(run_sql["insert_log"], log_row(write))
        outbox = tuple(self._send(connection, write, message) for message in write.outbox)
        if write.act is not None:
            connection.execute(run_sql["insert_act"], write.act)
            connection.execute(run_sql["close_letters"], (write.act.what, run.id, write.act.step))
        for letter in write.change.letters:
            connection.execute(run_sql["insert_letter"], letter_row(write, letter))
        return Written("written", write, outbox=outbox)

    def _put_run(self, connection: sqlite3.Connection, write: Write) -> Fate:
        if write.expects == 0:
            return "written" if connection.execute(self._sql["insert_run"], run_row(write)).rowcount else "exists"
        return "written" if connection.execute(self._sql["update_run"], progress_row(write)).rowcount else "stale"

    def _send(self, connection: sqlite3.Connection, write: Write, message: Outgoing) -> Outgoing:
        row = (write.worker, message.run, message.destination, message.body)
        return message._replace(id=connection.execute(self._sql["insert_outbox"], row).lastrowid or 0)

    # -- reading

    def load(self, run: str) -> Run | None:
        rows = self._ask("load", run)
        return run_from(rows[0]) if rows else None

    def find(self, saga: str, start_key: str) -> str | None:
        rows = self._ask("find", saga, start_key)
        return str(rows[0][0]) if rows else None

    # -- workers

    def beat(self, worker: str, until_s: float) -> None:
        with self._transaction() as connection:
            connection.execute(self._sql["beat"], (worker, until_s))

    def retire(self, worker: str) -> None:
        with self._transaction() as connection:
            connection.execute(self._sql["free_runs_of"], (worker,))
            connection.execute(self._sql["retire_worker"], (worker,))

    def claim(self, worker: str, sagas: Sequence[str], now_s: float, most: int) -> list[Claimed]:
        with self._transaction() as connection:
            found: list[tuple[str, str | None]] = []
            dead = [row[0] for row in connection.execute(self._sql["dead_workers"], (worker, now_s))]
            for saga in sagas:
                for owner in dead:
                    found += connection.execute(self._sql["orphans"], (owner, saga, most)).fetchall()
                found += connection.execute(self._sql["due"], (saga, now_s, most)).fetchall()
            return [self._take(connection, worker, id, owner) for id, owner in found[:most]]

    def _take(self, connection: sqlite3.Connection, worker: str, id: str, owner: str | None) -> Claimed:
        run = run_from(connection.execute(self._sql["load"], (id,)).fetchone())
        connection.execute(self._sql["take_run"], (worker, id))
        return Claimed(taken(run), orphaned=owner is not None)

    def claim_run(self, worker: str, run: str, now_s: float) -> Claimed | None:
        with self._transaction() as connection:
            row = connection.execute(self._sql["owner_of"], (run,)).fetchone()
            if row is None or row[1] is not None:
                return None
            if row[0] not in (None, worker) and row[2] >= now_s:
                return None
            return self._take(connection, worker, run, row[0])

    def next_wake_s(self, sagas: Sequence[str]) -> float | None:
        found = [self._ask("next_wake", saga)[0][0] for saga in sagas]
        return min((wake_s for wake_s in found if wake_s is not None), default=None)

    # -- messages

    def post(self, mail: Mail, now_s: float) -> bool:
        with self._transaction() as connection:
            row = (mail.id, mail.body, now_s, mail.run)
            kept = connection.execute(self._sql["post"], row).rowcount > 0
            if kept and mail.reopens:
                connection.execute(self._sql["reopen"], (mail.run,))
            if kept:
                connection.execute(self._sql["wake_for_mail"], (now_s, mail.run, now_s))
            return kept

    def mail_for(self, worker: str) -> list[Mail]:
        return [Mail(*row) for row in self._ask("mail_for", worker)]

    def mail_of(self, run: str) -> list[Mail]:
        return [Mail(*row) for row in self._ask("mail_of", run)]

    def unsent(self, worker: str, now_s: float, most: int) -> list[Outgoing]:
        with self._transaction() as connection:
            connection.execute(self._sql["adopt_outbox"], (worker, worker, now_s))
            return [Outgoing(*row) for row in connection.execute(self._sql["unsent"], (worker, most))]

    def sent(self, ids: Sequence[int]) -> None:
        with self._transaction() as connection:
            connection.executemany(self._sql["sent"], [(id,) for id in ids])

    def release(self, worker: str, run: str, wake_s: float | None, mail: int) -> bool:
        with self._transaction() as connection:
            return connection.execute(self._sql["free_run"], (wake_s, run, worker, run, mail)).rowcount > 0

    def listen(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Nobody tells: a file knows nothing of who looks at it."""
        return lambda: None

    # -- people

    def overdue(self, sagas: Sequence[str], now_s: float) -> list[Summary]:
        with self._transaction() as connection:
            ids = [row[0] for saga in sagas for row in connection.execute(self._sql["overdue"], (saga, now_s))]
            rows = [connection.execute(self._sql["summaries"], (id, "", "", 1)).fetchone() for id in ids]
            return [summary_from(row) for row in rows]

    def runs(self, saga: str = "", status: str = "", most: int = 100) -> list[Summary]:
        return [summary_from(row) for row in self._ask("summaries", "", saga, status, most)]

    def summary(self, run: str) -> Summary | None:
        rows = self._ask("summaries", run, "", "", 1)
        return summary_from(rows[0]) if rows and run else None

    def history(self, run: str) -> list[LogEntry]:
        return [log_from(row) for row in self._ask("history", run)]

    def letters(self, run: str = "", saga: str = "", closed: bool = False, most: int = 1_000) -> list[KeptLetter]:
        return [letter_from(row) for row in self._ask("letters", run, saga, closed, most)]

    def acts(self, run: str) -> list[Act]:
        return [Act(*row) for row in self._ask("acts", run)]

    def forget(self, before_s: float, most: int = 1_000) -> int:
        with self._transaction() as connection:
            ids = connection.execute(self._sql["old_runs"], (before_s, most)).fetchall()
            for table, column in _OF_A_RUN:
                connection.executemany(f"DELETE FROM {table} WHERE {column} = ?", ids)
            connection.execute(self._sql["forget_messages"], (before_s,))
            return len(ids)


_OF_A_RUN: Final = (
    ("sagactl_log", "run"),
    ("sagactl_letters", "run"),
    ("sagactl_acts", "run"),
    ("sagactl_inbox", "run"),
    ("sagactl_runs", "id"),
)


def _each_statement(script: str) -> Iterator[str]:
    """The statements of a script; `executescript` would commit what is under way."""
    statement = ""
    for line in script.splitlines():
        if line.strip() and not line.startswith("--"):
            statement += line + "\n"
            if sqlite3.complete_statement(statement):
                yield statement
                statement = ""
