"""The orchestrator with both participants: a budget from which expenses are held, and the payments that went out."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sagactl.runtime import Context, Rejected, SagaOrchestrator
from sagactl.runtime.guard import Done, Guard, Refused

BUDGET = 1_000
BUDGETS, PAYROLL = Guard("budget"), Guard("payroll")

TABLES = (
    "CREATE TABLE IF NOT EXISTS held (expense_id TEXT PRIMARY KEY, amount INTEGER)",
    "CREATE TABLE IF NOT EXISTS paid (expense_id TEXT, amount INTEGER)",
)


class Ledger:
    """The database of both; in real life they would have one each, as in the example `order_fulfillment`."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self.transaction() as database:
            BUDGETS.install(database)  # one table serves all participants of a database
            for table in TABLES:
                database.execute(table)

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """One transaction: everything in it is done, or nothing."""
        database = sqlite3.connect(self._path, isolation_level=None, timeout=10)
        try:
            database.execute("BEGIN IMMEDIATE")
            yield database
            database.execute("COMMIT")
        finally:
            database.close()  # rolls back what is not committed

    def sums(self) -> tuple[int, int]:
        """What is held or spent of the budget, and what was paid out."""
        with self.transaction() as database:
            sums = "SELECT (SELECT ifnull(sum(amount), 0) FROM held), (SELECT ifnull(sum(amount), 0) FROM paid)"
            held, paid = database.execute(sums).fetchone()
            return held, paid


class ExpenseApproval(SagaOrchestrator):
    """Three commands; the wait in the middle needs no code, because the definition says everything about it."""

    definition = str(Path(__file__).with_name("expense-approval.saga.yaml"))

    def __init__(self, ledger: Ledger, **options: Any) -> None:
        super().__init__(**options)
        self._ledger = ledger

    def hold_budget(self, context: Context) -> None:
        expense, amount = context.input["expense_id"], context.input["amount"]

        def work() -> None:
            (held,) = database.execute("SELECT ifnull(sum(amount), 0) FROM held").fetchone()
            if held + amount > BUDGET:
                raise Rejected("BudgetSpent")
            database.execute("INSERT INTO held VALUES (?, ?)", (expense, amount))

        with self._ledger.transaction() as database:
            answer = BUDGETS.action(database, context.key, work)
        if isinstance(answer, Refused):
            raise Rejected(answer.reason)

    def release_budget(self, context: Context) -> None:
        expense = context.input["expense_id"]
        with self._ledger.transaction() as database:
            BUDGETS.compensation(
                database,
                context.action_key,
                lambda result: database.execute("DELETE FROM held WHERE expense_id = ?", (expense,)),
            )

    def pay_employee(self, context: Context) -> None:
        payment = (context.input["expense_id"], context.input["amount"])

        def work() -> None:
            database.execute("INSERT INTO paid VALUES (?, ?)", payment)

        with self._ledger.transaction() as database:
            answer = PAYROLL.action(database, context.key, work)
        if isinstance(answer, Refused):
            raise Rejected(answer.reason)

    def status_of_pay_employee(self, context: Context) -> bool:
        with self._ledger.transaction() as database:
            return isinstance(PAYROLL.status(database, context.action_key), Done)
