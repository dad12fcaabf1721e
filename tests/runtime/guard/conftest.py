"""Both databases, for every test of the guard that is about a database."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.runtime.guard.ledger import Store, on_postgres, on_sqlite


@pytest.fixture(params=["sqlite", "postgres"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Store:
    if request.param == "sqlite":
        return on_sqlite(tmp_path / "shop.db", durable=False)
    return on_postgres(request.getfixturevalue("postgres").new_place())
