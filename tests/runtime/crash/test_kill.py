"""A process that is killed loses nothing, does nothing twice, and undoes nothing that was not done."""

from __future__ import annotations

import random
import signal
import sqlite3
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from sagactl.runtime.store import Store
from tests.runtime.crash.bank import Bank, Mortal, Points, audit, in_process, prepare, serve

pytestmark = pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
"""The children do their work and end; they wait for no thread of the parent."""


class Place(NamedTuple):
    """Where the sagas and the participants keep their data."""

    open: Callable[[], Store]
    connect: Callable[[], Any]


@pytest.fixture
def place(durable: Callable[[], Store], request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    def connect() -> Any:
        return sqlite3.connect(tmp_path / "participants.db", timeout=30, isolation_level=None)

    if "postgres" in request.node.name:
        import psycopg

        url = request.getfixturevalue("postgres").new_place()

        def connect() -> Any:
            return psycopg.connect(url, autocommit=True)

    connection = connect()
    prepare(connection)
    connection.close()
    return Place(durable, connect)


def life(
    place: Place, number: int, inputs: list[dict[str, Any]], kill_at: int, lease_s: float = 0.2, **more: Any
) -> None:
    point = Points(kill_at)
    store: Any = Mortal(place.open(), point)
    serve(Bank(store, place.connect, point, worker=f"worker-{number}", lease_s=lease_s, **more), inputs)


def check(place: Place, runs: int) -> None:
    store, connection = place.open(), place.connect()
    assert len(store.runs(most=1_000_000)) == runs
    assert audit(store, connection) == []
    connection.close()
    store.close()


@pytest.mark.parametrize("fails", [False, True], ids=["forward", "back"])
def test_killed_at_each_point_of_a_run(place: Place, fails: bool) -> None:
    """At every commit, before and after it, and after every effect: one life for each, all on the same store."""
    kill_at, lives = 1, 0
    while kill_at < 200:
        inputs = [{"fails": fails, "amount": 1}] * kill_at  # one run more in each life, the others have ended
        lives += 1
        ended = in_process(lambda: life(place, lives, inputs, kill_at))  # noqa: B023
        if ended == 0:
            break
        assert ended == -signal.SIGKILL
        assert in_process(lambda: life(place, 10_000 + lives, inputs, 0)) == 0  # noqa: B023
        kill_at += 1
    assert 10 < kill_at < 200, "there are points, and they end"
    check(place, kill_at)


@pytest.mark.parametrize("durable", ["sqlite"], indirect=True)
def test_without_the_guard_an_effect_is_repeated(place: Place) -> None:
    """What these tests look for does happen where nothing keeps it from happening."""
    inputs = [{"fails": False, "amount": 1}]
    for kill_at in range(1, 12):
        in_process(lambda: life(place, kill_at, inputs, kill_at, guarded=False))  # noqa: B023
        inputs.append({"fails": False, "amount": 1})
    assert in_process(lambda: life(place, 99, inputs, 0, guarded=False)) == 0
    store, connection = place.open(), place.connect()
    assert any("done 2" in wrong for wrong in audit(store, connection))
    store.close()
    connection.close()


def test_killed_again_and_again_under_load(place: Place) -> None:
    chance = random.Random(7)
    inputs = [{"fails": chance.random() < 0.3, "amount": n} for n in range(1, 41)]
    for number in range(60):
        if in_process(lambda: life(place, number, inputs, chance.randint(5, 60), lease_s=0.05)) == 0:  # noqa: B023
            break
    assert in_process(lambda: life(place, 999, inputs, 0, lease_s=0.05)) == 0
    assert number >= 3
    check(place, len(inputs))


def test_two_workers_and_one_stands_still_past_its_lease(place: Place) -> None:
    """Whoever stood still finds that its runs are somebody else's, and does no harm."""
    import os

    inputs = [{"fails": n % 3 == 0, "amount": n} for n in range(1, 61)]
    child = os.fork()
    if child == 0:
        life(place, 1, inputs, 0, lease_s=0.2)
        os._exit(0)
    other = os.fork()
    if other == 0:
        life(place, 2, inputs, 0, lease_s=0.2)
        os._exit(0)
    for _ in range(3):
        time.sleep(0.15)
        os.kill(child, signal.SIGSTOP)
        time.sleep(0.5)
        os.kill(child, signal.SIGCONT)
    for process in (child, other):
        _, how = os.waitpid(process, 0)
        assert os.waitstatus_to_exitcode(how) == 0
    check(place, len(inputs))
