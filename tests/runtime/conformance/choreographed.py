"""A rehearsed choreography played again by services: the same events are heard, the same work is done, at the same time.

Every event that the rehearsal lets somebody hear must have been published by a service and reach the listener through
the channel that it subscribed to; all work must be due where and when it is done, and timers go off by themselves.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sagactl.flow import Flow
from sagactl.machine.events import DeadlinePassed
from sagactl.machine.state import StepState, outcome
from sagactl.runtime.choreography import ChoreographyParticipant
from sagactl.runtime.clock import VirtualClock
from sagactl.runtime.context import Context, Failed, Rejected
from sagactl.runtime.definition import Definition
from sagactl.runtime.guard.sessions import run
from sagactl.runtime.handlers import needs
from sagactl.runtime.messages import Published, read
from sagactl.runtime.record import Timer
from sagactl.runtime.service import parts
from sagactl.runtime.service.part import Part
from sagactl.runtime.transports import Receive
from sagactl.simulator.plan import Plan
from sagactl.styles import OWN_SERVICE
from sagactl.world.parts import Move
from sagactl.world.routes import routes
from sagactl.world.views import EventWorld, View
from tests.runtime.conformance.stage import Noting

RUN = "run"
Work = tuple[str, str]
"""A participant, and a step that it has done or undone."""


class Wire:
    """Delivers nothing by itself: what was published waits until the rehearsal lets it be heard."""

    def __init__(self) -> None:
        self.published: dict[tuple[str, str], tuple[str, str]] = {}
        self.receivers: dict[tuple[str, str], Receive] = {}

    async def subscribe(self, channel: str, receive: Receive, group: str = "") -> None:
        self.receivers[channel, group] = receive

    async def open(self) -> None: ...

    async def close(self) -> None: ...

    async def publish(self, channel: str, body: str, key: str) -> None:
        event = read(body)
        assert isinstance(event, Published)
        assert key == event.run == RUN
        self.published[event.step, event.kind] = (channel, body)


class Actor(ChoreographyParticipant):
    """Does what the rehearsal says, when it says so, and notes what really took effect."""

    def __init__(self, name: str, definition: Definition, folder: Path, stage: Stage) -> None:
        self.name = name  # type: ignore[misc]
        path = folder / f"{len(list(folder.iterdir()))}.db"
        super().__init__(
            definition=definition, connect=lambda: _connected(path), transport=stage.wire, clock=stage.clock
        )
        self._random.uniform = lambda least, most: most  # type: ignore[method-assign]
        for need in needs(stage.flow, ()):
            if need.mark.participant == name or (need.mark.participant == "" and name == OWN_SERVICE):
                self.on(need.mark.kind, need.mark.command, stage.handler(name))

    def _loops(self) -> list[Any]:
        return []

    async def settle(self) -> None:
        while await self._relay.send_what_waits():
            pass

    async def due(self) -> Part:
        return await self._part(RUN)


def _connected(path: Path) -> sqlite3.Connection:
    """Nothing crashes here, so nothing has to be forced to the disk."""
    connection = sqlite3.connect(path)
    connection.execute("PRAGMA synchronous = OFF")
    return connection


class Stage:
    """The services of a run, and the moves of its rehearsal one after the other."""

    def __init__(self, definition: Definition, flow: Flow, folder: Path, data: dict[str, Any]) -> None:
        self.flow, self.data = flow, data
        self.wire, self.clock = Wire(), VirtualClock()
        self.says: dict[str, BaseException | None] = {}
        self.effects: list[tuple[str, str, str]] = []
        self.hosts = routes(flow).hosts
        self.actors = {name: Actor(name, definition, folder, self) for name in dict.fromkeys(self.hosts)}

    def handler(self, name: str) -> Callable[[Context], Any]:
        def handle(context: Context) -> dict[str, str]:
            error = self.says.get(context.step)
            if error is not None:
                raise error
            self.effects.append((name, "undo" if context.operation == "fallback" else context.operation, context.step))
            return {"key": context.key}

        return handle

    async def play(self, moves: tuple[tuple[float, Move], ...]) -> None:
        for actor in self.actors.values():
            await actor.open()
        first = next(iter(self.actors.values()))
        await first.start(self.data, key=RUN)
        await first.settle()
        for actor in self.actors.values():
            await actor._receive(self.wire.published["", "start"][1])
            await actor.settle()
        for at_s, move in moves:
            self.clock.move_to(at_s)
            await getattr(self, f"_{move.kind}")(move)

    async def _hear(self, move: Move) -> None:
        source = self.flow.steps[move.source].id if move.source >= 0 else ""
        channel, body = self.wire.published[source, move.detail.split(" ")[0]]
        service = self.hosts[move.step]
        receive = self.wire.receivers[channel, service]
        await receive(body)
        await self.actors[service].settle()

    async def _deliver(self, move: Move) -> None:
        actor, plan = self.actors[self.hosts[move.step]], self.flow.steps[move.step]
        if move.fault in ("duplicate", "compensation-duplicate", "request-lost"):
            return
        if move.operation == "wait":
            assert plan.step.wait is not None
            no = (move.detail or plan.step.rejects[0]) if move.fault == "reject" else ""
            await actor.tell(RUN, plan.step.wait.name, rejected=no)
        else:
            part = await actor.due()
            work = [message for message in part.work if message[:3] == (move.step, move.operation, move.attempt)]
            if not work:
                return  # the copy of a message that a service does not send to itself twice
            assert part.next_work == work[0]
            self.says[plan.id] = _error(plan, move)
            await actor._advance(RUN)
        await actor.settle()

    async def _retry(self, move: Move) -> None:
        await self._timer(move)

    async def _timeout(self, move: Move) -> None:
        await self._timer(move)

    async def _timer(self, move: Move) -> None:
        actor = self.actors[self.hosts[move.step]]
        part = await actor.due()
        assert any(timer.due_s <= self.clock.now_s() + 1e-6 for timer in part.timers), f"{move}: only {part.timers}"
        self.clock.move_to(min(timer.due_s for timer in part.timers))
        await actor._advance(RUN)
        await actor.settle()

    async def _decide(self, move: Move) -> None:
        """Services decide at once, by the data."""

    async def _deadline(self, move: Move) -> None:
        """A fault may let it come early, and another one once more, which then is the same event again."""
        if ("", "deadline") in self.wire.published:
            return
        actor = self.actors[routes(self.flow).owner]
        part, now_s = await actor.due(), self.clock.now_s()
        early = tuple(
            Timer(now_s, each.event) if isinstance(each.event, DeadlinePassed) else each for each in part.timers
        )
        assert any(isinstance(each.event, DeadlinePassed) for each in part.timers)
        await actor._database.do(
            lambda connection: run(connection, parts.keep(actor.name, part._replace(timers=early), 0.0))
        )
        await actor._advance(RUN)
        await actor.settle()

    async def _cancel(self, move: Move) -> None:
        actor = self.actors[self.hosts[0]]
        await actor.cancel(RUN, why="cancel")
        await actor.settle()

    async def views(self) -> EventWorld:
        """The views of all services, put together as a rehearsal has them."""
        views = []
        for own, service in enumerate(self.hosts):
            part = await self.actors[service].due()
            views.append(part.views.get(own, View(None)))
        size = len(self.flow.steps)
        return EventWorld(tuple(views), (), (), (), (None,) * size, ended=True)

    async def close(self) -> None:
        for actor in self.actors.values():
            await actor.close()


def _error(plan: Any, move: Move) -> BaseException | None:
    if move.fault == "reject":
        return Rejected(move.detail or plan.step.rejects[0])
    if move.fault == "fail":
        return Failed("error")
    if move.fault == "compensation-fail":
        refuses = plan.compensation is not None and plan.compensation.rejects and move.operation == "undo"
        return Rejected(plan.compensation.rejects[0]) if refuses else Failed("error")
    return None


Told = tuple[str, list[StepState], set[Work], set[Work]]
"""How the run ended, the record of each step, and who really did and undid what."""


def play(
    definition: Definition, flow: Flow, folder: Path, plan: Plan, data: dict[str, Any]
) -> tuple[Told, Told] | None:
    """What the rehearsal ends with, and what the services do; None where the rehearsal gives up waiting."""
    rehearsal = Noting(flow, plan)
    trace = rehearsal.play()
    if any(move.kind == "give-up" for _, move in rehearsal.noted):
        return None
    hosts, truths = routes(flow).hosts, rehearsal.world.truths
    done = {(hosts[own], flow.steps[own].id) for own, truth in enumerate(truths) if truth.done}
    undone = {(hosts[own], flow.steps[own].id) for own, truth in enumerate(truths) if truth.undone}
    theirs = (trace.outcome, list(rehearsal.world.state.steps), done, undone)
    stage = Stage(definition, flow, folder, data)

    async def go() -> EventWorld:
        try:
            await stage.play(tuple(rehearsal.noted))
            return await stage.views()
        finally:
            await stage.close()

    world = asyncio.run(go())
    by_operation: defaultdict[str, set[Work]] = defaultdict(set)
    for service, operation, step in stage.effects:
        by_operation[operation].add((service, step))
    how = outcome(flow, world.state) or ""
    return theirs, (how, list(world.state.steps), by_operation["action"], by_operation["undo"])
