"""What the four services share: a database of their own, and the guard in front of everything that changes it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, ClassVar

from sagactl.runtime import Context, Rejected
from sagactl.runtime.guard import Done, Guard, Refused

from .faults import Faults


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

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in it is done, or nothing."""
        database = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        try:
            # IMMEDIATE takes the lock at once: two requests wait for each other here, and never in the middle.
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        finally:
            database.close()  # rolls back what is not committed

    def do(self, context: Context, work: Callable[[sqlite3.Connection], Any]) -> Any:
        """Do the work once for its key, however often it is asked for; the work and its memory are one transaction."""

        def checked_work() -> Any:
            self._faults.before(self.name, self.refusal, context)
            return work(database)

        with self.transaction() as database:
            answer = self._guard.action(database, context.key, checked_work)
        self._faults.after(self.name, context)
        if isinstance(answer, Refused):
            raise Rejected(answer.reason)
        return answer.result

    def undo(self, context: Context, work: Callable[[sqlite3.Connection], None]) -> None:
        """Undo the action once; if it never came, that is fine, and it will be refused when it comes late."""
        with self.transaction() as database:
            self._guard.compensation(database, context.action_key, lambda result: work(database))

    def ask(self, context: Context) -> bool:
        """Whether the action was done; if not, it is refused from now on, so that the answer stays true."""
        with self.transaction() as database:
            return isinstance(self._guard.status(database, context.action_key), Done)
