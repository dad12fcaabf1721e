"""Runs that go on: what is shown of them, what goes on from there, and acts on them."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

from sagactl.runtime.stores.sqlite import SqliteStore
from tests.runner import Result, sagactl
from tests.runtime.services import Scripted

LEAVE = """
saga: leave
deadline: 30d
participants: {people: {idempotency: key, rejects_late_actions: true, remembers_failures: true}}
steps:
  - {step: ask, participant: people, action: Ask, compensation: Withdraw}
  - {step: approve, wait: {decision: Approval, by: boss}, timeout: 14d, on_timeout: fail, rejects: [Refused]}
  - {step: book, participant: people, action: Book, kind: pivot, no_compensation: done}
"""


def on_store(*call: str) -> Result:
    return sagactl(*call, "--store", "sagas.db")


@pytest.fixture
def waiting(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """The id of a run that waits for a decision, while no worker lives."""
    monkeypatch.chdir(tmp_path)
    Path("leave.saga.yaml").write_text(LEAVE, encoding="utf-8")

    async def go() -> str:
        async with Scripted(LEAVE, store=SqliteStore("sagas.db")) as sagas:
            run = await sagas.start({"who": "ann"})
            while len(sagas.calls) < 1:
                await asyncio.sleep(0.01)
            await asyncio.sleep(0.1)
            return run

    return asyncio.run(go())


def driven(run: str, outcome: str) -> None:
    """A worker takes the run to this end."""

    async def go() -> None:
        async with Scripted(LEAVE, store=SqliteStore("sagas.db")) as sagas:
            ended = await asyncio.wait_for(sagas.wait(run), 20)
            assert ended.outcome == outcome

    asyncio.run(go())


def test_a_run_that_goes_on_is_shown_with_its_timers(waiting: str) -> None:
    shown = on_store("show", waiting)
    assert (shown.code, shown.err) == (0, "")
    assert "ActionTimedOut of approve" in shown.out and "DeadlinePassed" in shown.out
    found: Any = json.loads(on_store("show", waiting, "--format", "json").out)
    assert (found["outcome"], found["replay"], found["phase"]) == (None, None, "forward")
    assert {timer["event"] for timer in found["timers"]} == {"ActionTimedOut", "DeadlinePassed"}
    drawn = on_store("show", waiting, "--format", "html")
    assert (drawn.code, drawn.out) == (2, "") and "it has not ended yet" in drawn.err


def test_a_rehearsal_goes_on_from_where_the_run_is(waiting: str) -> None:
    on_store("show", waiting, "--format", "json", "-o", "run.json")
    now = sagactl("simulate", "leave.saga.yaml", "--from", "@run.json", "--cancel-now")
    assert now.code == 0
    assert "run ends: compensated" in now.out


def test_a_cancel_waits_for_a_worker_and_is_carried_out(waiting: str) -> None:
    posted = on_store("cancel", waiting, "--why", "she is ill", "--as", "ann", "--wait", "0")
    assert posted.out.startswith("posted: cancel waits for a worker of `leave`")
    driven(waiting, "compensated")
    assert "cancel by ann: she is ill" in on_store("show", waiting).out


@pytest.mark.parametrize("call", [("resolve", "approve", "done"), ("skip", "approve")])
def test_a_decision_is_made_by_hand(waiting: str, call: tuple[str, ...]) -> None:
    name, *rest = call
    assert on_store(name, waiting, *rest, "--why", "the boss said so", "--wait", "0").code == 0
    driven(waiting, "completed")


def test_what_a_dead_worker_had_is_left_to_the_next_one(waiting: str) -> None:
    """Nobody knows what was under way with it, so nothing is written past whoever finds out."""
    import sqlite3

    with sqlite3.connect("sagas.db") as connection:
        connection.execute("UPDATE sagactl_runs SET owner = 'dead'")
    refused = on_store("retry", waiting, "ask", "--why", "x", "--wait", "0")
    assert refused.err == "error: `ask` is done\n"
    assert on_store("cancel", waiting, "--why", "x", "--wait", "0").out.startswith("posted")
    driven(waiting, "compensated")


def test_a_hostile_reason_is_shown_harmless(waiting: str) -> None:
    hostile = "\x1b]0;evil\x07\u202e"
    on_store("cancel", waiting, "--why", hostile, "--as", hostile, "--wait", "0")
    driven(waiting, "compensated")
    shown = on_store("show", waiting).out
    assert "\x1b" not in shown and "\u202e" not in shown and "\\x1b]0;evil" in shown


def test_a_cancel_after_the_pivot_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    text = """
saga: late
steps:
  - {step: book, participant: people, action: Book, kind: pivot, no_compensation: done}
  - {step: hear, wait: {event: Arrived}}
"""

    async def go() -> str:
        async with Scripted(text, store=SqliteStore("sagas.db")) as sagas:
            run = await sagas.start()
            await asyncio.sleep(0.3)
            return run

    run = asyncio.run(go())
    done = on_store("cancel", run, "--why", "x", "--as", "ann")
    assert done.out == "done: cancel; the run is PENDING now\n  note: cancel after the point of no return\n"


def test_what_was_asked_first_comes_first(waiting: str) -> None:
    assert on_store("cancel", waiting, "--why", "x", "--wait", "0").out.startswith("posted")
    assert on_store("skip", waiting, "approve", "--why", "x", "--wait", "0").out.startswith("posted")
    driven(waiting, "compensated")
    acts = json.loads(on_store("show", waiting, "--format", "json").out)["acts"]
    assert [act["what"] for act in acts] == ["cancel"], "what makes no sense any more is no act"
