"""The participants of a transfer as services of their own, and a network that loses, repeats and disorders messages."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

from sagactl.runtime.context import Context, Failed, Rejected
from sagactl.runtime.definition import Definition
from sagactl.runtime.guard import Guard, Keeps
from sagactl.runtime.handlers import action, compensation
from sagactl.runtime.orchestrator import SagaOrchestrator
from sagactl.runtime.participant import Participant
from sagactl.runtime.stores.sqlite import SqliteStore
from sagactl.runtime.transports import Receive, Transport

TRANSFER = Definition(
    {
        "=transfer.saga.yaml": """
saga: transfer
input: {fails: boolean, amount: integer}
defaults: {timeout: 500ms, retry: {attempts: forever, initial: 100ms, max: 500ms, jitter: false}}
rollback: {retry: {attempts: forever, initial: 100ms, max: 500ms, jitter: false}}
participants:
  left: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
  right: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
steps:
  - {step: debit, participant: left, action: Debit, compensation: Restore}
  - {step: hold, participant: right, action: Hold, compensation: Unhold, after: []}
  - {step: credit, participant: right, action: Credit, rejects: [Closed], after: [debit, hold], kind: pivot}
"""
    }
)
STEPS = {"left": ("debit",), "right": ("hold", "credit")}


class Booking(Participant):
    """An entry for what is done, and one that takes it back."""

    def prepare(self, connection: Any) -> None:
        connection.execute("CREATE TABLE IF NOT EXISTS entries (run TEXT, step TEXT, amount INTEGER)")

    @compensation("Restore")
    @compensation("Unhold")
    def take_back(self, context: Context) -> None:
        book(context, -context.result["amount"])

    @action("Debit")
    @action("Hold")
    def enter(self, context: Context) -> dict[str, int]:
        return book(context, context.input["amount"])

    def credit(self, context: Context) -> dict[str, int]:
        booked = book(context, context.input["amount"])
        if context.input["fails"]:
            raise Rejected("Closed")
        return booked


class Left(Booking):
    name = "left"


class Right(Booking):
    name = "right"


PARTICIPANTS: dict[str, type[Booking]] = {"left": Left, "right": Right}


def book(context: Context, amount: int) -> dict[str, int]:
    """What is written through the connection of the transaction, whichever kind of database it is."""
    mark = "?" if isinstance(context.connection, sqlite3.Connection) else "%s"
    context.connection.execute(
        f"INSERT INTO entries (run, step, amount) VALUES ({mark}, {mark}, {mark})",
        (context.run_id, context.step, amount),
    )
    if context.input.get("breaks") == context.attempt:
        raise Failed("Broken")
    return {"amount": amount}


class Unreliable:
    """A transport between which and its service messages are lost, repeated and held back; `chance` decides."""

    def __init__(self, transport: Transport, chance: Random, share: float) -> None:
        self._transport, self._chance, self._share = transport, chance, share
        self._held: set[asyncio.Task[None]] = set()

    async def subscribe(self, channel: str, receive: Receive, group: str = "") -> None:
        async def take(body: str) -> None:
            if self._chance.random() < self._share:
                return
            for _ in range(1 + (self._chance.random() < self._share)):
                if self._chance.random() < self._share:
                    self._later(receive(body))
                else:
                    await receive(body)

        await self._transport.subscribe(channel, take, group)

    def _later(self, receiving: Any) -> None:
        async def wait() -> None:
            await asyncio.sleep(self._chance.random() * 0.7)
            await receiving

        task = asyncio.create_task(wait())
        self._held.add(task)
        task.add_done_callback(self._held.discard)

    async def open(self) -> None:
        await self._transport.open()

    async def send(self, channel: str, body: str, key: str) -> None:
        await self._transport.send(channel, body, key)

    async def publish(self, channel: str, body: str, key: str) -> None:
        await self._transport.publish(channel, body, key)

    async def close(self) -> None:
        await asyncio.gather(*self._held, return_exceptions=True)
        await self._transport.close()


def sqlite_in(path: Path) -> Callable[[], Any]:
    return lambda: sqlite3.connect(path, timeout=10)


def guard_without(name: str, **keeps: bool) -> Guard:
    return Guard(name, keeps=Keeps(**keeps))


async def lead(transport: Transport, store: Path, number: int, **options: Any) -> list[Any]:
    """Lead so many transfers, every third of which cannot succeed, and wait for their ends."""
    orchestrator = SagaOrchestrator(
        definition=TRANSFER, store=SqliteStore(str(store)), transport=transport, remote=STEPS, poll_s=0.05, **options
    )
    async with orchestrator as sagas:
        inputs = ({"fails": n % 3 == 0, "amount": n + 1} for n in range(number))
        runs = [await sagas.start(input, key=str(n)) for n, input in enumerate(inputs)]
        return list(await asyncio.gather(*(sagas.wait(run) for run in runs)))


def audit(ended: list[Any], databases: dict[str, Callable[[], Any]]) -> list[str]:
    """What is wrong with the books, now that every run has ended."""
    wrong = []
    for participant, connect in databases.items():
        connection = connect()
        rows = connection.execute("SELECT run, step, amount FROM entries").fetchall()
        connection.close()
        for run in ended:
            for step in STEPS[participant]:
                entries = [amount for of_run, of_step, amount in rows if (of_run, of_step) == (run.run, step)]
                done, undone = sum(e > 0 for e in entries), sum(e < 0 for e in entries)
                right = (done, undone) == (1, 0) if run.outcome == "completed" else done == undone <= 1
                if not right or run.outcome not in ("completed", "compensated"):
                    wrong.append(f"{run.run} {run.outcome}: {step} done {done}, undone {undone}")
    return wrong
