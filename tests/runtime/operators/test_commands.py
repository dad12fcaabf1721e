"""The commands of operators, as people call them: what they print, what they refuse, and how they exit."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, Final

import pytest

from sagactl.runtime.stores.sqlite import SqliteStore
from tests.runner import Result, sagactl
from tests.runtime.operators.test_repairs import ORDER, PARKED
from tests.runtime.services import Scripted

HOSTILE: Final = "\x1b[31mred\x1b[0m\u202e\n##[error]"


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with a store `sagas.db`, in which one run has ended well and one is parked."""
    monkeypatch.chdir(tmp_path)

    async def go() -> None:
        async with Scripted(ORDER, {**PARKED, "Pack": [None]}, store=SqliteStore("sagas.db")) as sagas:
            await asyncio.wait_for(sagas.run({"card": "4711"}, key="good"), 10)
        async with Scripted(ORDER, PARKED, store=SqliteStore("sagas.db")) as sagas:
            await asyncio.wait_for(sagas.run({"card": "4711", "note": HOSTILE}, key="bad"), 10)

    asyncio.run(go())
    return tmp_path


def on_store(*call: str) -> Result:
    return sagactl(*call, "--store", "sagas.db")


def as_json(*call: str) -> Any:
    result = on_store(*call, "--format", "json")
    assert (result.code, result.err) == (0, "")
    return json.loads(result.out)


def parked() -> str:
    (run,) = as_json("runs", "--status", "parked")["runs"]
    return str(run["run"])


def test_runs_are_listed_the_youngest_first(place: Path) -> None:
    found = as_json("runs")
    assert [(run["outcome"], run["open_letters"]) for run in found["runs"]] == [("parked", 1), ("completed", 0)]
    text = on_store("runs").out
    assert text.splitlines()[-1] == "2 runs; 1 open dead letter: `sagactl dead-letters`"
    assert as_json("runs", "--limit", "1")["more"] is True
    assert [run["outcome"] for run in as_json("runs", "--status", "COMPLETED")["runs"]] == ["completed"]
    assert on_store("runs", "--saga", "none").out == "no runs\n"
    assert as_json("runs", "--stuck")["runs"] == []


def test_a_run_is_shown_with_all_that_is_known_of_it(place: Path) -> None:
    run = parked()
    text = on_store("show", run).out
    for expected in ("FAILED, parked", "key          bad", "charge, going back: ValueError", "ROLLBACK: Broken", '{"receipt": 7}'):  # fmt: skip
        assert expected in text
    assert "\x1b" not in text and "\u202e" not in text and "##[error]" not in text
    found = as_json("show", run)
    assert [step["record"] for step in found["steps"].values()] == ["undone", "dead", "rejected"]
    assert found["letters"][0]["command"] == "Refund"
    redacted = on_store("show", run, "--redact", "card", "--format", "json").out
    assert "4711" not in redacted and "4711" not in on_store("show", run, "--redact", "card").out


def test_what_is_written_is_replayed(place: Path) -> None:
    Path("order.saga.yaml").write_text(ORDER, encoding="utf-8")
    assert on_store("show", parked(), "--format", "json", "-o", "run.json").code == 0
    replayed = sagactl("simulate", "order.saga.yaml", "--replay", "run.json")
    assert "changed since it was kept" not in replayed.out
    assert "run ends: parked" in replayed.out
    good = as_json("runs", "--status", "completed")["runs"][0]["run"]
    assert on_store("show", good, "--format", "json", "-o", "run.json").code == 0
    assert sagactl("simulate", "order.saga.yaml", "--replay", "run.json").code == 0


@pytest.mark.parametrize("call", [("-f", "html"), ("-f", "mermaid"), ("--view", "timeline"), ("--view", "sequence")])
def test_a_run_is_drawn(place: Path, call: tuple[str, ...]) -> None:
    result = on_store("show", parked(), *call)
    assert (result.code, result.err) == (0, "")
    assert "charge" in result.out


def test_dead_letters_hold_what_people_need(place: Path) -> None:
    (letter,) = as_json("dead-letters")["dead_letters"]
    wanted = {"participant": "money", "command": "Refund", "result": {"receipt": 7}, "direction": "back"}
    assert {name: letter[name] for name in wanted} == wanted
    assert letter["key"] == f"{parked()}:charge:undo"
    text = on_store("dead-letters", "--redact", "card").out
    assert '"card": "(redacted)"' in text and "4711" not in text
    assert "\x1b" not in text
    assert on_store("dead-letters", "--saga", "none").out == "no dead letters\n"


def test_what_needs_nobody_is_written_at_once(place: Path) -> None:
    run = parked()
    result = on_store("resolve", run, "charge", "done", "--why", "refunded by hand", "--as", "ann")
    assert (result.code, result.out) == (0, "done: resolve done charge; the run is FAILED, compensated now\n")
    (act,) = as_json("show", run)["acts"]
    assert (act["what"], act["step"], act["who"], act["why"]) == ("resolve done", "charge", "ann", "refunded by hand")
    assert "by hand: resolve done by ann: refunded by hand" in on_store("show", run).out
    assert on_store("dead-letters").out == "no dead letters\n"
    assert on_store("dead-letters", "--all").out.count("closed by") == 1
    again = on_store("retry", run, "charge", "--why", "once more")
    assert (again.code, again.err) == (2, "error: the run has ended compensated, so nothing is left to repair\n")


def test_a_skipped_undo_stays_parked_without_a_letter(place: Path) -> None:
    run = parked()
    assert on_store("skip", run, "charge", "--why", "too small").out.endswith("the run is FAILED, parked now\n")
    assert as_json("runs", "--status", "parked")["runs"][0]["open_letters"] == 0
    assert as_json("show", run)["steps"]["charge"]["record"] == "settled"


def test_what_has_to_be_carried_out_waits_for_a_worker(place: Path) -> None:
    run = parked()
    posted = on_store("retry", run, "charge", "--why", "the bank is back", "--wait", "0", "--format", "json")
    assert json.loads(posted.out)["how"] == "posted"

    async def go() -> None:
        async with Scripted(ORDER, store=SqliteStore("sagas.db")) as sagas:
            for _ in range(500):
                if (await sagas.result(run)).outcome == "compensated":
                    return
                await asyncio.sleep(0.01)
            raise AssertionError("nobody did it")

    asyncio.run(go())
    assert [act["what"] for act in as_json("show", run)["acts"]] == ["retry"]


def test_what_was_asked_of_a_parked_run_first_comes_first(place: Path) -> None:
    run = parked()
    assert on_store("retry", run, "charge", "--why", "the bank is back", "--wait", "0").out.startswith("posted")
    assert on_store("skip", run, "charge", "--why", "too small", "--wait", "0").out.startswith("posted")


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (("show", "RUN0"), "there is no run"),
        (("show", "PREFIX"), "did you mean `"),
        (("retry", "RUN", "charge"), "nobody says why"),
        (("retry", "RUN", "chrage", "--why", "x"), "did you mean `charge`?"),
        (("retry", "RUN", "reserve", "--why", "x"), "`reserve` is undone"),
        (("cancel", "RUN", "--why", "x"), "the run has ended parked"),
        (("resolve", "RUN", "charge", "maybe", "--why", "x"), "unknown outcome `maybe`"),
        (("resolve", "RUN", "charge", "not-done", "--why", "x", "--result", "{}"), "what was not done has no result"),
        (("show", "RUN", "--format", "html", "--view", "timeline"), "exclude each other"),
        (("runs", "--status", "parkd"), "did you mean `parked`?"),
        (("runs", "--limit", "0"), "`--limit` is from 1"),
        (("dead-letters", "--run", "RUN0"), "there is no run"),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, tuple) else "",
)
def test_what_makes_no_sense_is_refused(place: Path, call: tuple[str, ...], expected: str) -> None:
    run = parked()
    names = {"RUN": run, "PREFIX": run[:-4]}
    result = on_store(*(names.get(word, word) for word in call))
    assert (result.code, result.out) == (2, "")
    assert expected in result.err


def test_a_store_that_cannot_be_used_is_named(place: Path) -> None:
    Path("text.db").write_text("no database, and long enough to be taken for one " * 50, encoding="utf-8")
    with sqlite3.connect("other.db") as other:
        other.execute("CREATE TABLE mine (id)")
    with sqlite3.connect("new.db") as newer:
        newer.execute("PRAGMA application_id = 94874737")
        newer.execute("PRAGMA user_version = 999")
    for name, expected in (
        ("none.db", "there is no store `none.db`"),
        ("text.db", "not a database"),
        ("other.db", "another program's database"),
        ("new.db", "schema version 999"),
        ("mysql://me:secret@host/db", "`mysql://host/db` is no store"),
    ):
        result = sagactl("runs", "--store", name)
        assert (result.code, result.out) == (2, ""), name
        assert expected in result.err and "secret" not in result.err
    assert "no store is named" in sagactl("runs").err
    Path("sagactl.toml").write_text('store = "sagas.db"\n', encoding="utf-8")
    assert sagactl("runs").code == 0


SERVICE = """
from sagactl.runtime import Rejected, SagaOrchestrator
import os

class Orders(SagaOrchestrator):
    definition = "order.saga.yaml"
    async def reserve(self, context): return {"id": context.run_input.get("id")}
    async def release(self, context): pass
    async def charge(self, context): pass
    async def refund(self, context):
        if not os.path.exists("bank-is-back"):
            raise ConnectionError
    async def pack(self, context):
        if context.run_input.get("broken"):
            raise Rejected("Broken")
    async def unpack(self, context): pass

class Half(SagaOrchestrator):
    definition = "order.saga.yaml"

class Broken(SagaOrchestrator):
    definition = "broken.saga.yaml"

class NoSaga: pass
"""


@pytest.fixture
def service(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    Path("orders.py").write_text(SERVICE, encoding="utf-8")
    Path("failing.py").write_text("1 / 0\n", encoding="utf-8")
    Path("order.saga.yaml").write_text(ORDER, encoding="utf-8")
    Path("broken.saga.yaml").write_text("saga: broken\nsteps: 3\n", encoding="utf-8")
    return tmp_path


def called(*call: str, timeout_s: float = 60) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sagactl", *call, "--store", "sagas.db"]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=timeout_s)


def test_one_run_is_started_and_waited_for(service: Path) -> None:
    done = called("run", "orders:Orders", "--input", '{"id": 3}', "--key", "k", "--format", "json")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["outcome"], found["key"], found["results"]["reserve"]) == ("completed", "k", {"id": 3})
    again = called("run", "orders:Orders", "--input", '{"id": 3}', "--key", "k", "--format", "json")
    assert json.loads(again.stdout)["run"] == found["run"]
    assert called("run", "orders:Orders", "--input", '{"broken": true}').returncode == 1


@pytest.mark.parametrize(
    ("name", "expected", "code"),
    [
        ("orders", "names no class", 2),
        ("orders:Order", "did you mean `Orders`?", 2),
        ("orders:NoSaga", "is no `SagaOrchestrator`", 2),
        ("none:Orders", "there is no module `none`", 2),
        ("failing:Orders", "cannot be imported: ZeroDivisionError", 2),
        ("orders:Half", "nobody carries out `Reserve` (action of `reserve`)", 2),
        ("orders:Broken", "mend the errors above first", 1),
    ],
)
def test_what_cannot_be_run_is_refused_in_words(service: Path, name: str, expected: str, code: int) -> None:
    done = called("run", name)
    assert (done.returncode, done.stdout) == (code, "")
    assert expected in done.stderr and "Traceback" not in done.stderr


def test_a_worker_takes_what_people_ask_for_and_stops_in_peace(service: Path) -> None:
    assert called("run", "orders:Orders", "--input", '{"broken": true}').returncode == 1
    Path("bank-is-back").touch()
    command = [sys.executable, "-m", "sagactl", "worker", "orders:Orders", "--store", "sagas.db"]
    worker = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert worker.stderr is not None and "drives its runs" in worker.stderr.readline()
        done = on_store("retry", parked(), "charge", "--why", "the bank is back", "--wait", "20")
        assert done.out.startswith("done: retry charge")
        until_s = time.monotonic() + 20
        while as_json("runs")["runs"][0]["outcome"] != "compensated" and time.monotonic() < until_s:
            time.sleep(0.05)
        assert as_json("runs")["runs"][0]["outcome"] == "compensated"
        os.kill(worker.pid, signal.SIGTERM)
        assert worker.wait(20) == 0
        assert worker.stderr.read().endswith("stopped\n")
    finally:
        worker.kill()
        worker.wait()
        worker.stderr.close() if worker.stderr is not None else None
