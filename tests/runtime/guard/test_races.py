"""Two copies of a request at one moment, and a compensation beside its action, in real threads and processes.

Where the order matters it is made and not hoped for: the first one stands still inside its work until the database
says that the second one waits for it.
"""

from __future__ import annotations

import multiprocessing
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

import psycopg
import pytest

from sagactl.runtime.guard import Busy, Done, Guard, Refused, Rejected, Undone
from sagactl.world.parts import Operation
from tests.runtime.guard.ledger import Broken, Cause, Ledger, Opened, Store, effects, on_postgres, on_sqlite, write
from tests.runtime.servers import Postgres

KEY = "r1:pay"
PATIENCE_S = 30.0
guard = Guard("shop")


class Race(NamedTuple):
    """A store, and how to wait until another connection stands in line."""

    store: Store
    wait: Callable[[], None]

    def take(self, operation: Operation, cause: Cause = None, pause: Callable[[], object] = lambda: None) -> Any:
        """The answer to a request in a transaction of its own, which pauses inside its work."""
        with self.store.transaction() as connection:
            work = self._work(connection, operation, cause, pause)
            if operation == "action":
                return guard.action(connection, KEY, lambda: work("done"))
            if operation == "status":
                return guard.status(connection, KEY)
            return guard.compensation(connection, KEY, lambda result: work("undone"))

    def _work(
        self, connection: Opened, operation: Operation, cause: Cause, pause: Callable[[], object]
    ) -> Callable[[str], int]:
        def work(effect: str) -> int:
            write(self.store, connection, KEY, effect)
            pause()
            if cause is not None:
                raise cause
            return 1

        return work

    @contextmanager
    def under_way(self, operation: Operation, cause: Cause = None) -> Iterator[Future[Any]]:
        """A request that has written, and goes on once the block has brought a second one into line."""
        inside, go_on = threading.Event(), threading.Event()

        def pause() -> None:
            inside.set()
            assert go_on.wait(PATIENCE_S)

        with ThreadPoolExecutor(1) as pool:
            first = pool.submit(self.take, operation, cause, pause)
            try:
                assert inside.wait(PATIENCE_S)
                yield first
                self.wait()
            finally:
                go_on.set()


@pytest.fixture(params=["sqlite", "postgres"])
def race(request: pytest.FixtureRequest, tmp_path: Path) -> Race:
    if request.param == "sqlite":  # which shows nobody who waits: long enough to have come as far as that
        return Race(on_sqlite(tmp_path / "shop.db", durable=False), lambda: time.sleep(0.1))
    url = request.getfixturevalue("postgres").new_place()
    return Race(on_postgres(url), lambda: _until_one_waits(url))


def _until_one_waits(url: str) -> None:
    asked = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'"
    deadline = time.monotonic() + PATIENCE_S
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(asked).fetchall() != [(1,)]:
            assert time.monotonic() < deadline, "nobody waits for the first request"
            time.sleep(0.005)


ORDERS: dict[str, tuple[Operation, Cause, Operation, object, list[str]]] = {
    "two copies of an action": ("action", None, "action", Done(1, repeated=True), ["done"]),
    "a copy of one that is rejected": ("action", Rejected("No"), "action", Refused("No"), []),
    "a copy of one that fails": ("action", Broken, "action", Done(1), ["done"]),
    "a compensation beside its action": ("action", None, "undo", Undone(), ["done", "undone"]),
    "a compensation beside one that is rejected": ("action", Rejected("No"), "undo", Undone(empty=True), []),
    "a compensation beside one that fails": ("action", Broken, "undo", Undone(empty=True), []),
    "a question beside the action": ("action", None, "status", Done(1, repeated=True), ["done"]),
    "a question beside one that fails": ("action", Broken, "status", Refused("RefusedSinceAsked"), []),
    "two copies of a compensation": ("undo", None, "undo", Undone(repeated=True), ["done", "undone"]),
    "a late action beside the compensation": (
        "undo",
        None,
        "action",
        Refused("AlreadyCompensated"),
        ["done", "undone"],
    ),
    "a copy of a compensation that fails": ("undo", Broken, "undo", Undone(), ["done", "undone"]),
}


@pytest.mark.parametrize("name", ORDERS)
def test_the_second_waits_for_the_first_and_knows_what_became_of_it(race: Race, name: str) -> None:
    first, cause, second, answer, done = ORDERS[name]
    if first == "undo":
        assert race.take("action") == Done(1)
    with ThreadPoolExecutor(1) as pool:
        with race.under_way(first, cause) as one:
            other = pool.submit(race.take, second)
        assert other.result(PATIENCE_S) == answer
    assert (one.exception() is not None) is (cause is Broken)
    assert effects(race.store, KEY) == done


def together(*calls: Callable[[], Any]) -> list[Any]:
    """What they answer when all are made at the same moment."""
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Any]) -> Any:
        barrier.wait(PATIENCE_S)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        return list(pool.map(run, calls))


ROUNDS = 25


def test_of_many_copies_at_one_moment_one_is_done(store: Store) -> None:
    for number in range(ROUNDS):
        key = f"r{number}:pay"
        assert together(*[partial(receive, Ledger(store), "action", key)] * 4) == ["ok"] * 4
        assert effects(store, key) == ["done"]


def test_action_and_compensation_at_one_moment_leave_nothing_in_any_order(store: Store) -> None:
    for number in range(ROUNDS):
        key = f"r{number}:pay"
        both = (partial(receive, Ledger(store), operation, key) for operation in ("action", "undo"))
        together(*[*both] * 2)
        found = effects(store, key)
        assert found in ([], ["done", "undone"])
        assert receive(Ledger(store), "action", key) == "no" and effects(store, key) == found


def receive(ledger: Ledger, operation: Operation, key: str) -> str:
    with ledger.store.transaction() as connection:
        return ledger.receive(connection, operation, key)


# -- processes


def _one_process(kind: str, place: str, keys: int, barrier: Any, counted: Any) -> None:
    """Whatever happens here shows in the ledger; the answers are counted."""
    store = Store(_opener(kind, place), "?" if kind == "sqlite" else "%s")
    barrier.wait(PATIENCE_S)
    for number in range(keys):
        operations: tuple[Operation, ...] = ("action", "undo") if number % 2 else ("action", "action")
        for operation in operations:
            receive(Ledger(store), operation, f"r{number}:pay")
            with counted.get_lock():
                counted.value += 1


def _opener(kind: str, place: str) -> Callable[[], Opened]:
    import sqlite3

    return (lambda: sqlite3.connect(place, timeout=30)) if kind == "sqlite" else (lambda: psycopg.connect(place))


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_processes_that_race_for_the_same_keys(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    place = str(tmp_path / "shop.db") if kind == "sqlite" else request.getfixturevalue("postgres").new_place()
    store = on_sqlite(Path(place)) if kind == "sqlite" else on_postgres(place)
    keys, workers = 20, 3
    context = multiprocessing.get_context("spawn")
    barrier, counted = context.Barrier(workers), context.Value("i", 0)
    processes = [
        context.Process(target=_one_process, args=(kind, place, keys, barrier, counted)) for _ in range(workers)
    ]
    for process in processes:
        process.start()
    for process in processes:
        process.join(120)
    assert [process.exitcode for process in processes] == [0] * workers and counted.value == workers * keys * 2
    for number in range(keys):
        assert effects(store, f"r{number}:pay") in ([["done", "undone"]] if number % 2 else [["done"]])


# -- stricter than needed, and stuck


@pytest.mark.parametrize("level", [psycopg.IsolationLevel.REPEATABLE_READ, psycopg.IsolationLevel.SERIALIZABLE])
def test_at_a_stricter_level_the_second_is_told_to_come_again(
    postgres: Postgres, level: psycopg.IsolationLevel
) -> None:
    url = postgres.new_place()

    def connect() -> Opened:
        connection = psycopg.connect(url)
        connection.isolation_level = level
        return connection

    on_postgres(url)
    race = Race(Store(connect, "%s"), lambda: _until_one_waits(url))
    with ThreadPoolExecutor(1) as pool, race.under_way("action"):
        other = pool.submit(race.take, "action")
    assert isinstance(other.exception(PATIENCE_S), Busy)
    assert race.take("action") == Done(1, repeated=True) and effects(race.store, KEY) == ["done"]


def test_whoever_waits_too_long_is_told_to_come_again(tmp_path: Path, postgres: Postgres) -> None:
    hasty = {
        "sqlite": on_sqlite(tmp_path / "shop.db", timeout_s=0.01),
        "postgres": on_postgres(postgres.new_place().replace("'-c", "'-c lock_timeout=10ms -c")),
    }
    for store in hasty.values():
        with store.transaction() as first:
            assert guard.action(first, KEY, lambda: 1) == Done(1)
            with store.transaction() as second, pytest.raises(Busy, match="another transaction"):
                guard.action(second, KEY, lambda: 2)
            first.commit()
        with store.transaction() as again:
            assert guard.action(again, KEY, lambda: 2) == Done(1, repeated=True)


def test_two_that_wait_for_each_other_are_told_apart(postgres: Postgres) -> None:
    store = on_postgres(postgres.new_place())
    both = threading.Barrier(2)

    def cross(index: int) -> Any:
        with store.transaction() as connection:
            guard.action(connection, f"r{index}:pay", lambda: index)
            both.wait(PATIENCE_S)
            try:
                return guard.action(connection, f"r{1 - index}:pay", lambda: index)
            except Busy as busy:
                connection.rollback()
                return busy

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(cross, range(2)))
    assert sorted(type(answer).__name__ for answer in answers) == ["Busy", "Done"]


def test_a_transaction_of_sqlite_that_has_read_first_may_have_to_come_again(tmp_path: Path) -> None:
    """It has seen a state that is gone by the time it writes; the database says so at once."""
    store = on_sqlite(tmp_path / "shop.db")
    with store.transaction() as early, store.transaction() as other:
        early.execute("BEGIN")
        early.execute("SELECT * FROM ledger").fetchall()
        assert guard.action(other, KEY, lambda: 1) == Done(1)
        other.commit()
        with pytest.raises(Busy):
            guard.action(early, KEY, lambda: 2)
        early.rollback()
        assert guard.action(early, KEY, lambda: 2) == Done(1, repeated=True)


def test_forgetting_passes_over_what_a_request_holds(postgres: Postgres) -> None:
    store = on_postgres(postgres.new_place().replace("'-c", "'-c lock_timeout=2s -c"))
    for number in range(3):
        assert receive(Ledger(store), "action", f"r{number}:pay") == "ok"
    with store.transaction() as holding, store.transaction() as forgetting:
        assert Ledger(store).receive(holding, "undo", "r1:pay") == "undone"
        assert guard.forget(forgetting, timedelta(0)) == 2
    assert effects(store, "r1:pay") == ["done", "undone"]
    assert receive(Ledger(store), "undo", "r1:pay") == "undone" and effects(store, "r1:pay") == ["done", "undone"]


# -- the power fails


def test_a_server_that_dies_takes_back_what_was_not_committed_and_nothing_else(postgres: Postgres) -> None:
    store = on_postgres(postgres.new_place())
    assert receive(Ledger(store), "action", "r1:pay") == "ok"
    connection = store.connect()
    assert Ledger(store).receive(connection, "action", "r2:pay") == "ok"
    postgres.kill()
    try:
        with pytest.raises(psycopg.OperationalError):
            connection.commit()
        connection.close()
    finally:
        postgres.start()
    assert effects(store, "r1:pay") == ["done"] and effects(store, "r2:pay") == []
    assert receive(Ledger(store), "action", "r1:pay") == receive(Ledger(store), "action", "r2:pay") == "ok"
    assert effects(store, "r1:pay") == effects(store, "r2:pay") == ["done"]


def test_a_server_that_dies_inside_the_work_shows_what_happened(postgres: Postgres) -> None:
    store = on_postgres(postgres.new_place())
    connection = store.connect()

    def work() -> None:
        write(store, connection, KEY, "done")
        postgres.kill()
        postgres.start()
        write(store, connection, KEY, "done")

    with pytest.raises(psycopg.OperationalError, match=r"terminat|closed|lost"):
        guard.action(connection, KEY, work)
    connection.close()
    assert effects(store, KEY) == [] and receive(Ledger(store), "action", KEY) == "ok"
