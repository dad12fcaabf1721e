"""Ten thousand runs with one fault in twenty calls, and a server that restarts under them: the money adds up."""

from __future__ import annotations

import random
import threading
import time
from pathlib import Path
from typing import Any

from sagactl.runtime.context import Context, Failed, Rejected
from sagactl.runtime.orchestrator import SagaOrchestrator
from sagactl.runtime.store import Store
from tests.runtime.crash.bank import STEPS, TRANSFER, serve
from tests.runtime.servers import Postgres

RUNS = 10_000


class Ledger(SagaOrchestrator):
    """Participants in memory that keep their promises, and fail as chance wants it: before, or after they did it."""

    def __init__(self, store: Store, chance: random.Random, faults: float, **options: Any) -> None:
        super().__init__(definition=TRANSFER, store=store, **options)
        self.chance, self.faults = chance, faults
        self.done: dict[str, int] = {}
        self.refused: set[str] = set()
        for action, undo in (("Debit", "Restore"), ("TakeFee", "GiveFee"), ("Hold", "Unhold"), ("Credit", "Reverse")):
            self.on("action", action, self._action)
            self.on("compensation", undo, self._compensation)

    def _stumble(self) -> None:
        if self.chance.random() < self.faults / 2:
            raise Failed("busy")

    async def _action(self, context: Context) -> dict[str, Any]:
        self._stumble()
        if context.key in self.refused or (context.step == "credit" and context.run_input["fails"]):
            self.refused.add(context.key)
            raise Rejected("Closed")
        self.done.setdefault(context.key, context.run_input["amount"])
        self._stumble()
        return {}

    async def _compensation(self, context: Context) -> None:
        self._stumble()
        self.refused.add(context.action_key)
        if context.action_key in self.done:
            self.done[context.action_key] = 0
        self._stumble()


def adds_up(ledger: Ledger, ended: list[Any], inputs: list[dict[str, Any]]) -> None:
    """Completed runs moved their amount at every step, all others nothing; nothing is parked."""
    assert {each.outcome for each in ended} <= {"completed", "compensated"}
    for each, input in zip(ended, inputs, strict=True):
        amount = input["amount"] if each.outcome == "completed" else 0
        assert [ledger.done.get(f"{each.run}:{step}", 0) for step in STEPS] == [amount] * 4, each


def test_ten_thousand_runs_with_faults(tmp_path: Path) -> None:
    from sagactl.runtime.stores.sqlite import SqliteStore

    chance = random.Random(11)
    inputs = [{"fails": chance.random() < 0.05, "amount": n} for n in range(1, RUNS + 1)]
    ledger = Ledger(SqliteStore(str(tmp_path / "sagas.db")), chance, 0.05)
    ended = serve(ledger, inputs, at_once=300)  # type: ignore[arg-type]
    adds_up(ledger, ended, inputs)
    completed = sum(each.outcome == "completed" for each in ended)
    assert RUNS * 0.85 < completed < RUNS * 0.96


def test_a_server_that_restarts_under_load(postgres: Postgres) -> None:
    """Stopped in peace once, and killed twice, while runs go on: the worker waits for it and loses nothing."""
    from sagactl.runtime.stores.postgres import PostgresStore

    url = postgres.new_place()

    def trouble() -> None:
        for stop in (postgres.stop, postgres.kill, postgres.kill):
            time.sleep(0.5)
            stop()
            time.sleep(0.2)
            postgres.start()

    makes_trouble = threading.Thread(target=trouble)
    makes_trouble.start()
    inputs = [{"fails": n % 7 == 0, "amount": n} for n in range(1, 1_501)]
    ledger = Ledger(PostgresStore(url), random.Random(5), 0.02, lease_s=20.0)
    ended = serve(ledger, inputs, at_once=100)  # type: ignore[arg-type]
    makes_trouble.join()
    adds_up(ledger, ended, inputs)
