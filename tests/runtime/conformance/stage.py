"""A rehearsed run played again on the runtime: the same messages arrive, and the same things are told of it.

The rehearsal's moves are what the world does: answers arrive, things from outside come, the process dies.  What the
runtime does about them (its commands, its timers, its record) is its own; every message that the rehearsal delivers
must have been sent by the runtime, and every timer must go off by itself at the rehearsal's time.
"""

from __future__ import annotations

import asyncio
import math
from collections import Counter, defaultdict
from collections.abc import Iterator
from concurrent.futures import Executor, Future
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow
from sagactl.machine import events as e
from sagactl.runtime import change
from sagactl.runtime.clock import VirtualClock
from sagactl.runtime.context import Context, Failed, Rejected
from sagactl.runtime.definition import Definition
from sagactl.runtime.engine import Live, Occurrence
from sagactl.runtime.handlers import needs
from sagactl.runtime.messages import Command, Reply, read
from sagactl.runtime.orchestrator import SagaOrchestrator
from sagactl.runtime.orders import Order
from sagactl.runtime.store import LogEntry, Store
from sagactl.runtime.transports import Receive
from sagactl.simulator.plan import Plan
from sagactl.simulator.rehearsal import Rehearsal
from sagactl.trace import Moment
from sagactl.world.moments import participant_of
from sagactl.world.parts import Move

FOR_EVER_S: Final = 1e11

THEIRS: Final = frozenset(
    {"executed", "deduplicated", "refused", "turned-down", "broke", "lost", "duplicated", "forgotten", "answered",
     "nothing-to-undo", "undo-executed"}
)  # fmt: skip
"""What only participants and the network know."""


class Played(NamedTuple):
    """A rehearsal with its moves and their times."""

    moves: tuple[tuple[float, Move], ...]
    moments: tuple[Moment, ...]
    outcome: str


class Noting(Rehearsal):
    """A rehearsal that notes its moves."""

    def __init__(self, flow: Flow, plan: Plan) -> None:
        self.noted: list[tuple[float, Move]] = []
        super().__init__(flow, plan)

    def happen(self, move: Move) -> None:
        self.noted.append((self.now_s, move))
        super().happen(move)


def rehearsed(flow: Flow, plan: Plan) -> Played:
    rehearsal = Noting(flow, plan)
    trace = rehearsal.play()
    return Played(tuple(rehearsal.noted), trace.moments, trace.outcome)


class Inline(Executor):
    """Everything at once and in the thread of the test, so that a run is the same each time."""

    def submit(self, function: Any, /, *values: Any, **words: Any) -> Future[Any]:
        done: Future[Any] = Future()
        try:
            done.set_result(function(*values, **words))
        except BaseException as error:
            done.set_exception(error)
        return done


class Wire:
    """A transport that delivers nothing by itself: what was sent waits for the rehearsal to deliver it."""

    def __init__(self) -> None:
        self.sent: Counter[tuple[str, str, int, int]] = Counter()
        self.commands: dict[tuple[str, str, int, int], Command] = {}
        self.receive: Receive | None = None

    async def subscribe(self, channel: str, receive: Receive) -> None:
        self.receive = receive

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def send(self, channel: str, body: str, key: str) -> None:
        command = read(body)
        assert isinstance(command, Command)
        assert channel == command.participant
        name = (command.step, command.operation, command.attempt, command.restarts)
        self.sent[name] += 1
        self.commands[name] = command


class Actor(SagaOrchestrator):
    """Everything is remote but the local steps, which do what the rehearsal says."""

    says: dict[tuple[str, str], list[BaseException | None]]

    def __init__(
        self, definition: Definition, flow: Flow, store: Store, clock: VirtualClock, wire: Wire, n: int
    ) -> None:
        remote = {participant_of(plan, "action") for plan in flow.steps} | {
            participant_of(plan, "undo") for plan in flow.steps
        }
        super().__init__(
            definition=definition, store=store, clock=clock, transport=wire, remote=remote, worker=f"worker-{n}",
            lease_s=FOR_EVER_S, poll_s=FOR_EVER_S,
        )  # fmt: skip
        self._writer._thread = Inline()  # type: ignore[assignment]
        self._random.uniform = lambda least, most: most  # type: ignore[method-assign]
        for need in needs(flow, remote):
            self.on(need.mark.kind, need.mark.command, self._local)
        self.held: list[tuple[Live, Order]] = []

    async def open(self) -> None:
        await super().open()
        happen = self._engine.happen

        def hold(live: Live, what: Occurrence | Order) -> None:
            """The work of a local step waits for the rehearsal to do it."""
            if isinstance(what, Order):
                self.held.append((live, what))
                live.orders[(what.step, "held", what.attempt)] = asyncio.get_running_loop().create_future()  # type: ignore[assignment]
            else:
                happen(live, what)

        self._engine.happen = hold  # type: ignore[method-assign]
        self.do = happen
        self._look.set()

    def _local(self, context: Context) -> dict[str, Any]:
        waiting = self.says.get((context.step, context.operation))
        said = waiting.pop(0) if waiting else None
        if said is not None:
            raise said
        return {}

    @property
    def is_busy(self) -> bool:
        engine = self._engine
        return (
            bool(engine._pumps)
            or not self._writer.is_idle
            or bool(self._mailroom._asking)
            or bool(self._outbox._waiting)
        )


class Stage:
    """One run of the runtime, driven by the moves of a rehearsal."""

    def __init__(self, definition: Definition, flow: Flow, store: Store, played: Played, data: dict[str, Any]) -> None:
        self.definition, self.flow, self.store, self.played, self.data = definition, flow, store, played, data
        self.clock, self.wire, self.lives = VirtualClock(), Wire(), 0
        self.received = 0
        self.unnoticed: list[float] = []
        """When a process died that had nothing to do with the run, because the run waited for nobody but the world."""

    async def play(self) -> list[LogEntry]:
        self.actor = await self._live()
        self.run = await self.actor.start(self.data)
        await self._settle()
        for at_s, move in self.played.moves:
            await self._happen(at_s, move)
        await self._settle()
        log = self.store.history(self.run)
        for task in self.actor._tasks:
            task.cancel()
        await asyncio.gather(*self.actor._tasks, return_exceptions=True)
        return log

    async def _live(self) -> Actor:
        self.lives += 1
        actor = Actor(self.definition, self.flow, self.store, self.clock, self.wire, self.lives)
        actor.says = _says(self.flow, self.played.moves) if self.lives == 1 else self.actor.says
        await actor.open()
        return actor

    async def _settle(self) -> None:
        """Until nothing goes on that the clock does not have to wait for."""
        quiet = 0
        for _ in range(10_000):
            await asyncio.sleep(0)
            quiet = 0 if self.actor.is_busy else quiet + 1
            if quiet > 6:
                return
        raise AssertionError("the runtime does not come to rest")

    async def _be(self, at_s: float) -> None:
        if at_s > self.clock.now_s():
            self.clock.move_to(at_s)
            self.actor._look.set()  # as its next look would, which comes within half a second
        await self._settle()

    async def _happen(self, at_s: float, move: Move) -> None:
        if move.kind in ("timeout", "retry") or (move.kind == "deadline" and not self._is_early(at_s, move)):
            await self._be(at_s)
            return
        await self._be(math.nextafter(at_s, 0.0))
        if move.kind == "deliver":
            await self._deliver(move)
        elif move.kind == "answer" and not move.fault:
            await self._answer(move)
        elif move.kind == "cancel":
            await self.actor.cancel(self.run, who="a test", why="the rehearsal does")
        elif move.kind == "crash":
            await self._crash()
        elif move.kind == "deadline":
            self._tell(e.DeadlinePassed(move.detail))
        elif move.kind == "give-up":
            self._tell(e.GivenUp(move.step, move.detail))
        await self._settle()

    def _is_early(self, at_s: float, move: Move) -> bool:
        """Whether the plan lets the deadline pass before its time."""
        live = self.actor._engine.runs.get(self.run)
        timers = live.run.timers if live is not None else self.store.load(self.run).timers  # type: ignore[union-attr]
        name = ("DeadlinePassed", move.detail)
        return not any(timer.name == name and timer.due_s <= at_s + 1e-6 for timer in timers)

    def _tell(self, event: e.Event) -> None:
        live = self.actor._engine.runs.get(self.run)
        if live is None:
            claimed = self.store.claim_run(self.actor._worker, self.run, self.clock.now_s())
            assert claimed is not None
            live = self.actor._engine.runs[self.run] = Live(claimed.run, self.definition)
            self.actor._engine.timers.watch(self.run, claimed.run.timers)
        self.actor._engine.happen(live, Occurrence(event))

    async def _deliver(self, move: Move) -> None:
        """A participant gets what the runtime has sent, and nothing else; something from outside comes in."""
        plan = self.flow.steps[move.step]
        if move.operation == "wait":
            if move.fault != "request-lost":
                rejected = (move.detail or plan.step.rejects[0]) if move.fault == "reject" else ""
                name = plan.step.wait.name if plan.step.wait is not None else ""
                await self.actor.tell(self.run, name, rejected=rejected)
        elif plan.step.local:
            wanted = [
                each for each in self.actor.held if (each[1].step, each[1].operation) == (plan.id, move.operation)
            ]
            assert wanted, f"{plan.id} was never to be done, only {self.actor.held}"
            live, order = wanted[0]
            self.actor.held.remove((live, order))
            live.done((order.step, "held", order.attempt))
            self.actor.do(live, order)
        else:
            name = (plan.id, move.operation, max(1, move.attempt), move.run)
            assert self.wire.sent[name], f"{name} was never sent, only {set(self.wire.sent)}"

    async def _answer(self, move: Move) -> None:
        plan = self.flow.steps[move.step]
        self.received += 1
        answer = _ANSWERS[move.answer]
        reply = Reply(
            f"reply {self.received}", self.run, move.run, plan.id, move.operation, move.attempt, answer,  # type: ignore[arg-type]
            move.detail, {} if answer == "ok" and move.operation == "action" else None,
        )  # fmt: skip
        await self.actor._mailroom.take(reply)

    async def _crash(self) -> None:
        """The process is gone without a word, and another one takes over."""
        dead = self.actor
        if self.run not in dead._engine.runs:
            self.unnoticed.append(self.clock.now_s())
        for task in dead._tasks:
            task.cancel()
        await asyncio.gather(*dead._tasks, return_exceptions=True)
        for run in list(dead._engine.runs):
            dead._engine.drop(run)
        self.store.beat(dead._worker, -1.0)
        self.actor = await self._live()
        await self._settle()


_ANSWERS: Final = {
    "ok": "ok", "no": "no", "error": "error", "undone": "ok", "not-undone": "error", "refuses-undo": "no",
    "done": "done", "not-done": "not-done",
}  # fmt: skip


def _says(flow: Flow, moves: tuple[tuple[float, Move], ...]) -> dict[tuple[str, str], list[BaseException | None]]:
    """What the local steps do, in the order of the rehearsal."""
    found: defaultdict[tuple[str, str], list[BaseException | None]] = defaultdict(list)
    for _, move in moves:
        plan = flow.steps[move.step]
        if move.kind == "deliver" and move.step >= 0 and plan.step.local:
            found[plan.id, move.operation].append(_error(plan.step.rejects, plan, move))
    return found


def _error(rejects: tuple[str, ...], plan: Any, move: Move) -> BaseException | None:
    if move.fault == "reject":
        return Rejected(move.detail or rejects[0])
    if move.fault == "fail":
        return Failed("error")
    if move.fault == "compensation-fail":
        refuses = plan.compensation is not None and plan.compensation.rejects and move.operation == "undo"
        return Rejected(plan.compensation.rejects[0]) if refuses else Failed("error")
    return None


# -- what is compared


Told = tuple[float, str, str]


def told(moments: Iterator[Moment]) -> dict[str, list[Told]]:
    """What is told of each step, and of the run as a whole, in order: as much order as parallel branches have."""
    found: defaultdict[str, list[Told]] = defaultdict(list)
    for moment in moments:
        if moment.what in THEIRS or (moment.what == "ignored" and "earlier try" in moment.detail):
            continue
        detail = "" if moment.what in ("cancel", "crashed") else moment.detail
        found[moment.step].append((round(moment.t_s, 4), moment.what, detail))
        if moment.what == "ended":
            break
    return dict(found)


async def play(definition: Definition, flow: Flow, store: Store, plan: Plan, data: dict[str, Any]) -> tuple[Any, Any]:
    """What the rehearsal tells, and what the runtime tells."""
    played = rehearsed(flow, plan)
    chosen = dict(_choices(flow, played))
    change.decide = lambda choice, scope: (chosen[choice.id], "")  # type: ignore[assignment]
    store.install()
    stage = Stage(definition, flow, store, played, data)
    log = await stage.play()
    theirs, ours = told(iter(played.moments)), told(moment for entry in log for moment in entry.moments)
    for at_s in stage.unnoticed:
        theirs[""].remove((round(at_s, 4), "crashed", ""))
    return theirs, ours


def _choices(flow: Flow, played: Played) -> Iterator[tuple[str, str]]:
    for _, move in played.moves:
        if move.kind == "decide":
            choice, _, outcome = move.detail.partition("=")
            yield choice, outcome
