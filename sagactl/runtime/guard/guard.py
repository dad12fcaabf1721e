"""What a participant calls for every request that a saga sends it, inside the transaction in which it does the work."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Final

from sagactl.errors import UsageError
from sagactl.runtime.guard import script
from sagactl.runtime.guard.answers import Done, Refused, Undone
from sagactl.runtime.guard.encoding import MAX_RESULT_BYTES, checked_key
from sagactl.runtime.guard.record import Keeps
from sagactl.runtime.guard.script import Entry, Script
from sagactl.runtime.guard.sessions import run, run_async

if TYPE_CHECKING:
    from sagactl.runtime.guard.sessions import AsyncConnection, Connection

FORGET_LIMIT: Final = 1_000
"""Records of one call: few enough that requests do not wait for it."""


class _Requests:
    """What both guards know: whose records these are, and how they are kept."""

    def __init__(self, participant: str, *, max_result_bytes: int = MAX_RESULT_BYTES, keeps: Keeps = Keeps()) -> None:
        self.participant = checked_key(participant)
        self.max_result_bytes = max_result_bytes
        self.keeps = keeps

    def _entry(self, key: str) -> Entry:
        return Entry(self.participant, checked_key(key), self.keeps, self.max_result_bytes)

    def _forget(self, older_than: timedelta, limit: int) -> Script[int]:
        if older_than < timedelta(0) or limit < 1:
            raise UsageError("`forget` takes an age that is not negative, and a limit of at least 1")
        return script.forget(self.participant, older_than.total_seconds(), limit)


class Guard(_Requests):
    """Keeps the promises of one participant on connections of sqlite3 and psycopg.

    It writes with the caller's connection and never commits, so that work and memory are one transaction.
    """

    def install(self, connection: Connection) -> None:
        """The tables of the guard, unless they are there; raises SchemaTooNew where a newer version made them."""
        run(connection, script.install())

    def action(self, connection: Connection, key: str, work: Callable[[], object]) -> Done | Refused:
        """The work is done once for this key, and what it returned is answered ever after.

        `work` writes with the same connection and returns what JSON can say.  It may raise `Rejected`: what it wrote
        is rolled back, and the key is refused from then on.  Any other exception is passed on, and nothing of the
        call is left in the transaction.
        """
        return run(connection, script.action(self._entry(key), work))

    def compensation(
        self, connection: Connection, action_key: str, work: Callable[[Any], object], *, was_done: bool = False
    ) -> Undone | Refused:
        """The action of this key is undone once, if it was done; if it was not, it will not be any more.

        `work` gets the result of the action.  If it raises `Rejected` its writes are rolled back, and it may be tried
        again, by itself or by a fallback.  `was_done` says that the sender has heard that the action was done; raises
        Forgotten if nothing is remembered of it then.
        """
        return run(connection, script.compensation(self._entry(action_key), work, was_done))

    def status(self, connection: Connection, action_key: str) -> Done | Undone | Refused:
        """What became of an action; one that is not done is refused from now on, so that the answer stays true."""
        return run(connection, script.status(self._entry(action_key)))

    def forget(self, connection: Connection, older_than: timedelta, limit: int = FORGET_LIMIT) -> int:
        """How many records were deleted, at most `limit`, that no request has asked for in this time.

        The time must be longer than a run can last: what is forgotten can neither be recognised nor undone.
        """
        return run(connection, self._forget(older_than, limit))


class AsyncGuard(_Requests):
    """The same for asynchronous connections of psycopg; `work` is awaited."""

    async def install(self, connection: AsyncConnection) -> None:
        await run_async(connection, script.install())

    async def action(
        self, connection: AsyncConnection, key: str, work: Callable[[], Awaitable[object]]
    ) -> Done | Refused:
        return await run_async(connection, script.action(self._entry(key), work))

    async def compensation(
        self,
        connection: AsyncConnection,
        action_key: str,
        work: Callable[[Any], Awaitable[object]],
        *,
        was_done: bool = False,
    ) -> Undone | Refused:
        return await run_async(connection, script.compensation(self._entry(action_key), work, was_done))

    async def status(self, connection: AsyncConnection, action_key: str) -> Done | Undone | Refused:
        return await run_async(connection, script.status(self._entry(action_key)))

    async def forget(self, connection: AsyncConnection, older_than: timedelta, limit: int = FORGET_LIMIT) -> int:
        return await run_async(connection, self._forget(older_than, limit))
