"""The way between a service and the broker, on which a reply may be late, or its sender die just before it leaves."""

from __future__ import annotations

import asyncio

from sagactl.runtime import BrokerTransport
from sagactl.runtime.messages import Reply, read
from sagactl.runtime.transports import Receive

from .faults import Faults


class Line(BrokerTransport):
    """One service's connection.

    `trial` goes before the names of channels, so that trials which share a broker do not hear each other.
    """

    def __init__(self, broker: str, trial: str, service: str = "", faults: Faults = Faults()) -> None:
        super().__init__(broker)
        self._trial, self._service, self._faults = trial, service, faults

    async def subscribe(self, channel: str, receive: Receive, group: str = "") -> None:
        await super().subscribe(f"{self._trial}.{channel}", receive, group)

    async def send(self, channel: str, body: str, key: str) -> None:
        message = read(body)
        if isinstance(message, Reply) and message.operation == "action":
            await asyncio.sleep(self._faults.after(self._service, message.attempt))
        await super().send(f"{self._trial}.{channel}", body, key)
