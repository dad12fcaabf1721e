"""A person decides days later and from another process, or never; the budget is right in the end."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import Any

import pytest

from examples.expense_approval.__main__ import main
from examples.expense_approval.expenses import ExpenseApproval, Ledger
from sagactl.cli.app import run
from sagactl.runtime import Ended, MemoryStore, Observer, VirtualClock
from tests.docs.pages import ROOT

DAY_S = 86_400.0


class Company:
    """What people type, in one folder."""

    def __init__(self, folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
        self._folder, self._capsys = folder, capsys

    def __call__(self, *arguments: str) -> str:
        self.code = main(["--folder", str(self._folder), *arguments])
        read = self._capsys.readouterr()
        return read.out + read.err


@pytest.fixture
def company(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Company:
    return Company(tmp_path, capsys)


class Busy(Observer):
    """Counts the calls that are going on: no clock may run away while work is done in real time."""

    calls = 0

    def on_order(self, order: Any) -> None:
        self.calls += order.operation != "wait"

    def on_answer(self, order: Any, answer: str, detail: str) -> None:
        self.calls -= 1


def submitted(company: Company, expense: str = "taxi-7", amount: str = "120") -> str:
    found = re.match(r"(\S+) waits for a decision", company("submit", expense, amount))
    assert found is not None
    return found[1]


@pytest.mark.parametrize(
    ("answer", "outcome", "held", "paid"), [("approve", "completed", 120, 120), ("reject", "compensated", 0, 0)]
)
def test_a_decision_ends_the_run(answer: str, outcome: str, held: int, paid: int, company: Company) -> None:
    run = submitted(company)
    said = company("decide", run, answer)
    assert f"{run} ended: {outcome}" in said
    assert f"{held} are held or spent; {paid} were paid out." in said
    assert f"{run} has ended before: {outcome}" in company("decide", run, "approve")


def test_the_same_expense_is_one_run(company: Company) -> None:
    assert submitted(company) == submitted(company)
    assert "120 are held" in company("submit", "taxi-7", "120")


def test_a_spent_budget_asks_nobody(company: Company) -> None:
    submitted(company, "trip", "900")
    assert "ended: compensated" in company("submit", "taxi-7", "120")


def test_an_unknown_run_is_named(company: Company) -> None:
    assert "there is no run `nothing`" in company("decide", "nothing", "approve")
    assert company.code == 2


def test_seven_days_of_silence_are_a_no(tmp_path: Path) -> None:
    ledger, clock, busy = Ledger(tmp_path / "ledger.db"), VirtualClock(), Busy()

    async def go() -> Ended:
        # Looking for work four times a day is often enough where a week passes in a moment.
        times = {"clock": clock, "poll_s": DAY_S / 4, "lease_s": 100 * DAY_S}
        async with ExpenseApproval(ledger, store=MemoryStore(), observers=[busy], **times) as sagas:
            run = await sagas.start({"expense_id": "taxi-7", "amount": 120})
            while not (await sagas.result(run)).results:
                await asyncio.sleep(0.01)
            assert ledger.sums() == (120, 0)
            waiting = asyncio.create_task(sagas.wait(run))
            while not waiting.done():
                await asyncio.sleep(0.01)
                due_s = clock.next_due_s()
                if due_s is not None and due_s < 8 * DAY_S and not busy.calls:
                    clock.move_to(due_s)
            return waiting.result()

    ended = asyncio.run(asyncio.wait_for(go(), 60))
    assert ended.outcome == "compensated"
    assert 7 * DAY_S <= clock.now_s() < 8 * DAY_S
    assert ledger.sums() == (0, 0)


@pytest.mark.parametrize("verb", ["lint", "verify"])
def test_the_definition_is_clean(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, str(ROOT / "examples" / "expense_approval")]) == 0
    assert "conditional" not in capsys.readouterr().out.lower()
