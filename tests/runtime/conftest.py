"""Servers and stores that the tests of the runtime share."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sagactl.runtime.store import Store
from sagactl.runtime.stores.memory import MemoryStore
from sagactl.runtime.stores.sqlite import SqliteStore
from tests.runtime import servers

Open = Callable[[], Store]
"""Opens the store of a test once more, as another process would."""


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A server for all tests; whoever stops or kills it starts it again."""
    with servers.postgres() as server:
        yield server


@pytest.fixture(params=["sqlite", "postgres"])
def durable(request: pytest.FixtureRequest, tmp_path: Path) -> Open:
    """A place that outlives a process, empty."""
    if request.param == "sqlite":
        return lambda: SqliteStore(str(tmp_path / "sagas.db"))
    from sagactl.runtime.stores.postgres import PostgresStore

    url = request.getfixturevalue("postgres").new_place()
    return lambda: PostgresStore(url)


@pytest.fixture(params=["memory", "sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    """Each kind of store, installed and empty."""
    made = _store(request, tmp_path)
    made.install()
    yield made
    made.close()


def _store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "memory":
        return MemoryStore()
    if request.param == "sqlite":
        return SqliteStore(str(tmp_path / "sagas.db"))
    from sagactl.runtime.stores.postgres import PostgresStore

    return PostgresStore(request.getfixturevalue("postgres").new_place())
