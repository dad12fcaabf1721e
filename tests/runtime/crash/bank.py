"""A saga over real databases, in a process that can be killed at any moment: what must be true of the money afterwards.

Every participant has a table of its own, and the guard in front of it.  An effect is a row; so whatever was done twice,
lost, or undone without having been done can be counted when everything is over.
"""

from __future__ import annotations

import asyncio
import os
import signal
import sqlite3
from collections.abc import Callable, Sequence
from typing import Any, Final

from sagactl.runtime.context import Context, Rejected
from sagactl.runtime.definition import Definition
from sagactl.runtime.guard import Done, Guard
from sagactl.runtime.orchestrator import SagaOrchestrator
from sagactl.runtime.store import Proposal, Store, Written

TRANSFER: Final = Definition(
    {
        "=transfer.saga.yaml": """
saga: transfer
input: {fails: boolean, amount: integer}
defaults: {timeout: 20s, retry: {attempts: 3, initial: 1ms, jitter: false}}
rollback: {retry: {attempts: 5, initial: 1ms, jitter: false}}
participants:
  left: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
  right: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
  fees: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
steps:
  - {step: debit, participant: left, action: Debit, compensation: Restore}
  - {step: fee, participant: fees, action: TakeFee, compensation: GiveFee, after: [debit]}
  - {step: hold, participant: right, action: Hold, compensation: Unhold, after: [debit]}
  - {step: credit, participant: right, action: Credit, compensation: Reverse, rejects: [Closed], after: [fee, hold]}
"""
    }
)
STEPS: Final = ("debit", "fee", "hold", "credit")


class Points:
    """Moments at which a process may die; it does at the one with the number `kill_at`, 0 for never."""

    def __init__(self, kill_at: int = 0) -> None:
        self.kill_at, self.passed = kill_at, 0

    def __call__(self) -> None:
        self.passed += 1
        if self.passed == self.kill_at:
            os.kill(os.getpid(), signal.SIGKILL)


class Mortal:
    """A store around whose commits the process may die."""

    def __init__(self, store: Store, point: Points) -> None:
        self._store, self._point = store, point

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def commit(self, proposals: Sequence[Proposal]) -> list[Written]:
        self._point()
        written = self._store.commit(proposals)
        self._point()
        return written


class Bank(SagaOrchestrator):
    """The orchestrator, and its participants with their databases in the same process."""

    def __init__(
        self, store: Any, connect: Callable[[], Any], point: Points, *, guarded: bool = True, **options: Any
    ) -> None:
        super().__init__(definition=TRANSFER, store=store, poll_s=0.02, **options)
        self._connect, self._point, self._guarded = connect, point, guarded
        for step, action, undo in (
            ("debit", "Debit", "Restore"), ("fee", "TakeFee", "GiveFee"), ("hold", "Hold", "Unhold"),
            ("credit", "Credit", "Reverse"),
        ):  # fmt: skip
            self.on("action", action, self._action)
            self.on("compensation", undo, self._compensation)
            assert step in STEPS
        self._databases: dict[str, Any] = {}

    def _database(self, context: Context) -> Any:
        if context.step not in self._databases:
            self._databases[context.step] = self._connect()
        return self._databases[context.step]

    async def _action(self, context: Context) -> dict[str, str]:
        connection = self._database(context)

        def work() -> dict[str, str]:
            if context.step == "credit" and context.run_input["fails"]:
                raise Rejected("Closed")
            add(connection, context, context.run_input["amount"])
            return {"entry": context.key}

        with transaction(connection):
            answer = Guard(context.step).action(connection, context.key, work) if self._guarded else Done(work())
        self._point()
        if hasattr(answer, "reason"):
            raise Rejected(answer.reason)
        return dict(answer.result)

    async def _compensation(self, context: Context) -> None:
        connection = self._database(context)
        with transaction(connection):
            Guard(context.step).compensation(
                connection, context.action_key, lambda result: add(connection, context, -context.run_input["amount"])
            )
        self._point()


def add(connection: Any, context: Context, amount: int) -> None:
    mark = "?" if isinstance(connection, sqlite3.Connection) else "%s"
    connection.execute(
        f"INSERT INTO entries (run, step, amount) VALUES ({mark}, {mark}, {mark})",
        (context.run_id, context.step, amount),
    )


def transaction(connection: Any) -> Any:
    """Begin and commit, as the guard wants its caller to."""
    if isinstance(connection, sqlite3.Connection):
        connection.execute("BEGIN IMMEDIATE")
        return connection
    return connection.transaction()


def prepare(connection: Any) -> None:
    with transaction(connection):
        connection.execute("CREATE TABLE entries (run TEXT, step TEXT, amount INTEGER)")
        Guard("debit").install(connection)


def in_process(work: Callable[[], Any]) -> int:
    """The work in a process of its own, which inherits what is imported; how it ended (0, or minus the signal)."""
    child = os.fork()
    if child == 0:
        try:
            work()
            os._exit(0)
        except BaseException:
            import traceback

            traceback.print_exc()
            os._exit(1)
    _, how = os.waitpid(child, 0)
    return os.waitstatus_to_exitcode(how)


def serve(bank: Bank, inputs: Sequence[dict[str, Any]], at_once: int = 50) -> list[Any]:
    """Start every run by its number, or find it again, and wait for all to end."""

    async def go() -> list[Any]:
        room = asyncio.Semaphore(at_once)
        async with bank as sagas:

            async def one(number: int, input: dict[str, Any]) -> Any:
                async with room:
                    return await sagas.wait(await sagas.start(input, key=str(number)))

            return await asyncio.gather(*(one(number, input) for number, input in enumerate(inputs)))

    return asyncio.run(go())


def audit(store: Store, connection: Any) -> list[str]:
    """What is wrong with the money, now that everything has ended."""
    rows = connection.execute("SELECT run, step, amount FROM entries").fetchall()
    wrong = []
    for run in store.runs(most=1_000_000):
        for step in STEPS:
            amounts = [amount for of_run, of_step, amount in rows if (of_run, of_step) == (run.id, step)]
            done, undone = sum(a > 0 for a in amounts), sum(a < 0 for a in amounts)
            if run.outcome == "completed":
                right = (done, undone) == (1, 0)
            else:
                right = run.outcome == "compensated" and done == undone and done <= 1
            if not right:
                wrong.append(f"{run.id} {run.status} {run.outcome or 'goes on'}: {step} done {done}, undone {undone}")
    return wrong
