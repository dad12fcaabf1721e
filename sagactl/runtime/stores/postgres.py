"""Runs in PostgreSQL: many workers on many machines, who take runs without waiting for each other.

A group of transitions is sent as a pipeline and committed once.  A server that restarts is waited for: what was under
way is written again, and the revision of each run keeps it from being written twice.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, Final

import psycopg

from sagactl.runtime.record import Run
from sagactl.runtime.rows import (
    letter_from,
    letter_row,
    log_from,
    moments_text,
    progress_row,
    run_from,
    run_row,
    summary_from,
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

NEWS: Final = "sagactl"
"""The channel on which one worker tells the others that there is something to do."""

_RUN: Final = (
    "id", "saga", "digest", "start_key", "correlation", "input", "begun", "status", "outcome", "progress", "results",
    "revision", "owner", "wake_s", "stuck_s", "started_s", "changed_s", "ended_s",
)  # fmt: skip
_PROGRESS: Final = (
    "begun", "status", "outcome", "progress", "results", "revision", "owner", "wake_s", "stuck_s", "changed_s",
    "ended_s", "id", "expects",
)  # fmt: skip
_LETTER: Final = ("run", "saga", "step", "direction", "reason", "tries", "at_s", "body")


class PostgresStore:
    """Runs in the database that `url` names, in the tables `sagactl_*` of its search path."""

    def __init__(self, url: str) -> None:
        self.url = url
        self._sql = statements("postgres")
        self._connection: psycopg.Connection[Any] | None = None

    @property
    def connection(self) -> psycopg.Connection[Any]:
        """The connection, opened when it is first needed and again when it was lost."""
        if self._connection is None or self._connection.closed:
            self._connection = psycopg.connect(self.url, autocommit=True)
        return self._connection

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None

    # -- transactions

    @contextmanager
    def _transaction(self) -> Iterator[psycopg.Connection[Any]]:
        """All or nothing; a server that is away, or two that wait for each other, are worth another try."""
        try:
            with self.connection.transaction():
                yield self.connection
        except psycopg.OperationalError as error:
            self._let_go()
            raise StoreBusy(f"the store does not answer: {_first_line(error)}") from None
        except psycopg.Error as error:
            self._let_go()
            raise StoreError(f"the store cannot be used: {_first_line(error)}") from None

    def _let_go(self) -> None:
        """A connection that failed may be stuck in the middle of a pipeline without knowing it: the next one is new."""
        connection, self._connection = self._connection, None
        if connection is not None:
            with suppress(psycopg.Error):
                connection.close()

    def _ask(self, name: str, values: Any = ()) -> list[Any]:
        with self._transaction() as connection:
            return connection.execute(self._sql[name].encode(), values).fetchall()

    def _do(self, name: str, values: Any = ()) -> int:
        with self._transaction() as connection:
            return connection.execute(self._sql[name].encode(), values).rowcount

    # -- the schema

    def install(self) -> None:
        with self._transaction() as connection:
            connection.execute("SELECT pg_advisory_xact_lock(hashtextextended('sagactl schema', 0))")
            version = self._version(connection)
            for number, script in migrations("postgres"):
                if number > version:
                    connection.execute(script.encode())
                    connection.execute("UPDATE sagactl_schema SET version = %s", (number,))

    def _version(self, connection: psycopg.Connection[Any]) -> int:
        found = connection.execute("SELECT to_regclass('sagactl_schema')").fetchone()
        if found is None or found[0] is None:
            return 0
        row = connection.execute("SELECT version FROM sagactl_schema").fetchone()
        version = int(row[0]) if row is not None else 0
        newest = max(number for number, _ in migrations("postgres"))
        if version > newest:
            raise StoreError(
                f"the store has schema version {version}, and this program knows {newest}",
                help="use the version of sagactl that wrote it, or a newer one",
            )
        return version

    # -- definitions

    def keep_definition(self, digest: str, saga: str, version: int, text: str) -> None:
        self._do("keep_definition", (digest, saga, version, text))

    def definition(self, digest: str) -> str | None:
        rows = self._ask("definition", (digest,))
        return str(rows[0][0]) if rows else None

    def definitions_in_use(self, saga: str) -> tuple[str, ...]:
        return tuple(row[0] for row in self._ask("definitions_in_use", (saga,)))

    # -- writing

    def commit(self, proposals: Sequence[Proposal]) -> list[Written]:
        with self._transaction() as connection:
            fates: dict[int, Written] = {}
            plain = [(place, each) for place, each in enumerate(proposals) if isinstance(each, Write)]
            self._take_turns(connection, [write for _, write in plain])
            for (place, write), row in zip(plain, self._write_all(connection, plain), strict=True):
                fates[place] = _written(write, row)
            for place, proposal in enumerate(proposals):
                if not isinstance(proposal, Write):
                    fates[place] = self._work(connection, proposal)
            return [fates[place] for place in range(len(proposals))]

    def _take_turns(self, connection: psycopg.Connection[Any], writes: Sequence[Write]) -> None:
        """Who counts the runs of a saga counts alone."""
        for saga in sorted({write.change.run.saga for write in writes if write.at_most is not None}):
            connection.execute(self._sql["take_turns"].encode(), {"saga": saga})

    def _write_all(self, connection: psycopg.Connection[Any], writes: list[tuple[int, Write]]) -> list[Any]:
        """All transitions on their way before the first answer is read."""
        with connection.pipeline():
            cursors = [self._write(connection, write) for _, write in writes]
            return [cursor.fetchone() for cursor in cursors]

    def _write(self, connection: psycopg.Connection[Any], write: Write) -> psycopg.Cursor[Any]:
        name = "insert_run" if write.expects == 0 else "update_run"
        return connection.execute(self._sql[name].encode(), _values(write))

    def _work(self, connection: psycopg.Connection[Any], proposal: Callable[[Any], Write]) -> Written:
        done = Written(None)
        try:
            with connection.transaction():
                write = proposal(connection)
                self._take_turns(connection, [write])
                done = _written(write, self._write(connection, write).fetchone())
                if done.fate != "written":
                    raise psycopg.Rollback()
        except psycopg.OperationalError:
            raise
        except Exception as error:
            return Written(None, error=error)
        return done

    # -- reading

    def load(self, run: str) -> Run | None:
        rows = self._ask("load", (run,))
        return run_from(rows[0]) if rows else None

    def find(self, saga: str, start_key: str) -> str | None:
        rows = self._ask("find", (saga, start_key))
        return str(rows[0][0]) if rows else None

    # -- workers

    def beat(self, worker: str, until_s: float) -> None:
        self._do("beat", (worker, until_s))

    def retire(self, worker: str) -> None:
        self._do("retire", {"worker": worker})

    def claim(self, worker: str, sagas: Sequence[str], now_s: float, most: int) -> list[Claimed]:
        values = {"worker": worker, "sagas": list(sagas), "now_s": now_s, "most": most}
        return [Claimed(run_from(row[:-1]), row[-1]) for row in self._ask("claim", values)]

    def claim_run(self, worker: str, run: str, now_s: float) -> Claimed | None:
        rows = self._ask("claim_run", {"worker": worker, "run": run, "now_s": now_s})
        return Claimed(run_from(rows[0][:-1]), rows[0][-1]) if rows else None

    def next_wake_s(self, sagas: Sequence[str]) -> float | None:
        found = self._ask("next_wake", (list(sagas),))[0][0]
        return None if found is None else float(found)

    # -- messages

    def post(self, mail: Mail, now_s: float) -> bool:
        return bool(self._ask("post", {**mail._asdict(), "now_s": now_s}))

    def mail_for(self, worker: str) -> list[Mail]:
        return [Mail(*row) for row in self._ask("mail_for", (worker,))]

    def mail_of(self, run: str) -> list[Mail]:
        return [Mail(*row) for row in self._ask("mail_of", (run,))]

    def unsent(self, worker: str, now_s: float, most: int) -> list[Outgoing]:
        with self._transaction() as connection:
            connection.execute(self._sql["adopt_outbox"].encode(), {"worker": worker, "now_s": now_s})
            return [Outgoing(*row) for row in connection.execute(self._sql["unsent"].encode(), (worker, most))]

    def sent(self, ids: Sequence[int]) -> None:
        self._do("sent", (list(ids),))

    def release(self, worker: str, run: str, wake_s: float | None, mail: int) -> bool:
        return self._do("free_run", {"worker": worker, "run": run, "wake_s": wake_s, "mail": mail}) > 0

    def listen(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call `tell`, from a thread of its own, when another worker has left something to do; returns how to stop."""
        over = threading.Event()
        thread = threading.Thread(target=self._listen, args=(tell, over), name="sagactl-news", daemon=True)
        thread.start()
        return over.set

    def _listen(self, tell: Callable[[], None], over: threading.Event) -> None:
        while not over.is_set():
            try:
                with psycopg.connect(self.url, autocommit=True) as connection:
                    connection.execute(f"LISTEN {NEWS}".encode())
                    while not over.is_set():
                        for _ in connection.notifies(timeout=1.0, stop_after=1):
                            tell()
            except psycopg.Error:
                over.wait(1.0)

    # -- people

    def overdue(self, sagas: Sequence[str], now_s: float) -> list[Summary]:
        ids = [row[0] for row in self._ask("overdue", (list(sagas), now_s))]
        return [found for found in map(self.summary, ids) if found is not None]

    def runs(self, saga: str = "", status: str = "", most: int = 100) -> list[Summary]:
        values = {"run": "", "saga": saga, "status": status, "most": most}
        return [summary_from(row) for row in self._ask("summaries", values)]

    def summary(self, run: str) -> Summary | None:
        rows = self._ask("summaries", {"run": run, "saga": "", "status": "", "most": 1})
        return summary_from(rows[0]) if rows and run else None

    def history(self, run: str) -> list[LogEntry]:
        return [log_from(row) for row in self._ask("history", (run,))]

    def letters(self, run: str = "", saga: str = "", closed: bool = False, most: int = 1_000) -> list[KeptLetter]:
        values = {"run": run, "saga": saga, "closed": closed, "most": most}
        return [letter_from(row) for row in self._ask("letters", values)]

    def acts(self, run: str) -> list[Act]:
        return [Act(*row) for row in self._ask("acts", (run,))]

    def forget(self, before_s: float, most: int = 1_000) -> int:
        gone = self._do("forget_runs", {"before_s": before_s, "most": most})
        self._do("forget_messages", (before_s,))
        return gone


def _values(write: Write) -> dict[str, Any]:
    """Everything of a transition by name."""
    change = write.change
    if write.expects == 0:
        columns = dict(zip(_RUN, run_row(write), strict=True))
    else:
        columns = {"saga": change.run.saga, **dict(zip(_PROGRESS, progress_row(write), strict=True))}
    letters = [dict(zip(_LETTER, letter_row(write, letter), strict=True)) for letter in change.letters]
    return {
        **columns,
        "worker": write.worker,
        "at_most": write.at_most,
        "message": write.message,
        "event": change.event,
        "moments": moments_text(change.moments),
        "destinations": [message.destination for message in write.outbox],
        "bodies": [message.body for message in write.outbox],
        "letters": json.dumps(letters) if letters else "[]",
        "acts": json.dumps([write.act._asdict()]) if write.act is not None else "[]",
    }


def _written(write: Write, row: Any) -> Written:
    put, locked, is_full, ids = row
    if put:
        outbox = tuple(message._replace(id=id) for message, id in zip(write.outbox, ids, strict=True))
        return Written("written", write, outbox=outbox)
    fate: Fate = "full" if is_full else "exists" if write.expects == 0 else "repeated" if locked else "stale"
    return Written(fate, write)


def _first_line(error: Exception) -> str:
    return str(error).partition("\n")[0]
