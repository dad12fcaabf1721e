"""A store that is gone with its process: the double for tests, with the statements of the real one."""

from __future__ import annotations

from sagactl.runtime.stores.sqlite import SqliteStore


class MemoryStore(SqliteStore):
    """Runs in memory; what holds for SQLite holds for it, except that nothing survives."""

    def __init__(self) -> None:
        super().__init__(":memory:")
