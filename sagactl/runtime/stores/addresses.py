"""Stores by their address: a path for SQLite, `postgres://…` for PostgreSQL."""

from __future__ import annotations

import os
from importlib import import_module
from typing import Any, Final

from sagactl.runtime.store import Store, StoreError

SERVERS: Final = ("postgres://", "postgresql://", "service=", "host=", "dbname=")
"""How an address of a server begins: a URL, or the words that libpq knows."""


def store_at(address: str, *, create: bool = False) -> Store:
    """The store, not opened yet; raises StoreError for one that is not there, unless it may be created."""
    if address.startswith(SERVERS):
        made: Store = _server(address)
        return made
    if "://" in address:
        raise StoreError(
            f"`{_harmless(address)}` is no store", help="a path, or an address such as `postgres://host/db`"
        )
    if not create and not os.path.isfile(address):
        raise StoreError(f"there is no store `{address}`", help="a worker creates it, or `--store` names another one")
    store: Store = import_module("sagactl.runtime.stores.sqlite").SqliteStore(address)
    return store


def _server(address: str) -> Any:
    try:
        module = import_module("sagactl.runtime.stores.postgres")
    except ImportError:
        raise StoreError("PostgreSQL needs psycopg", help="pip install 'sagactl[postgres]'") from None
    return module.PostgresStore(address)


def _harmless(address: str) -> str:
    """The address without what stands before the host: it may hold a password."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"
