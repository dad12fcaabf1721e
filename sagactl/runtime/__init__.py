"""Sagas for real: the machine carried out in a service, with a store, an outbox, timers and a guard for participants.

    from sagactl.runtime import Rejected, SagaOrchestrator

    class OrderFulfillment(SagaOrchestrator):
        definition = "order-fulfillment.saga.yaml"

        async def reserve_items(self, context):
            return {"reservation_id": await warehouse.reserve(context.key, context.input["order_id"])}

Nothing here decides what a run does: `sagactl.machine` does, as it does for rehearsals and verification.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from sagactl.runtime.choreography import ChoreographyParticipant as ChoreographyParticipant
    from sagactl.runtime.clock import SystemClock as SystemClock
    from sagactl.runtime.clock import VirtualClock as VirtualClock
    from sagactl.runtime.context import Context as Context
    from sagactl.runtime.context import Failed as Failed
    from sagactl.runtime.context import Rejected as Rejected
    from sagactl.runtime.facade import Blocking as Blocking
    from sagactl.runtime.handlers import action as action
    from sagactl.runtime.handlers import compensation as compensation
    from sagactl.runtime.handlers import status as status
    from sagactl.runtime.observers import Observer as Observer
    from sagactl.runtime.orchestrator import Ended as Ended
    from sagactl.runtime.orchestrator import SagaOrchestrator as SagaOrchestrator
    from sagactl.runtime.participant import Participant as Participant
    from sagactl.runtime.redaction import hiding as hiding
    from sagactl.runtime.stores.memory import MemoryStore as MemoryStore
    from sagactl.runtime.stores.postgres import PostgresStore as PostgresStore
    from sagactl.runtime.stores.sqlite import SqliteStore as SqliteStore
    from sagactl.runtime.telemetry import Telemetry as Telemetry
    from sagactl.runtime.transports.broker import BrokerTransport as BrokerTransport
    from sagactl.runtime.transports.in_process import InProcessTransport as InProcessTransport

_HOME: Final = {
    "Blocking": "facade",
    "BrokerTransport": "transports.broker",
    "ChoreographyParticipant": "choreography",
    "Context": "context",
    "Ended": "orchestrator",
    "Failed": "context",
    "InProcessTransport": "transports.in_process",
    "MemoryStore": "stores.memory",
    "Observer": "observers",
    "Participant": "participant",
    "PostgresStore": "stores.postgres",
    "Rejected": "context",
    "SagaOrchestrator": "orchestrator",
    "SqliteStore": "stores.sqlite",
    "SystemClock": "clock",
    "VirtualClock": "clock",
    "Telemetry": "telemetry",
    "action": "handlers",
    "compensation": "handlers",
    "hiding": "redaction",
    "status": "handlers",
}
"""Where each public name lives; a service pays only for what it uses."""

__all__ = sorted(_HOME)


def __getattr__(name: str) -> Any:
    from importlib import import_module

    if name not in _HOME:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_HOME[name]}"), name)
