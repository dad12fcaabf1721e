"""The base of a service that does steps for sagas which are led elsewhere: commands come in, replies go out.

class Payment(Participant):
    name = "payment"

    def process_payment(self, context):
        context.connection.execute("INSERT INTO payments ...")
        return {"payment_id": ...}

Rule 1.  The work, the guard's memory of it and the reply are one transaction in the participant's own database.
Rule 2.  A command is received once that is committed; whatever dies before, the command comes again.
Rule 3.  A rejection is a definite no and is remembered.  Any other exception leaves nothing behind, and is answered as
         an error, which whoever leads the saga may try again.
"""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Iterable
from inspect import iscoroutinefunction
from typing import TYPE_CHECKING, Any, ClassVar, Self

from sagactl.errors import SagactlError, UsageError
from sagactl.runtime.context import Context, said
from sagactl.runtime.guard import Busy, Done, Guard, Refused, Undone
from sagactl.runtime.guard.sessions import run
from sagactl.runtime.handlers import Handler, Handlers, Kind, Mark
from sagactl.runtime.messages import Answer, BadMessage, Command, Reply, read, reply_to, write
from sagactl.runtime.observers import Logging, Observer, Observers
from sagactl.runtime.service import outbox
from sagactl.runtime.service.database import Connect, Database
from sagactl.runtime.transports import Transport

if TYPE_CHECKING:
    from sagactl.runtime.guard.sessions import Connection


class NoHandler(SagactlError):
    """Nobody here carries out a command that came in."""


class Participant:
    """Does the work of one participant.

    A subclass has a `name`, and a method for each command: `process_payment` for `ProcessPayment`, or one that is
    marked with `@action` or `@compensation`.  A method writes through `context.connection`, returns the result, and
    raises `Rejected` for a business no.  The guard answers status queries.

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
            raise UsageError(
                f"`{type(self).__name__}` names no participant", help='set `name`, as in `name = "payment"`'
            )
        self._transport = transport
        self._guard = guard or Guard(self.name)
        self._handlers = Handlers(self, reserved=dir(Participant))
        self._observer = Observers((Logging(), *observers))
        self._connect, self._connections, self._poll_s = connect, connections, poll_s

    def on(self, kind: Kind, command: str, handler: Any) -> None:
        """Let a function carry out a command, in the place of a method."""
        self._handlers.add(Mark(kind, command), handler)

    def redacted(self, text: str) -> str:
        """What of a text may be logged: of errors, whose words may hold anything.  Override it to take out secrets."""
        return text

    def prepare(self, connection: Connection) -> None:
        """Called once at the start, in a transaction: where a service makes tables of its own."""

    # -- life

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Make the tables, send what an earlier life has left, and listen to the channel of the participant's name."""
        self._database = Database(self._connect, self._connections)
        self._relay = outbox.Relay(self._database, self._transport, self.name, self._observer, self._poll_s)
        await self._database.do(self._install)
        await self._transport.subscribe(self.name, self._receive)
        await self._transport.open()
        self._sending = asyncio.create_task(self._serve())

    def _install(self, connection: Connection) -> None:
        self._guard.install(connection)
        run(connection, outbox.install())
        self.prepare(connection)

    async def close(self) -> None:
        """Stop receiving, and let go of the database; what is not sent is sent in the next life."""
        await self._transport.close()
        self._sending.cancel()
        await asyncio.gather(self._sending, return_exceptions=True)
        await self._database.close()

    async def _serve(self) -> None:
        while True:
            try:
                await self._relay.serve()
            except Exception as error:
                self._observer.on_trouble(f"`{self.name}` cannot send its replies, and goes on: {self._words(error)}")
                await asyncio.sleep(self._poll_s)

    # -- commands

    async def _receive(self, body: str) -> None:
        """A message from the transport; one that cannot be read is told of and dropped, for it will never be better."""
        try:
            command = read(body)
        except BadMessage as error:
            self._observer.on_trouble(f"a message for `{self.name}` is dropped: {error}")
            return
        if not isinstance(command, Command) or command.participant != self.name:
            self._observer.on_trouble(f"a message for `{self.name}` is dropped: it is no command for it")
            return
        await self._carry_out(command)
        self._relay.look()

    async def _carry_out(self, command: Command) -> None:
        try:
            await self._database.do(lambda connection: self._work(connection, command))
        except Busy:
            raise  # nothing is known of the command yet: it comes again
        except Exception as error:
            name = said(error)[1]
            what = f"`{self.name}` could not carry out `{command.name}` of run `{command.run}`"
            self._observer.on_trouble(f"{what}: {self._words(error)}")
            reply = reply_to(command, "error", name)
            await self._database.do(lambda connection: self._put(connection, command, reply))

    def _words(self, error: BaseException) -> str:
        """The error with its traceback, as far as it may be seen."""
        return self.redacted("".join(traceback.format_exception(error)))

    def _work(self, connection: Connection, command: Command) -> None:
        """The work, the memory of it and the reply."""
        self._put(connection, command, self._reply(connection, command))

    def _put(self, connection: Connection, command: Command, reply: Reply) -> None:
        if command.reply_to:
            message = outbox.Message("send", command.reply_to, command.run, write(reply))
            run(connection, outbox.put(self.name, [message]))

    def _reply(self, connection: Connection, command: Command) -> Reply:
        if command.operation == "status":
            return _status(command, self._guard.status(connection, command.action_key))
        if command.operation == "action":
            handler = self._handler("action", command.name)
            context = context_of(command, connection)
            answer = self._guard.action(connection, command.key, lambda: handler(context))
            return _replied(command, answer)
        handler = self._handler("compensation", command.name)

        def undo(result: Any) -> object:
            return handler(context_of(command, connection, result))

        key, was_done = command.action_key, command.knows_result
        return _replied(command, self._guard.compensation(connection, key, undo, was_done=was_done))

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


def context_of(command: Command, connection: Connection, result: Any = None) -> Context:
    """What a handler is given; the result is the one that the participant itself remembers."""
    return Context(
        run_id=command.run, saga=command.saga, step=command.step, operation=command.operation,  # type: ignore[arg-type]
        attempt=command.attempt, key=command.key, action_key=command.action_key, correlation_id=command.correlation,
        input=command.input, run_input={}, item=command.item, result=result,
        knows_result=command.operation != "action", connection=connection,
    )  # fmt: skip


def _replied(command: Command, answer: Done | Undone | Refused) -> Reply:
    if isinstance(answer, Refused):
        return reply_to(command, "no", answer.reason)
    return reply_to(command, "ok", result=answer.result if isinstance(answer, Done) else None)


def _status(command: Command, answer: Done | Undone | Refused) -> Reply:
    """What was done and undone is not done, and is refused from now on like what never was."""
    told: Answer = "done" if isinstance(answer, Done) else "not-done"
    result = answer.result if isinstance(answer, Done) else None
    return reply_to(command, told, answer.reason if isinstance(answer, Refused) else "", result)
