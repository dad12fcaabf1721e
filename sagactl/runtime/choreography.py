"""The base of a service that plays its part in sagas which nobody leads: it hears events, works, and publishes events.

class Payment(ChoreographyParticipant):
    name = "payment"
    definition = "ticket-sale.saga.yaml"

    def authorise_card(self, context):
        context.connection.execute("INSERT INTO authorisations ...")

Rule 1.  What was heard, the view of the run and what has to be done about it are one transaction; so are the work, the
         guard's memory of it, the view afterwards and the events that tell of it.
Rule 2.  Work that is written down is done, by this process or another one, whoever dies.  A try that fails is repeated
         here, after its pause.
Rule 3.  Whoever hears of a run for the first time knows it: every event brings the input and the results so far.
Rule 4.  An event that cannot be understood is told of and dropped; one of a definition that is not known here yet comes
         again until it is.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, ClassVar, Final

from sagactl.errors import SagactlError, UsageError
from sagactl.machine.state import State
from sagactl.runtime.calls import context_of
from sagactl.runtime.clock import Clock, SystemClock
from sagactl.runtime.context import Context, said
from sagactl.runtime.definition import Definition, load
from sagactl.runtime.guard import Busy
from sagactl.runtime.guard.sessions import run as carry_out
from sagactl.runtime.handlers import needs
from sagactl.runtime.messages import BadMessage, Published, read, write
from sagactl.runtime.orders import Order, order_of
from sagactl.runtime.record import Run, correlation_of, new_id, to_text
from sagactl.runtime.service import outbox, parts, playing
from sagactl.runtime.service.part import Arrival, Part
from sagactl.runtime.service.playing import Played, Stage
from sagactl.runtime.service.service import Said, Service
from sagactl.styles import OWN_SERVICE, start_events
from sagactl.world.parts import Message

if TYPE_CHECKING:
    from sagactl.runtime.guard.sessions import Connection

LOCAL: Final = frozenset({OWN_SERVICE})


class UnknownDefinition(SagactlError):
    """An event is about a run that follows a definition which is not known here."""


class ChoreographyParticipant(Service):
    """Plays the part of one participant in the runs of one definition.

    A subclass has a `name`, a `definition`, and a method for each command of its steps.  `local_too` says that it also
    does the local steps of the saga, which name no participant.  `earlier` are definitions that runs may still follow.
    """

    definition: ClassVar[str] = ""
    local_too: ClassVar[bool] = False

    def __init__(
        self,
        *,
        definition: str | Definition | None = None,
        earlier: Iterable[Definition] = (),
        clock: Clock | None = None,
        seed: int | None = None,
        **options: Any,
    ) -> None:
        super().__init__(**options)
        wanted = definition or self.definition
        if not wanted:
            raise UsageError(f"`{type(self).__name__}` names no definition", help="set `definition` to a file")
        self._current = wanted if isinstance(wanted, Definition) else load(wanted)
        self._definitions = {each.digest: each for each in (*earlier, self._current)}
        self._clock = clock or SystemClock()
        self._random = random.Random(seed)
        self._news = asyncio.Event()

    @property
    def _services(self) -> frozenset[str]:
        return frozenset({self.name}) | (LOCAL if self.local_too else frozenset())

    def _stage(self, definition: Definition, input: Mapping[str, Any]) -> Stage:
        flow = definition.flow(input)
        return Stage(definition, flow, self._services, self._clock.now_s(), self._random.uniform)

    # -- life

    async def _listen(self) -> None:
        stage = self._stage(self._current, {})
        playing.check(stage)
        self._check_handlers(stage)
        for channel in playing.channels(stage):
            await self._transport.subscribe(channel, self._receive, self.name)

    def _check_handlers(self, stage: Stage) -> None:
        """Raise UsageError with every command that nobody here carries out."""
        marks = [need.mark for need in needs(stage.flow, ())]
        own = [mark for mark in marks if mark.kind != "status" and (mark.participant or OWN_SERVICE) in self._services]
        missing = [mark for mark in own if self._handlers.find(*mark) is None]
        if missing:
            named = ", ".join(f"`{mark.command}`" for mark in missing)
            raise UsageError(
                f"`{self.name}` cannot take part in `{stage.flow.saga.id}`, nobody here carries out {named}",
                help=f'mark a method with `@{missing[0].kind}("{missing[0].command}")`',
            )

    def _loops(self) -> list[Callable[[], Awaitable[None]]]:
        return [*super()._loops(), self._work_on]

    # -- what people and other programs do

    async def start(self, input: Mapping[str, Any] | None = None, *, key: str = "") -> str:
        """Publish the event that starts a run, and return the id of the run; the same key is the same run."""
        data = dict(input or {})
        problems = self._current.input_problems(data)
        if problems:
            raise UsageError(f"`{self._current.saga.id}` cannot start: {problems[0]}", help="; ".join(problems[1:]))
        to_text(data, "the input")
        stage = self._stage(self._current, data)
        run = key or new_id()
        part = playing.begin(stage, run, correlation_of(stage.flow.saga, data) or run, data)
        events = [playing.started(stage, part, name) for name in start_events(stage.flow)]
        await self._database.do(lambda connection: self._publish(connection, events))
        self._relay.look()
        return part.run

    async def cancel(self, run: str, *, why: str) -> None:
        """Tell everybody that the run is to be taken back; raises UsageError for a run that is not known here."""
        part = await self._part(run)
        event = playing.cancelled(self._stage_of(part), part, why)
        await self._database.do(lambda connection: self._publish(connection, [event]))
        self._relay.look()

    async def tell(self, run: str, event: str, data: Any = None, *, rejected: str = "") -> None:
        """Something that a step of this service waits for has come; if the wait is still to come, it is kept."""
        await self._part(run)
        to_text(data, "the event")
        arrival = Arrival(event, "no" if rejected else "ok", rejected, data)
        await self._happens(lambda connection: self._arrive(connection, run, arrival))

    async def view(self, run: str, step: str) -> State | None:
        """The record that this service keeps of the run for one of its steps; None before the step is concerned."""
        part = await self._part(run)
        return part.views[self._stage_of(part).flow.index[step]].state

    async def forget(self, older_than: timedelta) -> int:
        """How many runs were forgotten of which nothing was heard for so long, and in which nothing is to be done."""
        before_s = self._clock.now_s() - older_than.total_seconds()
        return await self._database.do(lambda connection: carry_out(connection, parts.forget(self.name, before_s)))

    async def _part(self, run: str) -> Part:
        found = await self._database.do(lambda connection: carry_out(connection, parts.look(self.name, run)))
        if found is None:
            raise UsageError(f"`{self.name}` has not heard of the run `{run}`")
        return found

    async def _happens(self, what: Callable[[Connection], Played | None]) -> None:
        """It is committed, told of, and followed by what it makes due."""
        played = await self._database.do(what)
        for change in played.changes if played is not None else ():
            self._observer.on_change(change)
        self._relay.look()
        self._news.set()

    # -- what comes in

    async def _receive(self, body: str) -> None:
        try:
            event = read(body)
            if not isinstance(event, Published) or event.saga != self._current.saga.id:
                raise BadMessage("it is no event of its saga")
            if event.digest not in self._definitions:
                raise UnknownDefinition(
                    f"the run `{event.run}` follows another definition of `{event.saga}` than `{self.name}` knows",
                    help="give the definition that it started with among the `earlier` ones",
                )
            await self._happens(lambda connection: self._hear(connection, event))
        except BadMessage as error:
            self._observer.on_trouble(f"an event for `{self.name}` is dropped: {error}")
        except UnknownDefinition as error:
            self._observer.on_trouble(str(error))
            raise

    def _hear(self, connection: Connection, event: Published) -> Played:
        stage = self._stage(self._definitions[event.digest], event.input)
        part = carry_out(connection, parts.claim(self.name, event.run, stage.now_s))
        part = part or playing.begin(stage, event.run, event.correlation, event.input)
        return self._keep(connection, playing.hear(stage, part, event))

    def _arrive(self, connection: Connection, run: str, arrival: Arrival) -> Played:
        part = carry_out(connection, parts.claim(self.name, run, self._clock.now_s()))
        assert part is not None, "looked at before"
        return self._keep(connection, playing.arrive(self._stage_of(part), part, arrival))

    def _keep(self, connection: Connection, played: Played) -> Played:
        """The part, and what is published of it."""
        carry_out(connection, parts.keep(self.name, played.part, self._clock.now_s()))
        self._publish(connection, played.published)
        return played

    def _publish(self, connection: Connection, events: Iterable[Published]) -> None:
        messages = [
            outbox.Message("publish", playing.channel_of(event.saga, event.name), event.run, write(event))
            for event in events
        ]
        carry_out(connection, outbox.put(self.name, messages))

    # -- the work

    async def _work_on(self) -> None:
        """Do what is due in any run, again and again."""
        while True:
            self._news.clear()
            now_s = self._clock.now_s()
            due = await self._database.do(lambda connection: carry_out(connection, parts.due(self.name, now_s)))  # noqa: B023
            if due:
                await asyncio.gather(*map(self._advance, due))
                self._relay.look()
            else:
                await self._rest(now_s)

    async def _rest(self, now_s: float) -> None:
        """Until something comes in, or it is time to look again."""
        sleep = asyncio.ensure_future(self._clock.sleep_until(now_s + self._poll_s))
        news = asyncio.ensure_future(self._news.wait())
        try:
            await asyncio.wait({sleep, news}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            news.cancel()

    async def _advance(self, run: str) -> None:
        await self._happens(lambda connection: self._do_next(connection, run))

    def _do_next(self, connection: Connection, run: str) -> Played | None:
        """What is due: timers first, then a piece of work; somebody else may have been quicker."""
        part = carry_out(connection, parts.claim(self.name, run, self._clock.now_s()))
        if part is None:
            return carry_out(connection, parts.give_back(self.name, run))
        stage, message = self._stage_of(part), part.next_work
        if message is None or part.next_timer_s <= stage.now_s:
            return self._keep(connection, playing.time_passes(stage, part))
        found = self._work(connection, stage, part, message)
        return self._keep(connection, playing.done(stage, part, message, *found))

    def _work(self, connection: Connection, stage: Stage, part: Part, message: Message) -> Said:
        """What became of the work; of a try that failed nothing is left but the view that says so."""
        run = part.as_run(stage.flow.saga.id, message.step)
        order = order_of(stage.definition, stage.flow, run, message.step, message.operation, message)
        try:
            return self._carry_out(connection, order, partial(_context, run, order, connection))
        except Busy:
            raise  # nothing is known yet: it is done again
        except Exception as error:
            self._tell_of(error, order)
            return Said("error", said(error)[1])

    def _stage_of(self, part: Part) -> Stage:
        if part.digest not in self._definitions:
            raise UnknownDefinition(f"the run `{part.run}` follows a definition that `{self.name}` does not know")
        return self._stage(self._definitions[part.digest], part.input)


def _context(run: Run, order: Order, connection: Connection, result: Any) -> Context:
    """What a handler is given; the result is the one that the guard remembers."""
    return replace(context_of(run, order, connection), result=result)
