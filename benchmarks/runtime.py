"""Prints how many runs of a five-step saga the runtime ends in a second, side by side with DBOS, on the same stores.

    python -m benchmarks.runtime [RUNS]

Both are durable to the same degree: each transition is flushed to the disk before anything follows from it, with the
settings that are printed.  Steps do nothing, so that only the cost of running is measured.  Beside them stands the bare
rate at which the store commits one row, which is the limit for whoever commits each transition by itself.
Every measurement is a process of its own; the rounds are taken in turn.
"""

from __future__ import annotations

import asyncio
import json
import os
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
from pathlib import Path
from statistics import median
from time import perf_counter, process_time
from typing import Any

from tests.runtime import servers

ROOT = Path(__file__).parents[1]
ROUNDS = 3
FLIGHTS = (1, 200)
"""Runs at the same time: one after the other, and many."""

SAGA = "saga: five\ndeadline: 1h\ndefaults: {timeout: 10s, retry: 3}\ninput: {order_id: string}\nsteps:\n" + "".join(
    f"  - {{step: step-{n}, participant: service-{n}, action: Do{n}, compensation: Undo{n}}}\n" for n in range(1, 6)
)


# -- one process, one measurement


def ours(url: str, runs: int, flight: int) -> dict[str, Any]:
    from sagactl.runtime.definition import Definition
    from sagactl.runtime.orchestrator import SagaOrchestrator
    from sagactl.runtime.stores.sqlite import SqliteStore

    async def step(context: Any) -> dict[str, str]:
        return {"id": context.key}

    async def go() -> dict[str, Any]:
        if url.startswith("host="):
            from sagactl.runtime.stores.postgres import PostgresStore

            store: Any = PostgresStore(url)
        else:
            store = SqliteStore(url)
        sagas = SagaOrchestrator(definition=Definition({"=five.saga.yaml": SAGA}), store=store)
        for n in range(1, 6):
            sagas.on("action", f"Do{n}", step)
            sagas.on("compensation", f"Undo{n}", step)
        async with sagas:
            return await _timed(lambda number: sagas.run({"order_id": str(number)}), runs, flight)

    return asyncio.run(go())


def dbos(url: str, runs: int, flight: int) -> dict[str, Any]:
    from dbos import DBOS  # type: ignore[import-not-found]

    address = f"sqlite:///{url}" if not url.startswith("host=") else _as_address(url)
    DBOS(config={"name": "five", "system_database_url": address, "log_level": "ERROR", "run_admin_server": False})

    @DBOS.step()  # type: ignore[untyped-decorator]
    async def step(number: int) -> dict[str, str]:
        return {"id": str(number)}

    @DBOS.workflow()  # type: ignore[untyped-decorator]
    async def five(order: str) -> str:
        for number in range(1, 6):
            await step(number)
        return order

    async def go() -> dict[str, Any]:
        return await _timed(lambda number: five(str(number)), runs, flight)

    DBOS.launch()
    try:
        return asyncio.run(go())
    finally:
        DBOS.destroy()


def _as_address(url: str) -> str:
    """The same server as an address; DBOS makes a schema of its own."""
    from urllib.parse import quote

    from psycopg.conninfo import conninfo_to_dict

    found = conninfo_to_dict(url)
    return f"postgresql://{found['user']}@/{found['dbname']}?host={quote(str(found['host']), safe='')}"


async def _timed(run: Any, runs: int, flight: int) -> dict[str, Any]:
    """Runs per second, the time of each, and what the process has cost."""
    await asyncio.gather(*(run(-number) for number in range(1, min(20, flight) + 1)))
    took_ms, numbers = list[float](), iter(range(1, runs + 1))

    async def one_after_the_other() -> None:
        for number in numbers:
            start = perf_counter()
            await run(number)
            took_ms.append((perf_counter() - start) * 1000)

    start, cpu = perf_counter(), process_time()
    await asyncio.gather(*(one_after_the_other() for _ in range(flight)))
    seconds, cpu_s = perf_counter() - start, process_time() - cpu
    took_ms.sort()
    return {
        "per_s": runs / seconds,
        "p50_ms": took_ms[len(took_ms) // 2],
        "p99_ms": took_ms[int(len(took_ms) * 0.99)],
        "cpu_ms": cpu_s * 1000 / runs,
        "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }


def bare(url: str, runs: int, flight: int) -> dict[str, Any]:
    """Commits of one row, one after the other."""
    if url.startswith("host="):
        import psycopg

        connection: Any = psycopg.connect(url, autocommit=True)
        row = "INSERT INTO bare VALUES (%s, %s)"
    else:
        connection = sqlite3.connect(url, isolation_level=None)
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        row = "INSERT INTO bare VALUES (?, ?)"
    connection.execute("CREATE TABLE bare (number INTEGER PRIMARY KEY, text TEXT)")
    start = perf_counter()
    for number in range(runs):
        connection.execute(row, (number, "x" * 500))
    return {"per_s": runs / (perf_counter() - start)}


# -- all of them


def main() -> None:
    runs = int(sys.argv[1]) if len(sys.argv) > 1 else 2_000
    with servers.postgres() as server:
        print(_settings(server.url))
        for flight in FLIGHTS:
            number = runs if flight > 1 else max(100, runs // 10)
            print(f"\n{number} runs of five steps, {flight} at the same time")
            print(f"{'':<22}{'runs/s':>9}{'p50 ms':>9}{'p99 ms':>9}{'CPU ms/run':>12}{'peak MB':>9}")
            found = _rounds(server, number, flight)
            for name, figures in found.items():
                print(name.ljust(22) + _row(figures))
            for store in ("SQLite", "PostgreSQL"):
                _ratio(found, store)
        for store in ("SQLite", "PostgreSQL"):
            rate = _measure("bare", _place(server, store), 1_000, 1)["per_s"]
            print(f"\nbare commits, {store}: {rate:,.0f} a second")


def _rounds(server: servers.Postgres, runs: int, flight: int) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    for _ in range(ROUNDS):
        for store in ("SQLite", "PostgreSQL"):
            for who in ("ours", "dbos"):
                few = runs if who == "ours" else max(50, runs // 5)  # at its rate the others would wait for minutes
                figures = _measure(who, _place(server, store), few, flight)
                found.setdefault(f"{who}, {store}", []).append(figures)
    return found


def _place(server: servers.Postgres, store: str) -> str:
    return server.new_place() if store == "PostgreSQL" else os.path.join(tempfile.mkdtemp(), "sagas.db")


def _measure(who: str, url: str, runs: int, flight: int) -> dict[str, Any]:
    command = [sys.executable, "-m", "benchmarks.runtime", "--one", who, url, str(runs), str(flight)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=900)
    if done.returncode:
        return {"missing": (done.stderr.strip().splitlines() or ["it failed"])[-1]}
    return dict(json.loads(done.stdout.strip().splitlines()[-1]))


def _row(figures: list[dict[str, Any]]) -> str:
    if "missing" in figures[0]:
        return f"  not measured: {figures[0]['missing']}"
    middle = {name: median(each[name] for each in figures) for name in figures[0]}
    first = f"{middle['per_s']:>9,.0f}{middle['p50_ms']:>9.1f}{middle['p99_ms']:>9.1f}"
    return first + f"{middle['cpu_ms']:>12.2f}{middle['peak_mb']:>9.0f}"


def _ratio(found: dict[str, list[dict[str, Any]]], store: str) -> None:
    ours, theirs = found[f"ours, {store}"], found[f"dbos, {store}"]
    if "missing" not in ours[0] and "missing" not in theirs[0]:
        times = median(each["per_s"] for each in ours) / median(each["per_s"] for each in theirs)
        print(f"{store}: {times:.1f} times as many as DBOS")


def _settings(url: str) -> str:
    import psycopg

    with psycopg.connect(url) as connection:
        told = {
            name: connection.execute(f"SHOW {name}".encode()).fetchone() for name in ("fsync", "synchronous_commit")
        }
    shown = ", ".join(f"{name} = {row[0]}" for name, row in told.items() if row is not None)
    return (
        f"PostgreSQL: {shown}; SQLite (ours): journal_mode = WAL, synchronous = FULL; {threading.active_count()} thread"
    )


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        who, url, runs, flight = sys.argv[2:6]
        print(json.dumps({"ours": ours, "dbos": dbos, "bare": bare}[who](url, int(runs), int(flight))))
    else:
        main()
