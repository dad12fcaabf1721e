"""An orchestrator carries out what the machine says, writes it down, and goes on after it was stopped."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from sagactl.errors import InvalidDefinition, UsageError
from sagactl.runtime.clock import VirtualClock
from sagactl.runtime.context import Failed, Rejected
from sagactl.runtime.orchestrator import SagaOrchestrator
from sagactl.runtime.stores.memory import MemoryStore
from sagactl.runtime.stores.sqlite import SqliteStore
from tests.runtime.services import Scripted

ORDER = """
saga: order
version: 3
input: {order_id: string}
correlation: input.order_id
defaults: {timeout: 5s, retry: {attempts: 2, initial: 10ms, jitter: false}}
participants:
  stock: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
  money: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
  parcels: {idempotency: key}
steps:
  - {step: reserve, participant: stock, action: ReserveItems, compensation: ReleaseItems, output: {id: string}}
  - {step: charge, participant: money, action: ChargeCard, rejects: [Declined], compensation: Refund,
     input: {order: input.order_id, reservation: steps.reserve.output.id}}
  - {step: ship, participant: parcels, action: Ship, kind: pivot, no_compensation: gone}
"""


def run(script: dict[str, list[Any]] | None = None, text: str = ORDER, **options: Any) -> Any:
    """The end of one run, and the orchestrator that ran it."""

    async def go() -> Any:
        async with Scripted(text, script, store=MemoryStore(), **options) as sagas:
            ended = await asyncio.wait_for(sagas.run({"order_id": "o-1"}), 20)
            return ended, sagas

    return asyncio.run(go())


def test_a_run_goes_through() -> None:
    ended, sagas = run({"ReserveItems": [{"id": "r-1"}]})
    assert (ended.status, ended.outcome) == ("COMPLETED", "completed")
    assert sagas.named == ["action reserve", "action charge", "action ship"]
    charge = sagas.calls[1]
    assert charge.input == {"order": "o-1", "reservation": "r-1"}
    assert charge.key == f"{ended.run}:charge"
    assert charge.correlation_id == "o-1"


def test_a_rejection_rolls_back_with_the_original_result() -> None:
    ended, sagas = run({"ReserveItems": [{"id": "r-1"}], "ChargeCard": [Rejected("Declined")]})
    assert (ended.status, ended.outcome) == ("FAILED", "compensated")
    undo = sagas.calls[-1]
    assert (undo.step, undo.operation, undo.result, undo.knows_result) == ("reserve", "undo", {"id": "r-1"}, True)
    assert (undo.key, undo.action_key) == (f"{ended.run}:reserve:undo", f"{ended.run}:reserve")


def test_failures_are_tried_again_and_then_undone_because_nobody_knows() -> None:
    ended, sagas = run({"ChargeCard": [Failed("busy"), ValueError("no")]})
    assert ended.outcome == "compensated"
    assert sagas.named == ["action reserve", "action charge", "action charge", "undo charge", "undo reserve"]
    assert sagas.calls[3].knows_result is False


def test_a_dead_compensation_parks_the_run_and_the_others_go_on() -> None:
    ended, sagas = run({"ChargeCard": [ValueError()], "Refund": [ValueError()]})
    assert (ended.status, ended.outcome) == ("FAILED", "parked")
    assert sagas.named[-1] == "undo reserve"


def test_results_that_are_no_json_are_a_failure() -> None:
    ended, sagas = run({"ReserveItems": [{"id": object()}]})
    assert ended.outcome == "compensated"
    assert sagas.named == ["action reserve", "action reserve", "undo reserve"]


def test_missing_handlers_are_listed() -> None:
    class Half(SagaOrchestrator):
        async def reserve_items(self, context: Any) -> None: ...
        async def ship(self, context: Any) -> None: ...

    from tests.runtime.services import definition

    async def go() -> None:
        await Half(definition=definition(ORDER), store=MemoryStore()).open()

    with pytest.raises(UsageError) as caught:
        asyncio.run(go())
    assert "`ReleaseItems` (compensation of `reserve`)" in caught.value.message
    assert "`ChargeCard` (action of `charge`)" in caught.value.message
    assert "ReserveItems" not in caught.value.message


def test_an_invalid_definition_is_refused() -> None:
    with pytest.raises(InvalidDefinition):
        Scripted("saga: broken\nsteps: 3\n", store=MemoryStore())


def test_input_is_checked() -> None:
    async def go() -> None:
        async with Scripted(ORDER, store=MemoryStore()) as sagas:
            with pytest.raises(UsageError, match="order_id"):
                await sagas.start({"order_id": 3})

    asyncio.run(go())


def test_the_same_key_starts_one_run() -> None:
    async def go() -> None:
        async with Scripted(ORDER, store=MemoryStore()) as sagas:
            first, second = await asyncio.gather(*(sagas.start({"order_id": "o"}, key="k") for _ in range(2)))
            assert first == second
            await sagas.wait(first)
            assert await sagas.start({"order_id": "o"}, key="k") == first
            assert len(sagas.calls) == 3

    asyncio.run(go())


def test_a_run_goes_on_where_another_process_left_it(tmp_path: Path) -> None:
    path = str(tmp_path / "sagas.db")

    async def go() -> None:
        first = Scripted(ORDER, {"ChargeCard": [lambda context: asyncio.sleep(60)]}, store=SqliteStore(path))
        await first.open()
        run = await first.start({"order_id": "o"})
        while len(first.calls) < 2:
            await asyncio.sleep(0.01)
        await first.close()
        async with Scripted(ORDER, store=SqliteStore(path)) as second:
            ended = await asyncio.wait_for(second.wait(run), 10)
            assert ended.outcome == "completed"
            assert second.named == ["action charge", "action ship"]
            assert second.calls[0].attempt == 1, "it is the same try, done again at once"

    asyncio.run(go())


WAIT = """
saga: leave
deadline: 30d
steps:
  - {step: ask, participant: people, action: Ask, compensation: Withdraw}
  - {step: approve, wait: {decision: Approval, by: boss}, timeout: 14d, on_timeout: fail, rejects: [Refused]}
  - {step: book, participant: people, action: Book, kind: pivot, no_compensation: done}
"""


@pytest.mark.parametrize(("rejected", "outcome"), [("", "completed"), ("Refused", "compensated")])
def test_a_wait_ends_with_what_it_waits_for(rejected: str, outcome: str) -> None:
    async def go() -> None:
        async with Scripted(WAIT, store=MemoryStore()) as sagas:
            run = await sagas.start()
            await sagas.tell(run, "Approval", {"by": "boss"}, rejected=rejected)
            ended = await asyncio.wait_for(sagas.wait(run), 10)
            assert ended.outcome == outcome

    asyncio.run(go())


def test_days_pass_in_no_time() -> None:
    async def go() -> None:
        clock = VirtualClock(1000.0)
        async with Scripted(WAIT, store=MemoryStore(), clock=clock, poll_s=3600.0) as sagas:
            run = await sagas.start()
            waiting = asyncio.create_task(sagas.wait(run))
            for _ in range(2000):
                await asyncio.sleep(0.002)
                due_s = clock.next_due_s()
                if waiting.done():
                    break
                if due_s is not None:
                    clock.move_to(due_s)
            ended = await asyncio.wait_for(waiting, 1)
            assert ended.outcome == "compensated"
            assert clock.now_s() - 1000.0 >= 14 * 86400

    asyncio.run(go())


def test_a_cancel_takes_the_run_back_and_is_recorded() -> None:
    async def go() -> None:
        async with Scripted(WAIT, store=MemoryStore()) as sagas:
            run = await sagas.start()
            await asyncio.sleep(0.05)
            await sagas.cancel(run, who="ann", why="changed her mind")
            ended = await asyncio.wait_for(sagas.wait(run), 10)
            assert ended.outcome == "compensated"
            acts = await sagas._writer.ask(sagas._writer.store.acts, run)
            assert [(act.what, act.who, act.why) for act in acts] == [("cancel", "ann", "changed her mind")]

    asyncio.run(go())


LOCAL = """
saga: local
steps:
  - {step: note, participant: own, local: true, action: Note, compensation: Strike, rejects: [Full]}
  - {step: call, participant: other, action: Call, compensation: Uncall, rejects: [No]}
"""


def test_a_local_step_is_one_transaction_with_the_record() -> None:
    def note(context: Any) -> dict[str, int]:
        context.connection.execute("CREATE TABLE IF NOT EXISTS notes (run TEXT)")
        context.connection.execute("INSERT INTO notes VALUES (?)", (context.run_id,))
        return {"notes": 1}

    def strike(context: Any) -> None:
        context.connection.execute("DELETE FROM notes WHERE run = ?", (context.run_id,))

    async def go() -> None:
        script = {"Note": [note], "Strike": [strike], "Call": [None]}
        async with Scripted(LOCAL, script, store=MemoryStore()) as sagas:
            ended = await asyncio.wait_for(sagas.run(), 10)
            assert (ended.outcome, ended.results["note"]) == ("completed", {"notes": 1})
            sagas.script["Call"] = [Rejected("No")]
            assert (await asyncio.wait_for(sagas.run(), 10)).outcome == "compensated"
            count = await sagas._writer.ask(
                lambda: sagas._writer.store.connection.execute("SELECT count(*) FROM notes").fetchone()
            )
            assert count == (1,)

    asyncio.run(go())


def test_no_more_runs_at_once_than_allowed() -> None:
    text = ORDER.replace("version: 3", "version: 3\nlimits: {concurrency: 2}")
    active, most = 0, 0

    async def ship(context: Any) -> None:
        nonlocal active, most
        active += 1
        most = max(most, active)
        await asyncio.sleep(0.03)
        active -= 1

    async def go() -> None:
        async with Scripted(text, {"Ship": [ship]}, store=MemoryStore()) as sagas:
            ended = await asyncio.wait_for(asyncio.gather(*(sagas.run({"order_id": str(n)}) for n in range(8))), 20)
            assert {each.outcome for each in ended} == {"completed"}
            assert most == 2

    asyncio.run(go())


def test_a_run_keeps_the_definition_that_it_started_with(tmp_path: Path) -> None:
    """A worker with a newer definition goes on with old runs by their own, if it has the handlers that they need."""
    path = str(tmp_path / "sagas.db")
    newer = ORDER.replace("version: 3", "version: 4").replace("action: Ship,", "action: ShipFast,")

    async def go() -> None:
        first = Scripted(ORDER, {"ChargeCard": [lambda context: asyncio.sleep(60)]}, store=SqliteStore(path))
        await first.open()
        run = await first.start({"order_id": "o"})
        await first.close()
        with pytest.raises(UsageError, match="`Ship`"):
            await Scripted(newer, store=SqliteStore(path)).open()
        second = Scripted(newer, store=SqliteStore(path))

        async def ship(context: Any) -> None:
            second.calls.append(context)

        second.on("action", "Ship", ship)
        async with second:
            assert (await asyncio.wait_for(second.wait(run), 10)).outcome == "completed"
            assert [context.step for context in second.calls][-1] == "ship"
            assert (await asyncio.wait_for(second.run({"order_id": "o"}), 10)).outcome == "completed"

    asyncio.run(go())


def test_a_run_of_a_version_that_nobody_here_knows_is_left_to_others(tmp_path: Path) -> None:
    path = str(tmp_path / "sagas.db")
    newer = ORDER.replace("version: 3", "version: 4").replace("action: Ship,", "action: ShipFast,")

    async def go() -> None:
        async with Scripted(ORDER, store=SqliteStore(path)) as old:
            new = Scripted(newer, {"ChargeCard": [lambda context: asyncio.sleep(60)]}, store=SqliteStore(path))
            await new.open()
            run = await new.start({"order_id": "o"})
            await new.close()
            await asyncio.sleep(0.2)
            assert run not in old._engine.runs
            assert (await old.result(run)).outcome is None
            store = SqliteStore(path)
            summary = store.summary(run)
            assert summary is not None
            assert (summary.owner, summary.status) == ("", "PENDING")
            store.close()

    asyncio.run(go())


def test_runs_that_have_ended_are_forgotten_after_their_time() -> None:
    async def go() -> None:
        async with Scripted(ORDER, store=MemoryStore(), forget_after_s=0.0) as sagas:
            run = await sagas.start({"order_id": "o"})
            for _ in range(100):
                await asyncio.sleep(0.02)
                if await sagas._writer.ask(sagas._writer.store.load, run) is None:
                    return
            raise AssertionError("it is still there")

    asyncio.run(go())


def test_timers_of_runs_that_are_over_are_not_kept() -> None:
    """A deadline of an hour must not hold the memory of a run that took a moment."""

    async def go() -> None:
        text = ORDER.replace("version: 3", "deadline: 1h")
        async with Scripted(text, store=MemoryStore()) as sagas:
            for _ in range(8):
                await asyncio.gather(*(sagas.run({"order_id": "o"}) for _ in range(100)))
            assert len(sagas._engine.timers._heap) < 2_000
            assert not sagas._engine.runs

    asyncio.run(go())


ASKED = """
saga: asked
defaults: {timeout: 5s}
participants:
  bank: {idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true}
steps:
  - {step: pay, participant: bank, action: Pay, compensation: Refund, output: {id: string}}
  - {step: ship, participant: bank, action: Ship, compensation: CallBack, input: {paid: steps.pay.output.id}}
"""


@pytest.mark.parametrize(
    ("says", "outcome", "given"),
    [
        ({"id": "p-1"}, "completed", "p-1"),
        (True, "completed", None),
        (False, "compensated", "never asked"),
        (None, "compensated", "never asked"),
    ],
)
def test_whoever_is_asked_may_know_the_result(says: Any, outcome: str, given: Any) -> None:
    async def go() -> None:
        script = {"Pay": [ValueError("lost")], "Pay?": [says]}
        async with Scripted(ASKED, script, store=MemoryStore()) as sagas:
            ended = await asyncio.wait_for(sagas.run(), 10)
            assert ended.outcome == outcome
            shipped = [context.input["paid"] for context in sagas.calls if context.step == "ship"]
            assert shipped == ([given] if outcome == "completed" else [])

    asyncio.run(go())
