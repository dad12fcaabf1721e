"""What every service of a saga is: a name, handlers, a guard, a database of its own with an outbox, and a transport."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Awaitable, Callable, Iterable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar, NamedTuple, Self

from sagactl.errors import SagactlError, UsageError
from sagactl.runtime.context import Context, Failed
from sagactl.runtime.guard import Done, Guard, Refused, Undone
from sagactl.runtime.guard.sessions import run
from sagactl.runtime.handlers import Handler, Handlers, Kind, Mark
from sagactl.runtime.messages import Answer, Command
from sagactl.runtime.observers import Logging, Observer, Observers
from sagactl.runtime.orders import Order
from sagactl.runtime.service import outbox
from sagactl.runtime.service.database import Connect, Database
from sagactl.runtime.transports import Transport

if TYPE_CHECKING:
    from sagactl.runtime.guard.sessions import Connection


class NoHandler(SagactlError):
    """Nobody here carries out a command that came in."""


class Said(NamedTuple):
    """What became of a command: an answer, the name of an error, and a result."""

    answer: Answer
    detail: str = ""
    result: Any = None


class Service:
    """One participant of sagas, with the life that all of them have.

    `connect` opens a connection of sqlite3 or psycopg, in a thread of its own; there are so many `connections` at once.
    """

    name: ClassVar[str] = ""

    def __init__(
        self,
        *,
        connect: Connect,
        transport: Transport,
        guard: Guard | None = None,
        observers: Iterable[Observer] = (),
        connections: int = 1,
        poll_s: float = 1.0,
    ) -> None:
        if not self.name:
            raise UsageError(f"`{type(self).__name__}` names no participant", help='set `name = "payment"` in it')
        self._transport = transport
        self._guard = guard or Guard(self.name)
        self._handlers = Handlers(self, reserved=_names_of_ours(type(self)))
        self._observer = Observers((Logging(), *observers))
        self._connect, self._connections, self._poll_s = connect, connections, poll_s

    def on(self, kind: Kind, command: str, handler: Any) -> None:
        """Let a function carry out a command, in the place of a method."""
        self._handlers.add(Mark(kind, command), handler)

    def redacted(self, text: str) -> str:
        """What of a text may be logged: of errors, whose words may hold anything.  Override it to take out secrets."""
        return text

    def prepare(self, connection: Any) -> None:
        """Called once at the start, in a transaction: where a service makes tables of its own."""

    # -- life

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Make the tables, take up what an earlier life has left, and listen."""
        self._database = Database(self._connect, self._connections)
        self._relay = outbox.Relay(self._database, self._transport, self.name, self._observer, self._poll_s)
        try:
            await self._database.do(self._install)
            await self._listen()
            await self._transport.open()
        except BaseException:
            await self._database.close()
            raise
        self._tasks = [asyncio.create_task(self._serve(loop)) for loop in self._loops()]

    async def close(self) -> None:
        """Stop receiving, and let go of the database; what is not sent is sent in the next life."""
        await self._transport.close()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._database.close()

    def _install(self, connection: Connection) -> None:
        self._guard.install(connection)
        run(connection, outbox.install())
        self.prepare(connection)

    async def _listen(self) -> None:
        """Subscribe to what this service hears."""
        raise NotImplementedError

    def _loops(self) -> list[Callable[[], Awaitable[None]]]:
        """What goes on as long as the service lives."""
        return [self._relay.serve]

    async def _serve(self, loop: Callable[[], Awaitable[None]]) -> None:
        """A loop that must not end: what it meets is told, and it goes on."""
        while True:
            try:
                await loop()
            except Exception as error:
                self._observer.on_trouble(f"`{self.name}` met trouble and goes on: {self._words(error)}")
                await asyncio.sleep(self._poll_s)

    def _tell_of(self, error: Exception, asked: Command | Order) -> None:
        """Work went wrong; a handler that says so itself by `Failed` knows why."""
        if not isinstance(error, Failed):
            what = f"`{self.name}` could not carry out `{asked.name}` of run `{asked.run}`"
            self._observer.on_trouble(f"{what}: {self._words(error)}")

    def _words(self, error: BaseException) -> str:
        """The error with its traceback, as far as it may be seen."""
        return self.redacted("".join(traceback.format_exception(error)))

    # -- work

    def _carry_out(self, connection: Connection, asked: Command | Order, context: Callable[[Any], Context]) -> Said:
        """The work behind the guard; `context` is made with the result that the guard remembers of the action."""
        if asked.operation == "status":
            return _of_status(self._guard.status(connection, asked.action_key))
        if asked.operation == "action":
            handler = self._handler("action", asked.name)
            return _said(self._guard.action(connection, asked.key, lambda: handler(context(None))))
        handler = self._handler("compensation", asked.name)
        key, was_done = asked.action_key, asked.knows_result
        undo = self._guard.compensation(connection, key, lambda result: handler(context(result)), was_done=was_done)
        return _said(undo)

    def _handler(self, kind: Kind, command: str) -> Handler:
        handler = self._handlers.find(kind, command, self.name)
        if handler is None:
            raise NoHandler(f"nobody here carries out `{command}`", help=f'mark a method with `@{kind}("{command}")`')
        if iscoroutinefunction(handler):
            raise NoHandler(
                f"`{command}` is carried out by a coroutine",
                help="write `def`: it has a thread and a transaction of its own",
            )
        return handler


def _names_of_ours(kind: type) -> frozenset[str]:
    """What a service can do besides: no command is carried out by it, whatever the command is called."""
    ours = (each for each in kind.__mro__ if each.__module__.startswith("sagactl.runtime."))
    return frozenset(name for each in ours for name in vars(each))


def _said(answer: Done | Undone | Refused) -> Said:
    if isinstance(answer, Refused):
        return Said("no", answer.reason)
    return Said("ok", result=answer.result if isinstance(answer, Done) else None)


def _of_status(answer: Done | Undone | Refused) -> Said:
    """What was done and undone is not done, and is refused from now on like what never was."""
    if isinstance(answer, Done):
        return Said("done", result=answer.result)
    return Said("not-done", answer.reason if isinstance(answer, Refused) else "")
