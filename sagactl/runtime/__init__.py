"""Sagas for real: the machine carried out in a service, with a store, an outbox, timers and a guard for participants.

    from sagactl.runtime import Rejected, SagaOrchestrator

    class OrderFulfillment(SagaOrchestrator):
        definition = "order-fulfillment.saga.yaml"

        async def reserve_items(self, context):
            return {"reservation_id": await warehouse.reserve(context.key, context.input["order_id"])}

Nothing here decides what a run does: `sagactl.machine` does, as it does for rehearsals and verification.
"""

from __future__ import annotations

from typing import Any, Final

_HOME: Final = {
    "BrokerTransport": "transports.broker",
    "ChoreographyParticipant": "choreography",
    "Context": "context",
    "Failed": "context",
    "InProcessTransport": "transports.in_process",
    "MemoryStore": "stores.memory",
    "Participant": "participant",
    "PostgresStore": "stores.postgres",
    "Rejected": "context",
    "SagaOrchestrator": "orchestrator",
    "SqliteStore": "stores.sqlite",
    "SystemClock": "clock",
    "VirtualClock": "clock",
    "action": "handlers",
    "compensation": "handlers",
    "Blocking": "facade",
}
"""Where each public name lives; a service pays only for what it uses."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
