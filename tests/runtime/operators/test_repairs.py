"""What people do by hand is written like every transition, carried out by a worker, and never done twice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sagactl.errors import UnknownName
from sagactl.runtime.clock import SystemClock
from sagactl.runtime.context import Rejected
from sagactl.runtime.store import KeptLetter, Store
from sagactl.runtime.stores.memory import MemoryStore
from sagactl.runtime.stores.sqlite import SqliteStore
from sagactl.runtime.transports.in_process import InProcessTransport
from tests.runtime.services import Scripted

ORDER = """
saga: order
defaults: {timeout: 5s, retry: {attempts: 1}}
participants:
  stock: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
  money: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
steps:
  - {step: reserve, participant: stock, action: Reserve, compensation: Release}
  - {step: charge, participant: money, action: Charge, compensation: Refund}
  - {step: pack, participant: stock, action: Pack, rejects: [Broken], compensation: Unpack}
"""
PARKED: dict[str, list[Any]] = {
    "Charge": [{"receipt": 7}],
    "Pack": [Rejected("Broken")],
    "Refund": [ValueError(), None],
}


async def until(true: Callable[[], Any]) -> None:
    """Wait for what must come soon."""
    for _ in range(500):
        if true():
            return
        await asyncio.sleep(0.01)
    raise AssertionError("it never came")


async def ask(sagas: Scripted, question: Callable[..., Any], *values: Any) -> Any:
    return await sagas._writer.ask(question, *values)


async def parked(sagas: Scripted) -> str:
    ended = await asyncio.wait_for(sagas.run(), 10)
    assert ended.outcome == "parked"
    return ended.run


async def outcome_becomes(sagas: Scripted, run: str, outcome: str) -> None:
    for _ in range(500):
        if (await sagas.result(run)).outcome == outcome:
            return
        await asyncio.sleep(0.01)
    raise AssertionError(await sagas.result(run))


def letters(store: Store, run: str) -> list[KeptLetter]:
    return store.letters(run, "", True)


def test_a_dead_compensation_is_tried_again_with_its_key_and_result() -> None:
    async def go() -> None:
        async with Scripted(ORDER, PARKED, store=MemoryStore()) as sagas:
            run = await parked(sagas)
            await sagas.repair(run, "retry", "charge", who="ann", why="the bank is back")
            await outcome_becomes(sagas, run, "compensated")
            first, again = (context for context in sagas.calls if context.operation == "undo" and context.step == "charge")  # fmt: skip
            assert first.key == again.key
            assert again.result == {"receipt": 7}
            store = sagas._writer.store
            assert [(act.what, act.step, act.who) for act in await ask(sagas, store.acts, run)] == [("retry", "charge", "ann")]  # fmt: skip
            assert [letter.closed for letter in await ask(sagas, letters, store, run)] == ["retry"]
            entries = await ask(sagas, store.history, run)
            told = [moment.detail for entry in entries for moment in entry.moments if moment.what == "by-hand"]
            assert told == ["retry by ann: the bank is back"]
            assert (await ask(sagas, store.summary, run)).ended_s is not None

    asyncio.run(go())


def test_a_second_failure_opens_a_second_letter() -> None:
    async def go() -> None:
        async with Scripted(ORDER, {**PARKED, "Refund": [ValueError()]}, store=MemoryStore()) as sagas:
            run = await parked(sagas)
            await sagas.repair(run, "retry", "charge", who="ann", why="again")
            await until(lambda: sagas.tries["Refund", run] == 2)
            await outcome_becomes(sagas, run, "parked")
            assert [each.closed for each in await ask(sagas, letters, sagas._writer.store, run)] == ["retry", ""]

    asyncio.run(go())


def test_what_makes_no_sense_is_told_and_is_no_act() -> None:
    async def go() -> None:
        async with Scripted(ORDER, PARKED, store=MemoryStore()) as sagas:
            run = await parked(sagas)
            await sagas.repair(run, "retry", "reserve", who="ann", why="to see")
            store = sagas._writer.store
            for _ in range(200):
                entries = await ask(sagas, store.history, run)
                if entries[-1].event == "Refused":
                    break
                await asyncio.sleep(0.01)
            assert entries[-1].moments[0].detail == "retry reserve refused: `reserve` is undone"
            assert await ask(sagas, store.acts, run) == []
            assert [letter.closed for letter in await ask(sagas, letters, store, run)] == [""]
            assert (await ask(sagas, store.summary, run)).ended_s is not None
            assert await ask(sagas, store.mail_of, run) == []
            with pytest.raises(UnknownName):
                await sagas.repair(run, "mend", "charge", who="ann", why="?")

    asyncio.run(go())


FORWARD = """
saga: forward
defaults: {timeout: 5s, retry: {attempts: 1}}
participants: {money: {idempotency: key}, post: {idempotency: key}}
steps:
  - {step: pay, participant: money, action: Pay, kind: pivot, no_compensation: gone}
  - {step: pack, participant: post, action: Pack, kind: retriable, no_compensation: kept, retry: {attempts: 1},
     output: {parcel: integer}}
  - {step: send, participant: post, action: Send, kind: retriable, no_compensation: gone,
     input: {parcel: steps.pack.output.parcel}}
"""


@pytest.mark.parametrize(
    ("what", "result", "parcel"),
    [("retry", None, 4), ("skip", None, None), ("resolve done", None, None), ("resolve done", {"parcel": 9}, 9)],
)
def test_a_stuck_step_goes_on(what: str, result: Any, parcel: int | None) -> None:
    async def go() -> None:
        async with Scripted(FORWARD, {"Pack": [ValueError(), {"parcel": 4}]}, store=MemoryStore()) as sagas:
            run = await parked(sagas)
            await sagas.repair(run, what, "pack", who="ann", why="seen", result=result)
            await outcome_becomes(sagas, run, "completed")
            assert sagas.calls[-1].input == {"parcel": parcel}

    asyncio.run(go())


def test_a_command_to_another_service_goes_out_again() -> None:
    """Whoever takes a run up knows which participants are reached by messages."""

    async def go() -> None:
        transport = InProcessTransport()
        sent: list[str] = []

        async def money(body: str) -> None:
            sent.append(body)

        await transport.subscribe("money", money)
        script = {"Pack": [Rejected("Broken")]}
        text = ORDER.replace("timeout: 5s", "timeout: 100ms")
        async with Scripted(text, script, store=MemoryStore(), transport=transport, remote=["money"]) as sagas:
            run = await parked(sagas)
            before = len(sent)
            await sagas.repair(run, "retry", "charge", who="ann", why="the bank is back")
            await until(lambda: len(sent) > before)
            assert '"operation":"undo"' in sent[-1]

    asyncio.run(go())


def test_a_run_that_ended_well_stays_as_it_is() -> None:
    async def go() -> None:
        async with Scripted(ORDER, store=MemoryStore()) as sagas:
            run = (await asyncio.wait_for(sagas.run(), 10)).run
            await sagas.repair(run, "skip", "pack", who="ann", why="?")
            await asyncio.sleep(0.1)
            summary = await ask(sagas, sagas._writer.store.summary, run)
            assert (summary.outcome, summary.ended_s is not None) == ("completed", True)

    asyncio.run(go())


def test_a_run_of_an_older_definition_waits_for_a_worker_that_has_its_handlers(tmp_path: Path) -> None:
    path = str(tmp_path / "sagas.db")
    newer = ORDER.replace("Refund", "GiveBack")

    async def go() -> None:
        async with Scripted(ORDER, PARKED, store=SqliteStore(path)) as sagas:
            run = await parked(sagas)
        async with Scripted(newer, store=SqliteStore(path)) as sagas:
            await sagas.repair(run, "retry", "charge", who="ann", why="the bank is back")
            await asyncio.sleep(0.1)
            assert (await ask(sagas, sagas._writer.store.summary, run)).owner == ""
            assert (await asyncio.wait_for(sagas.run(), 10)).outcome == "completed"
            assert len(await ask(sagas, sagas._writer.store.mail_of, run)) == 1
        async with Scripted(ORDER, store=SqliteStore(path), clock=Later()) as sagas:
            await outcome_becomes(sagas, run, "compensated")

    asyncio.run(go())


class Later(SystemClock):
    """So much later that whoever gave a run up would look again."""

    def now_s(self) -> float:
        return super().now_s() + 60.0

    async def sleep_until(self, due_s: float) -> None:
        await super().sleep_until(due_s - 60.0)
