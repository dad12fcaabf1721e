"""Servers that the tests of the runtime share."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.runtime import servers


@pytest.fixture(scope="session")
def postgres() -> Iterator[servers.Postgres]:
    """A server for all tests; whoever stops or kills it starts it again."""
    with servers.postgres() as server:
        yield server
