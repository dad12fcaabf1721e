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

from functools import partial
from typing import TYPE_CHECKING, Any

from sagactl.runtime.context import Context, said
from sagactl.runtime.guard import Busy
from sagactl.runtime.guard.sessions import run
from sagactl.runtime.messages import BadMessage, Command, Reply, read, reply_to, write
from sagactl.runtime.service import outbox
from sagactl.runtime.service.service import Service

if TYPE_CHECKING:
    from sagactl.runtime.guard.sessions import Connection


class Participant(Service):
    """Does the work of one participant.

    A subclass has a `name`, and a method for each command: `process_payment` for `ProcessPayment`, or one that is
    marked with `@action` or `@compensation`.  A method writes through `context.connection`, returns the result, and
    raises `Rejected` for a business no.  The guard answers status queries.
    """

    async def _listen(self) -> None:
        """Commands come in on the channel of the participant's name."""
        await self._transport.subscribe(self.name, self._receive)

    async def _receive(self, body: str) -> None:
        """A message from the transport; one that cannot be read is told of and dropped, for it will never be better."""
        try:
            command = read(body)
            if not isinstance(command, Command) or command.participant != self.name:
                raise BadMessage("it is no command for it")
        except BadMessage as error:
            self._observer.on_trouble(f"a message for `{self.name}` is dropped: {error}")
            return
        await self._answer(command)
        self._relay.look()

    async def _answer(self, command: Command) -> None:
        try:
            await self._database.do(lambda connection: self._work(connection, command))
        except Busy:
            raise  # nothing is known of the command yet: it comes again
        except Exception as error:
            self._tell_of(error, command)
            reply = reply_to(command, "error", said(error)[1])
            await self._database.do(lambda connection: self._put(connection, command, reply))

    def _work(self, connection: Connection, command: Command) -> None:
        """The work, the memory of it and the reply."""
        found = self._carry_out(connection, command, partial(context_of, command, connection))
        self._put(connection, command, reply_to(command, *found))

    def _put(self, connection: Connection, command: Command, reply: Reply) -> None:
        if command.reply_to:
            message = outbox.Message("send", command.reply_to, command.run, write(reply))
            run(connection, outbox.put(self.name, [message]))


def context_of(command: Command, connection: Connection, result: Any) -> Context:
    """What a handler is given; the result is the one that the participant itself remembers."""
    return Context(
        run_id=command.run, saga=command.saga, step=command.step, operation=command.operation,  # type: ignore[arg-type]
        attempt=command.attempt, key=command.key, action_key=command.action_key, correlation_id=command.correlation,
        input=command.input, run_input={}, item=command.item, result=result,
        knows_result=command.operation != "action", connection=connection,
    )  # fmt: skip
