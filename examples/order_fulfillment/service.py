"""What the four services share: a database of their own, and the guard in front of everything that changes it."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sagactl.runtime import Context, Rejected
from sagactl.runtime.guard import Done, Guard, Refused
from sagactl.runtime.handlers import Kind

from .faults import Faults

Commands = Mapping[tuple[Kind, str], Callable[[Context], Any]]
"""What carries out which command, an action or a compensation."""


class Service:
    """A participant.  A subclass says what its tables are, and what its business no is called."""

    name: ClassVar[str]
    tables: ClassVar[tuple[str, ...]]
    refusal: ClassVar[str] = ""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self._path, self._faults = folder / f"{self.name}.db", faults
        self._guard = Guard(self.name)
        with self.transaction() as database:
            self._guard.install(database)
            for table in self.tables:
                database.execute(table)

    def commands(self) -> Commands:
        """What it does when it is asked by messages; handlers in the same process call it themselves."""
        raise NotImplementedError

    def connect(self) -> sqlite3.Connection:
        return sqlite3.connect(self._path, isolation_level=None, timeout=10)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in it is done, or nothing."""
        database = self.connect()
        try:
            # IMMEDIATE takes the lock at once: two requests wait for each other here, and never in the middle.
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        finally:
            database.close()  # rolls back what is not committed

    def do(self, context: Context, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Do the work once for its key, however often it is asked for; the work and its memory are one transaction."""

        def checked_work(database: sqlite3.Connection) -> Any:
            self._faults.before(self.name, self.refusal, context)
            return work(database)

        if context.connection is not None:  # asked by a message: the transaction and the guard are around this call
            return checked_work(context.connection)
        with self.transaction() as database:
            answer = self._guard.action(database, context.key, lambda: checked_work(database))
        time.sleep(self._faults.after(self.name, context.attempt))
        if isinstance(answer, Refused):
            raise Rejected(answer.reason)
        return answer.result

    def undo(self, context: Context, work: Callable[[sqlite3.Connection], None]) -> None:
        """Undo the action once; if it never came, that is fine, and it will be refused when it comes late."""
        if context.connection is not None:
            work(context.connection)
            return
        with self.transaction() as database:
            self._guard.compensation(database, context.action_key, lambda result: work(database))

    def ask(self, context: Context) -> bool:
        """Whether the action was done; if not, it is refused from now on, so that the answer stays true."""
        with self.transaction() as database:
            return isinstance(self._guard.status(database, context.action_key), Done)
