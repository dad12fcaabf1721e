"""The runs that a worker drives: events come in, changes are written, and only then their orders are carried out.

Rule 1.  Each run is changed by one event at a time, from the record that was written last.
Rule 2.  Nothing is carried out before the change that orders it is written.
Rule 3.  Who finds that somebody else has changed a run lets go of it at once, with all that is under way for it.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable, Coroutine, Iterable
from dataclasses import replace
from functools import partial
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow
from sagactl.machine import events as e
from sagactl.machine.repair import Repair
from sagactl.machine.state import ACTIVE
from sagactl.runtime.change import Change, Draw, begin, outstanding, react
from sagactl.runtime.clock import Clock
from sagactl.runtime.context import said
from sagactl.runtime.definition import Definition
from sagactl.runtime.messages import command_of, write
from sagactl.runtime.observers import Observer
from sagactl.runtime.orders import Order, event_of
from sagactl.runtime.record import Run, Timer
from sagactl.runtime.redaction import Redact, redacted
from sagactl.runtime.repairs import REFUSED, Refused, mend, refusal
from sagactl.runtime.store import Act, Claimed, Outgoing, Work, Write, Written
from sagactl.runtime.timers import Timers
from sagactl.runtime.writer import Writer
from sagactl.trace import Moment

MANY: Final = 1_000_000
HOLD_S: Final = 30.0
"""A run whose next timer is further away than this needs nobody, and is let go of."""


class Occurrence(NamedTuple):
    """Something that happens to a run: an event, with the result or the message it came with, or an act of a person."""

    event: e.Event | Repair
    result: Any = None
    message: str = ""
    act: Act | None = None
    restarts: int = -1


Local = Callable[[Any, Run], tuple[e.Event, Any]]
"""Work in the store's own transaction: the connection and the run in, the event and the result out."""


class Live:
    """One run in the hands of this worker."""

    __slots__ = ("definition", "flow", "orders", "pumping", "run", "sending", "waiting")

    def __init__(self, run: Run, definition: Definition) -> None:
        self.run, self.definition = run, definition
        self.flow: Flow = definition.flow(run.input)
        self.waiting: deque[Occurrence | Order] = deque()
        self.orders: dict[tuple[str, str, int], asyncio.Task[None]] = {}
        self.pumping = False
        self.sending = False

    def done(self, slot: tuple[str, str, int], _: object = None) -> None:
        """An order is not under way any more."""
        self.orders.pop(slot, None)


class Doors(NamedTuple):
    """How the engine reaches what is not its own: who carries orders out, and who wants to know."""

    carry_out: Callable[[Live, Order], Coroutine[Any, Any, None]]
    work_of: Callable[[Live, Order], Local]
    is_remote: Callable[[Order], bool]
    ended: Callable[[Live, Change], None]
    ask_mail: Callable[[Live], None]
    sent_later: Callable[[Iterable[Outgoing]], None]


class Engine:
    """Events of many runs at the same time, each run in its own order."""

    def __init__(
        self, worker: str, writer: Writer, clock: Clock, draw: Draw, observer: Observer, doors: Doors, reply_to: str,
        redact: Redact | None = None,
    ) -> None:  # fmt: skip
        self.worker, self.writer, self.clock, self.draw = worker, writer, clock, draw
        self.observer, self.doors, self.reply_to, self.redact = observer, doors, reply_to, redact
        self.runs: dict[str, Live] = {}
        self.doubtful: set[str] = set()
        """Runs of which this worker does not know any more how they stand: to be taken up again from the store."""
        self.timers = Timers(clock, self._timer_fires)
        self._pumps: set[asyncio.Task[None]] = set()

    # -- how runs come in

    async def start(self, run: Run, definition: Definition) -> Written:
        """A new run: written first, then carried out."""
        live = Live(run, definition)
        live.pumping = True
        change = begin(definition, run, self.clock.now_s(), self.draw)
        written = await self._write(live, change, expects=0, at_most=definition.saga.limits.concurrency)
        self._rest(live)
        return written

    async def enter(self, claimed: Claimed, definition: Definition) -> None:
        """A run that this worker has taken over; what a dead owner had under way is carried out again."""
        live = Live(claimed.run, definition)
        self.runs[live.run.id] = live
        if not live.run.begun:
            await self._begin(live)
            return
        self.timers.watch(live.run.id, live.run.timers)
        self.doors.ask_mail(live)
        orders = [order for order in outstanding(definition, live.run) if not self.doors.is_remote(order)]
        if claimed.orphaned and not live.run.has_ended:
            crashed = Change(
                replace(live.run, revision=live.run.revision + 1),
                "Crashed",
                (Moment("crashed", t_s=max(0.0, self.clock.now_s() - live.run.started_s)),),
                tuple(orders),
            )
            live.pumping = True
            await self._write(live, crashed, expects=live.run.revision)
            self._rest(live)
        else:
            self._carry_out(live, orders)

    async def _begin(self, live: Live) -> None:
        live.pumping = True
        change = begin(live.definition, live.run, self.clock.now_s(), self.draw)
        limit = live.definition.saga.limits.concurrency
        written = await self._write(live, change, expects=live.run.revision, at_most=limit)
        if written.fate == "full":
            self.drop(live.run.id)
            store = self.writer.store
            await self.writer.ask(store.release, self.worker, live.run.id, live.run.changed_s, MANY)
        self._rest(live)

    # -- what happens to them

    def happen(self, live: Live, occurrence: Occurrence | Order) -> None:
        """It happens to the run as soon as what came before is written."""
        live.waiting.append(occurrence)
        if not live.pumping:
            self._pump_later(live)

    def _pump_later(self, live: Live) -> None:
        live.pumping = True
        task = asyncio.create_task(self._pump(live))
        self._pumps.add(task)
        task.add_done_callback(self._pumps.discard)

    async def _pump(self, live: Live) -> None:
        try:
            while live.waiting and self.runs.get(live.run.id) is live:
                next = live.waiting.popleft()
                if isinstance(next, Order):
                    await self._work(live, next)
                else:
                    await self._react(live, next)
        except Exception as error:
            self.observer.on_trouble(f"the run `{live.run.id}` could not be written; it is taken up again later", error)
            self._doubt(live.run.id)
        finally:
            self._rest(live)

    def _rest(self, live: Live) -> None:
        """What was going on with the run is written; what came in meanwhile is next."""
        live.pumping = False
        if live.waiting and self.runs.get(live.run.id) is live:
            self._pump_later(live)

    async def _react(self, live: Live, next: Occurrence) -> None:
        if next.restarts not in (-1, live.run.state.restarts):
            return  # an answer to an earlier try of the whole saga
        if isinstance(next.event, Repair):
            await self._repair(live, next, next.event)
            return
        change = react(live.definition, live.run, next.event, self.clock.now_s(), self.draw, next.result)
        if not change.moments and not change.orders and change.run.state == live.run.state and next.act is None:
            return
        await self._write(live, change, expects=live.run.revision, message=next.message, act=next.act)

    async def _repair(self, live: Live, next: Occurrence, wanted: Repair) -> None:
        """What is refused is told, and is no act."""
        assert next.act is not None, "a repair is somebody's"
        now_s, act = self.clock.now_s(), next.act
        try:
            change = mend(live.definition, live.run, wanted, act, now_s, self.draw, next.result)
        except Refused as refused:
            change = refusal(live.definition, live.run, act, refused, now_s)
        kept = act if change.event != REFUSED else None
        await self._write(live, change, expects=live.run.revision, message=next.message, act=kept)

    async def _work(self, live: Live, order: Order) -> None:
        """A local step: its work and its transition are one transaction."""
        if not self.is_current(live, order):
            return
        work = self.doors.work_of(live, order)
        run = live.run

        def in_transaction(connection: Any) -> Write:
            event, result = work(connection, run)
            change = react(live.definition, run, event, self.clock.now_s(), self.draw, result)
            return self._as_write(live, change, expects=run.revision)

        written = await self._commit(live, in_transaction)
        if written.error is not None:
            event = event_of(live.flow, order.step, order.operation, order.attempt, *said(written.error))
            assert event is not None
            await self._react(live, Occurrence(event, restarts=order.restarts))

    def is_current(self, live: Live, order: Order) -> bool:
        """Whether the run still waits for what the order is about."""
        step = live.run.state.steps[live.flow.index[order.step]]
        return step.record in ACTIVE and step.tries == order.attempt and live.run.state.restarts == order.restarts

    # -- writing

    async def _write(
        self, live: Live, change: Change, *, expects: int, message: str = "", act: Act | None = None,
        at_most: int | None = None,
    ) -> Written:  # fmt: skip
        return await self._commit(live, self._as_write(live, change, expects, message, act, at_most))

    async def _commit(self, live: Live, proposal: Write | Work) -> Written:
        written = await self.writer.write(proposal)
        if written.fate == "written" and written.write is not None:
            self._written(live, written.write, written)
        elif written.fate == "stale":
            self.observer.on_trouble(f"the run `{live.run.id}` was changed by somebody else")
            self._doubt(live.run.id)
        elif written.fate == "exists":
            self.doubtful.add(live.run.id)
        return written

    def _as_write(
        self, live: Live, change: Change, expects: int, message: str = "", act: Act | None = None,
        at_most: int | None = None,
    ) -> Write:  # fmt: skip
        outbox = tuple(self._outgoing(order) for order in change.orders if self.doors.is_remote(order))
        stuck_after_s = live.definition.saga.limits.stuck_after_s
        return Write(
            redacted(change, self.redact), expects, self.worker, self._keeps(live, change), message, outbox, act,
            at_most, None if stuck_after_s is None or change.ended else change.run.started_s + stuck_after_s,
        )  # fmt: skip

    def _outgoing(self, order: Order) -> Outgoing:
        return Outgoing(order.run, order.participant, write(command_of(order, self.reply_to)))

    def _keeps(self, live: Live, change: Change) -> bool:
        """Whether the run needs somebody after this change."""
        if change.ended is not None:
            return False
        return bool(live.waiting or live.orders or change.orders) or self._is_due_soon(change.run)

    def _is_due_soon(self, run: Run) -> bool:
        return run.wake_s is not None and run.wake_s - self.clock.now_s() < HOLD_S

    def is_idle(self, live: Live) -> bool:
        """Whether nothing goes on with the run here, and nothing will for some time."""
        busy = live.waiting or live.orders or live.pumping or live.sending
        return self.runs.get(live.run.id) is live and not busy and not self._is_due_soon(live.run)

    def _written(self, live: Live, write: Write, written: Written) -> None:
        """The change holds: now what it orders is carried out."""
        change, before = write.change, live.run
        live.run = change.run
        self.observer.on_change(change)
        if written.outbox:
            live.sending = True
            self.doors.sent_later(written.outbox)
        if write.keeps:
            self.runs[live.run.id] = live
            known = {(timer.due_s, timer.name) for timer in before.timers}
            news = (timer for timer in change.run.timers if (timer.due_s, timer.name) not in known)
            self.timers.watch(live.run.id, news)
            self._call_off(live)
            self._carry_out(live, change.orders)
        else:
            self.drop(live.run.id)
        if change.ended is not None:
            self.doors.ended(live, change)

    def _carry_out(self, live: Live, orders: Iterable[Order]) -> None:
        for order in orders:
            self.observer.on_order(order)
            if order.operation == "wait":
                self.doors.ask_mail(live)
            elif order.local:
                self.happen(live, order)
            elif not self.doors.is_remote(order):
                slot = (order.step, order.operation, order.attempt)
                live.orders[slot] = asyncio.create_task(self.doors.carry_out(live, order))
                live.orders[slot].add_done_callback(partial(live.done, slot))

    def _call_off(self, live: Live) -> None:
        """What is carried out here and is not waited for any more."""
        for (step, operation, attempt), task in list(live.orders.items()):
            state = live.run.state.steps[live.flow.index[step]]
            if state.record not in ACTIVE or (state.tries != attempt and operation != "status"):
                task.cancel()

    def _doubt(self, run: str) -> None:
        """Let go of a run; if it is still ours, a commit was lost or not heard of, and it is taken up again."""
        self.drop(run)
        self.doubtful.add(run)

    def drop(self, run: str) -> None:
        """Let go of a run; what is under way for it is called off."""
        live = self.runs.pop(run, None)
        self.timers.drop(run)
        if live is not None:
            for task in live.orders.values():
                task.cancel()

    def _timer_fires(self, run: str, timer: Timer) -> None:
        live = self.runs.get(run)
        if live is not None and any(timer is known for known in live.run.timers):
            self.happen(live, Occurrence(timer.event, restarts=live.run.state.restarts))

    async def close(self) -> None:
        """Write what has happened, and let go of everything."""
        for run in list(self.runs):
            self.drop(run)
        if self._pumps:
            await asyncio.wait(self._pumps)
