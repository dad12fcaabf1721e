"""The orchestrator: which service carries out which command of the definition; everything else is in the definition."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from sagactl.runtime import Context, SagaOrchestrator

from .faults import Faults
from .inventory import Inventory
from .notification import Notification
from .payment import Payment
from .service import Service
from .shipping import Shipping

KINDS: dict[str, type[Service]] = {kind.name: kind for kind in (Inventory, Payment, Shipping, Notification)}


class Services:
    """The four services in one process; each opens its own database in the folder."""

    def __init__(self, folder: Path, faults: Faults) -> None:
        self.inventory = Inventory(folder, faults)
        self.payment = Payment(folder, faults)
        self.shipping = Shipping(folder, faults)
        self.notification = Notification(folder, faults)

    def __iter__(self) -> Iterator[Service]:
        return iter((self.inventory, self.payment, self.shipping, self.notification))


class OrderFulfillment(SagaOrchestrator):
    """A method for each command; they block, so each call gets a thread of its own."""

    definition = str(Path(__file__).with_name("order-fulfillment.saga.yaml"))

    def __init__(self, services: Services, **options: Any) -> None:
        super().__init__(**options)
        self.services = services

    def reserve_items(self, context: Context) -> None:
        self.services.inventory.reserve(context)

    def release_items(self, context: Context) -> None:
        self.services.inventory.release(context)

    def charge_payment(self, context: Context) -> dict[str, str]:
        return self.services.payment.charge(context)

    def refund_payment(self, context: Context) -> None:
        self.services.payment.refund(context)

    def create_shipment(self, context: Context) -> None:
        self.services.shipping.ship(context)

    def status_of_create_shipment(self, context: Context) -> bool:
        return self.services.shipping.ask(context)

    def send_confirmation(self, context: Context) -> None:
        self.services.notification.confirm(context)
