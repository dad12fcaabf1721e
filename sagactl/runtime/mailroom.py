"""What comes in for runs: replies, events, and what people ask; kept until whoever drives the run has taken it."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable

from sagactl.errors import UsageError
from sagactl.machine import events as e
from sagactl.runtime.clock import Clock
from sagactl.runtime.engine import Engine, Live, Occurrence
from sagactl.runtime.messages import BadMessage, Command, Event, Message, Published, Reply, Request, read, write
from sagactl.runtime.observers import Observer
from sagactl.runtime.orders import event_of
from sagactl.runtime.repairs import CANCEL, is_repair, wanted_of
from sagactl.runtime.store import Act, Claimed, Mail
from sagactl.runtime.writer import Writer


class UnknownRun(UsageError):
    """There is no such run in the store."""


class Mailroom:
    """Every message counts once, whoever receives it and however often it comes."""

    def __init__(
        self,
        engine: Engine,
        writer: Writer,
        clock: Clock,
        observer: Observer,
        enter: Callable[[Claimed], Awaitable[None]],
    ) -> None:
        self._engine, self._writer, self._clock, self._observer = engine, writer, clock, observer
        self._worker, self._enter = engine.worker, enter
        self._asking: set[asyncio.Task[None]] = set()

    async def receive(self, body: str) -> None:
        """A message from the transport; one that cannot be read is told of and dropped, for it will never be better."""
        try:
            await self.take(read(body))
        except (BadMessage, UnknownRun) as error:
            self._observer.on_trouble(str(error))

    async def take(self, message: Message) -> None:
        """A message for a run, wherever that run is; raises UnknownRun."""
        if isinstance(message, Command | Published):
            raise BadMessage("commands and events of a choreography have no business here: they are for participants")
        live = self._engine.runs.get(message.run)
        if live is not None and self._deliver(live, message):
            return
        if await self._post(message):
            live = self._engine.runs.get(message.run)
            if live is not None:
                self.ask(live)
            else:
                await self._claim_run(message.run)

    async def _post(self, message: Message) -> bool:
        """Keep the message with the run; False if it came before.  Whoever drives the run will take it."""
        store = self._writer.store
        run = await self._writer.ask(store.load, message.run)
        if run is None:
            raise UnknownRun(f"there is no run `{message.run}` in the store")
        if run.has_ended and not is_repair(message):
            self._observer.on_trouble(
                f"the run `{run.id}` has ended, and a {type(message).__name__.lower()} came for it"
            )
            return False
        mail = Mail(message.id, message.run, write(message), reopens=is_repair(message))
        return await self._writer.ask(store.post, mail, self._clock.now_s())

    async def _claim_run(self, run: str) -> None:
        claimed = await self._writer.ask(self._writer.store.claim_run, self._worker, run, self._clock.now_s())
        if claimed is not None:
            await self._enter(claimed)

    def ask(self, live: Live) -> None:
        """Somebody may have written to the run before it was here, or before it waited."""
        task = asyncio.create_task(self._mail_of(live))
        self._asking.add(task)
        task.add_done_callback(self._asking.discard)

    async def _mail_of(self, live: Live) -> None:
        """Take what waits for the run; with nothing to take and nothing to do, it is let go of."""
        store, run = self._writer.store, live.run.id
        while True:
            waiting = await self._writer.ask(store.mail_of, run)
            taken = [mail for mail in waiting if self._deliver_mail(live, mail)]
            if taken or not self._engine.is_idle(live):
                return
            if await self._writer.ask(store.release, self._worker, run, live.run.wake_s, len(waiting)):
                if self._engine.is_idle(live):
                    self._engine.drop(run)
                return

    def _deliver_mail(self, live: Live, mail: Mail) -> bool:
        try:
            return self._deliver(live, read(mail.body))
        except BadMessage as error:
            self._observer.on_trouble(str(error))
            return False

    def _deliver(self, live: Live, message: Message) -> bool:
        """The message becomes what the machine hears; False if nothing of the run waits for it now."""
        found: Occurrence | None = None
        if isinstance(message, Reply):
            found = _of_reply(live, message)
        elif isinstance(message, Event):
            found = _of_event(live, message)
        elif isinstance(message, Request):
            found = _of_request(live, message, self._clock.now_s())
        if found is None:
            return False
        self._engine.happen(live, found)
        return True

    async def look(self) -> None:
        """Take what waits for the runs that are here."""
        if self._engine.runs:
            for mail in await self._writer.ask(self._writer.store.mail_for, self._worker):
                if mail.run in self._engine.runs:
                    self._deliver_mail(self._engine.runs[mail.run], mail)


def _of_reply(live: Live, reply: Reply) -> Occurrence | None:
    event = event_of(live.flow, reply.step, reply.operation, reply.attempt, reply.answer, reply.detail)
    return None if event is None else Occurrence(event, reply.result, reply.id, restarts=reply.restarts)


def _of_request(live: Live, request: Request, now_s: float) -> Occurrence:
    """What a person asks for, which is an act once it is carried out."""
    act = Act(request.run, request.what, request.step, request.who, request.why, now_s)
    if request.what == CANCEL:
        return Occurrence(e.CancelRequested(), f"{request.who}: {request.why}", request.id, act)
    return Occurrence(wanted_of(live.flow, request), request.result, request.id, act)


def _of_event(live: Live, event: Event) -> Occurrence | None:
    """The step that waits for it; None while no step does, and then the message stays where it is."""
    for plan, step in zip(live.flow.steps, live.run.state.steps, strict=True):
        if plan.step.wait is not None and plan.step.wait.name == event.name and step.record == "requested":
            made = event_of(live.flow, plan.id, "wait", 1, event.answer, event.detail)
            return None if made is None else Occurrence(made, event.data, event.id)
    return None
