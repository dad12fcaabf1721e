"""The orchestrator and the services in one process, which is the least that runs; each keeps its own database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sagactl.runtime import SagaOrchestrator, SqliteStore

from .orders import OrderFulfillment, Services
from .story import Story


async def fulfil(folder: Path, services: Services, orders: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """How the run of each order ended."""
    store = SqliteStore(str(folder / "sagas.db"))
    # A short lease, so that the work of a process that died is taken over while you watch.
    async with OrderFulfillment(services, store=store, observers=[Story()], lease_s=1.0, poll_s=0.1) as sagas:
        return await all_run(sagas, orders)


async def all_run(sagas: SagaOrchestrator, orders: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """All orders at the same time, until the last has ended."""
    # The order is the key: who sends it again, as after a crash, gets the run that was started before.
    ended = await asyncio.gather(*(sagas.run(data, key=order) for order, data in orders.items()))
    return {order: str(each.outcome) for order, each in zip(orders, ended, strict=True)}
