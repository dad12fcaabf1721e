"""The base of a service that runs sagas: a definition, a handler for each command, a store, and a loop that drives all.

async with OrderFulfillment(store=SqliteStore("sagas.db")) as sagas:
    run = await sagas.start({"order_id": "o-1"}, key="o-1")
    ended = await sagas.wait(run)
"""

from __future__ import annotations

import asyncio
import os
import random
from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from typing import Any, ClassVar, Final, NamedTuple, Self

from sagactl.errors import SagactlError, UnknownName, UsageError
from sagactl.machine.state import State, outcome, status
from sagactl.runtime.calls import Calls
from sagactl.runtime.change import Change, queued
from sagactl.runtime.clock import Clock, SystemClock
from sagactl.runtime.definition import Definition, load
from sagactl.runtime.engine import MANY, Doors, Engine, Live
from sagactl.runtime.handlers import Handlers, Kind, Mark
from sagactl.runtime.mailroom import Mailroom, UnknownRun
from sagactl.runtime.messages import Event, Request
from sagactl.runtime.observers import Logging, Observer, Observers
from sagactl.runtime.orders import Order
from sagactl.runtime.outbox import Outbox
from sagactl.runtime.record import Run, correlation_of, new_id, to_text
from sagactl.runtime.redaction import Redact
from sagactl.runtime.repairs import CANCEL, REPAIRS
from sagactl.runtime.store import Claimed, Outgoing, Store, Write
from sagactl.runtime.transports import Transport
from sagactl.runtime.transports.in_process import InProcessTransport
from sagactl.runtime.writer import Writer
from sagactl.trace import RunOutcome, Status

LEFT_FOR_S: Final = 60.0
"""How long a run that nobody here can drive is left to others before it is looked at again."""


class Ended(NamedTuple):
    """How a run ended, and what its steps answered; `outcome` is None while it goes on."""

    run: str
    status: Status
    outcome: RunOutcome | None
    results: Mapping[str, Any]


class SagaOrchestrator:
    """Runs the sagas of one definition.

    A subclass names its `definition` and has a method for each command, `reserve_items` for `ReserveItems`; what a
    participant in `remote` does goes out as messages instead.  `bulkhead` says how many calls of a participant may go
    on at once, and `forget_after_s` how long runs are kept that have ended (else for ever).
    Several processes with the same store share the work, and one takes over what another leaves.
    """

    definition: ClassVar[str] = ""
    remote: ClassVar[Collection[str]] = ()
    bulkhead: ClassVar[Mapping[str, int]] = {}

    def __init__(
        self,
        *,
        store: Store,
        definition: str | Definition | None = None,
        transport: Transport | None = None,
        clock: Clock | None = None,
        observers: Iterable[Observer] = (),
        remote: Collection[str] | None = None,
        bulkhead: Mapping[str, int] | None = None,
        worker: str = "",
        lease_s: float = 30.0,
        poll_s: float = 0.5,
        most_runs: int = 1_000,
        forget_after_s: float | None = None,
        seed: int | None = None,
        redact: Redact | None = None,
    ) -> None:
        wanted = definition or self.definition
        if not wanted:
            raise UsageError(f"`{type(self).__name__}` names no definition", help="set `definition` to a file")
        self._current = wanted if isinstance(wanted, Definition) else load(wanted)
        self._saga = self._current.saga
        self._handlers = Handlers(self, self.remote if remote is None else remote, dir(SagaOrchestrator))
        self._observer = Observers((Logging(), *observers))
        self._clock = clock or SystemClock()
        self._transport = transport or InProcessTransport()
        self._worker = worker or f"{os.uname().nodename}-{os.getpid()}-{os.urandom(3).hex()}"
        self._lease_s, self._poll_s, self._most_runs = lease_s, poll_s, most_runs
        self._forget_after_s = forget_after_s
        self._bulkhead = self.bulkhead if bulkhead is None else bulkhead
        self._definitions = {self._current.digest: self._current}
        self._drivable: set[str] = set()
        self._waiters: dict[str, list[asyncio.Future[Ended]]] = {}
        self._writer = Writer(store)
        self._random = random.Random(seed)
        self._redact = redact
        self._tasks: list[asyncio.Task[None]] = []
        self._look = asyncio.Event()
        self._alive_until_s = 0.0

    def on(self, kind: Kind, command: str, handler: Any, *, participant: str = "") -> None:
        """Let a function carry out a command, in the place of a method."""
        self._handlers.add(Mark(kind, command, participant), handler)

    # -- life

    async def __aenter__(self) -> Self:
        await self.open()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def open(self) -> None:
        """Check that everything can be carried out, install the store, take up what is left, and start to work."""
        self._handlers.check(self._current.flow({}))
        self._calls = Calls(self._handlers, self._bulkhead, self._observer)
        doors = Doors(
            self._carry_out, self._calls.work_of, self._handlers.is_remote, self._ended, self._ask_mail,
            self._send_later,
        )  # fmt: skip
        self._engine = Engine(
            self._worker, self._writer, self._clock, self._random.uniform, self._observer, doors, self._channel,
            self._redact,
        )  # fmt: skip
        self._mailroom = Mailroom(self._engine, self._writer, self._clock, self._observer, self._enter)
        self._outbox = Outbox(self._writer, self._transport, self._worker, self._clock, self._observer, self._left)
        store = self._writer.store
        await self._writer.ask(store.install)
        await self._keep(self._current)
        await self._know_old_definitions()
        await self._beat()
        await self._transport.subscribe(self._channel, self._mailroom.receive)
        await self._transport.open()
        loop = asyncio.get_running_loop()
        self._stop_listening = store.listen(partial(_look_again, loop, self._look))
        self._tasks = [
            asyncio.create_task(self._serve(serve))
            for serve in (self._engine.timers.serve, self._outbox.serve, self._work)
        ]

    async def close(self) -> None:
        """Stop: what is under way is let go of, and whoever shares the store goes on with it."""
        self._stop_listening()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        await self._transport.close()
        await self._engine.close()
        await self._writer.ask(self._writer.store.retire, self._worker)
        await self._writer.close()

    @property
    def _channel(self) -> str:
        """Where replies, events and requests for this saga come in."""
        return f"{self._saga.id}.replies"

    async def _serve(self, serve: Any) -> None:
        """A loop that must not end: what it meets is told, and it goes on."""
        while True:
            try:
                await serve()
            except asyncio.CancelledError:
                raise
            except Exception as error:
                self._observer.on_trouble("the worker met trouble and goes on", error)
                await asyncio.sleep(self._poll_s)

    # -- definitions

    async def _keep(self, definition: Definition) -> None:
        saga = definition.saga
        keep = self._writer.store.keep_definition
        await self._writer.ask(keep, definition.digest, saga.id, saga.version or 1, definition.text)

    async def _know_old_definitions(self) -> None:
        """Runs keep the definition that they started with: its commands must have handlers, too."""
        for digest in await self._writer.ask(self._writer.store.definitions_in_use, self._saga.id):
            await self._to_drive(digest)

    async def _definition(self, digest: str) -> Definition:
        if digest not in self._definitions:
            text = await self._writer.ask(self._writer.store.definition, digest)
            if text is None:
                raise SagactlError(f"the store lacks the definition `{digest}`, which a run follows")
            self._definitions[digest] = Definition.of_text(text)
        return self._definitions[digest]

    async def _to_drive(self, digest: str) -> Definition:
        """The definition of runs that are driven here; raises UsageError if nobody carries out its commands."""
        definition = await self._definition(digest)
        if digest not in self._drivable:
            self._handlers.check(definition.flow({}))
            self._drivable.add(digest)
        return definition

    # -- starting and waiting

    async def start(self, input: Mapping[str, Any] | None = None, *, key: str = "", correlation: str = "") -> str:
        """Start a run and return its id; the same key again returns the id of the run that it started before."""
        data = dict(input or {})
        problems = self._current.input_problems(data)
        if problems:
            raise UsageError(f"`{self._saga.id}` cannot start: {problems[0]}", help="; ".join(problems[1:]))
        to_text(data, "the input")
        now_s = self._clock.now_s()
        id = new_id()
        nothing = State("forward", ())
        run = Run(
            id=id, saga=self._saga.id, digest=self._current.digest, start_key=key or id,
            correlation=correlation or correlation_of(self._saga, data) or id, input=data, state=nothing,
            started_s=now_s, changed_s=now_s,
        )  # fmt: skip
        written = await self._engine.start(run, self._current)
        if written.fate == "full":
            written = await self._writer.write(self._queued(run))
        if written.fate == "exists":
            found = await self._writer.ask(self._writer.store.find, self._saga.id, run.start_key)
            assert found is not None
            return found
        if written.error is not None:
            raise written.error
        return id

    def _queued(self, run: Run) -> Write:
        waiting = replace(queued(self._current, run), revision=1)
        return Write(Change(waiting, "Queued", ()), 0, self._worker)

    async def run(self, input: Mapping[str, Any] | None = None, *, key: str = "") -> Ended:
        """Start a run and wait for its end."""
        return await self.wait(await self.start(input, key=key))

    async def wait(self, run: str) -> Ended:
        """How the run ended; it may be driven by another process."""
        waiter: asyncio.Future[Ended] = asyncio.get_running_loop().create_future()
        self._waiters.setdefault(run, []).append(waiter)
        try:
            while True:
                if run not in self._engine.runs:
                    found = await self.result(run)
                    if found.outcome is not None:
                        return found
                done, _ = await asyncio.wait({waiter}, timeout=self._poll_s)
                if done:
                    return waiter.result()
        finally:
            self._waiters[run].remove(waiter)
            if not self._waiters[run]:
                del self._waiters[run]

    async def result(self, run: str) -> Ended:
        """How the run stands now; raises UnknownRun."""
        found = await self._writer.ask(self._writer.store.load, run)
        if found is None:
            raise UnknownRun(f"there is no run `{run}` in the store")
        return _ended(await self._definition(found.digest), found)

    def _ended(self, live: Live, change: Change) -> None:
        self._look.set()
        for waiter in self._waiters.get(live.run.id, ()):
            if not waiter.done():
                waiter.set_result(_ended(live.definition, change.run))

    # -- what comes in

    async def tell(self, run: str, event: str, data: Any = None, *, rejected: str = "", message: str = "") -> None:
        """Something that a run waits for has come; if the wait is still to come, it is kept until then."""
        id = message or f"event/{new_id()}"
        await self._mailroom.take(Event(id, run, event, "no" if rejected else "ok", rejected, data))

    async def cancel(self, run: str, *, who: str, why: str) -> None:
        """Ask for the run to be taken back."""
        await self._mailroom.take(Request(f"request/{new_id()}", run, CANCEL, who=who, why=why))

    async def repair(self, run: str, what: str, step: str, *, who: str, why: str, result: Any = None) -> None:
        """Ask for a repair by its name, such as `retry`; `result` is that of a step that turned out to be done."""
        if what not in REPAIRS:
            raise UnknownName("repair", what, REPAIRS)
        await self._mailroom.take(Request(f"request/{new_id()}", run, what, step, who, why, result))

    # -- the work

    async def _carry_out(self, live: Live, order: Order) -> None:
        found = await self._calls.call(live, order)
        if found is not None and self._engine.runs.get(live.run.id) is live:
            live.done((order.step, order.operation, order.attempt))
            self._engine.happen(live, found)

    def _ask_mail(self, live: Live) -> None:
        self._mailroom.ask(live)

    def _send_later(self, messages: Iterable[Outgoing]) -> None:
        self._outbox.add(messages)

    def _left(self, runs: Iterable[str]) -> None:
        for run in runs:
            if run in self._engine.runs:
                self._engine.runs[run].sending = False

    async def _work(self) -> None:
        """Live on, take up what is due or abandoned, and look for mail, again and again."""
        store = self._writer.store
        while True:
            now_s = self._clock.now_s()
            if now_s > self._alive_until_s:
                self._lost_the_lease()
            if now_s > self._alive_until_s - self._lease_s * 2 / 3:
                await self._beat()
            room = self._most_runs - len(self._engine.runs)
            if room > 0:
                for claimed in await self._writer.ask(
                    store.claim, self._worker, (self._saga.id,), now_s, min(room, 100)
                ):
                    await self._enter(claimed)
            await self._take_up_again()
            await self._mailroom.look()
            await self._outbox.look()
            for run in await self._writer.ask(store.overdue, (self._saga.id,), now_s):
                self._observer.on_stuck(run)
            if self._forget_after_s is not None:
                await self._writer.ask(store.forget, now_s - self._forget_after_s)
            self._observer.on_look(self._saga.id, len(self._engine.runs))
            await self._rest(now_s)

    async def _take_up_again(self) -> None:
        """Runs that may still be ours."""
        doubtful, self._engine.doubtful = self._engine.doubtful, set()
        for run in doubtful:
            claimed = await self._writer.ask(self._writer.store.claim_run, self._worker, run, self._clock.now_s())
            if claimed is not None:
                await self._enter(claimed)

    async def _rest(self, now_s: float) -> None:
        """Until the next look, or a run has ended and another may have its turn."""
        self._look.clear()
        sleep = asyncio.ensure_future(self._clock.sleep_until(now_s + self._poll_s))
        look = asyncio.ensure_future(self._look.wait())
        try:
            await asyncio.wait({sleep, look}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            sleep.cancel()
            look.cancel()

    def _lost_the_lease(self) -> None:
        """The process stood still for too long: others may have taken over everything."""
        if self._alive_until_s and self._engine.runs:
            self._observer.on_trouble("the lease was lost, everything that was under way is let go of")
            for run in list(self._engine.runs):
                self._engine.drop(run)

    async def _beat(self) -> None:
        until_s = self._clock.now_s() + self._lease_s
        await self._writer.ask(self._writer.store.beat, self._worker, until_s)
        self._alive_until_s = until_s

    async def _enter(self, claimed: Claimed) -> None:
        """A run whose commands nobody here can carry out is left to a worker of another version."""
        try:
            definition = await self._to_drive(claimed.run.digest)
        except UsageError as error:
            self._observer.on_trouble(f"the run `{claimed.run.id}` is left to another worker: {error.message}")
            later_s = self._clock.now_s() + LEFT_FOR_S
            await self._writer.ask(self._writer.store.release, self._worker, claimed.run.id, later_s, MANY)
        else:
            await self._engine.enter(claimed, definition)


def _look_again(loop: asyncio.AbstractEventLoop, look: asyncio.Event) -> None:
    """From another thread; a loop that has ended needs to look no more."""
    with suppress(RuntimeError):
        loop.call_soon_threadsafe(look.set)


def _ended(definition: Definition, run: Run) -> Ended:
    flow = definition.flow(run.input)
    return Ended(run.id, status(flow, run.state), outcome(flow, run.state), run.results)
