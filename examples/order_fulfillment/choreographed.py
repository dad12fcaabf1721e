"""The same order without an orchestrator: each service hears events, does its part, and tells."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path
from typing import Any

from sagactl.runtime import ChoreographyParticipant, InProcessTransport
from sagactl.runtime.messages import read

from .messages import taking_part
from .orders import Services

DEFINITION = str(Path(__file__).with_name("order-choreography.saga.yaml"))
ENDS = {"ConfirmationSent": "completed", "ItemsReleased": "compensated", "ItemsUnavailable": "compensated"}
"""The events that nobody in the saga hears, and what they say of the order."""


class Aloud(InProcessTransport):
    """Tells each event as it is published."""

    def __init__(self) -> None:
        super().__init__()
        self._since_s = time.monotonic()

    async def publish(self, channel: str, body: str, key: str) -> None:
        print(f"{key:>9}  {time.monotonic() - self._since_s:6.2f}s  {channel.rpartition('.')[2]}", flush=True)
        await super().publish(channel, body, key)


async def fulfil_choreographed(services: Services, orders: Mapping[str, Mapping[str, Any]]) -> dict[str, str]:
    """How each order ended; in production the services are processes of their own, with a broker between them."""
    transport = Aloud()
    parts = [
        taking_part(ChoreographyParticipant, service, definition=DEFINITION, transport=transport)
        for service in services
    ]
    async with AsyncExitStack() as life:
        ends = await _ends(transport, orders)
        for part in parts:
            await life.enter_async_context(part)
        for order, data in orders.items():
            await parts[0].start(data, key=order)  # any service can publish the event that starts it
        outcomes = await asyncio.gather(*ends.values())
    return dict(zip(ends, outcomes, strict=True))


async def _ends(transport: InProcessTransport, orders: Iterable[str]) -> dict[str, asyncio.Future[str]]:
    """The shop wants to know how it ends: it listens to the last events, as anybody can."""
    ends = {order: asyncio.get_running_loop().create_future() for order in orders}
    for event, outcome in ENDS.items():
        await transport.subscribe(f"order-choreography.{event}", partial(_note, ends, outcome), "shop")
    return ends


async def _note(ends: Mapping[str, asyncio.Future[str]], outcome: str, body: str) -> None:
    end = ends.get(read(body).run)
    if end is not None and not end.done():
        end.set_result(outcome)
