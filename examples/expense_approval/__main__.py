"""`python -m examples.expense_approval`: hand in an expense, decide about it days later, from another process."""

from __future__ import annotations

import asyncio
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from sagactl.errors import SagactlError
from sagactl.runtime import SqliteStore

from .expenses import BUDGET, ExpenseApproval, Ledger


def main(arguments: Sequence[str] | None = None) -> int:
    call = _parsed(arguments)
    folder = Path(call.folder)
    folder.mkdir(parents=True, exist_ok=True)
    ledger = Ledger(folder / "ledger.db")
    sagas = ExpenseApproval(ledger, store=SqliteStore(str(folder / "sagas.db")), poll_s=0.1)
    try:
        return asyncio.run(_carried_out(call, sagas, ledger))
    except SagactlError as error:
        print(f"error: {error.message}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        return 0


def _parsed(arguments: Sequence[str] | None) -> Namespace:
    parser = ArgumentParser(prog="expense_approval", description="Expenses, and the person who decides about them.")
    parser.add_argument("--folder", default="expenses", help="where the databases are")
    commands = parser.add_subparsers(dest="command", required=True)
    submit = commands.add_parser("submit", help="hand in an expense")
    submit.add_argument("expense")
    submit.add_argument("amount", type=int)
    decide = commands.add_parser("decide", help="say yes or no")
    decide.add_argument("run")
    decide.add_argument("answer", choices=("approve", "reject"))
    decide.add_argument("--by", default="the manager")
    commands.add_parser("work", help="stay and let time pass: who never gets an answer is refused after seven days")
    return parser.parse_args(arguments)


async def _carried_out(call: Namespace, sagas: ExpenseApproval, ledger: Ledger) -> int:
    async with sagas:
        if call.command == "submit":
            await _submit(sagas, call.expense, call.amount)
        elif call.command == "decide":
            await _decide(sagas, call.run, call.answer, call.by)
        else:
            print("Working; Ctrl-C ends it.")
            await asyncio.Event().wait()
    held, paid = ledger.sums()
    print(f"Of a budget of {BUDGET}, {held} are held or spent; {paid} were paid out.")
    return 0


async def _submit(sagas: ExpenseApproval, expense: str, amount: int) -> None:
    # The expense is the key: handing it in twice is handing it in once.
    run = await sagas.start({"expense_id": expense, "amount": amount}, key=expense)
    found = await sagas.result(run)
    while found.outcome is None and "hold-budget" not in found.results:
        await asyncio.sleep(0.05)
        found = await sagas.result(run)
    if found.outcome is None:
        # Nothing has to stay running: the wait and its timeout are in the store.
        print(f"{run} waits for a decision since {datetime.now():%H:%M}; decide with")
        print(f"  decide {run} approve")
    else:
        print(f"{run} ended: {found.outcome}")


async def _decide(sagas: ExpenseApproval, run: str, answer: str, by: str) -> None:
    found = await sagas.result(run)
    if found.outcome is not None:
        print(f"{run} has ended before: {found.outcome}")
        return
    # A name for the message makes a repeated decision the same one.
    refusal = "ExpenseRefused" if answer == "reject" else ""
    await sagas.tell(run, "ManagerApproval", {"by": by}, rejected=refusal, message=f"decision/{run}")
    print(f"{run} ended: {(await sagas.wait(run)).outcome}")


if __name__ == "__main__":
    sys.exit(main())
