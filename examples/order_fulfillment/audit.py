"""The check at the end: goods, money, parcels and mails must tell the same story, whatever went wrong on the way."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from .inventory import ON_THE_SHELF
from .orders import Services


def audit(services: Services, outcomes: Mapping[str, str], pieces: int, total: int) -> Iterator[str]:
    """Every sentence is something that is wrong; `outcomes` says how the run of each order ended."""
    bought = {order for order, outcome in outcomes.items() if outcome == "completed"}
    on_the_shelf, reserved = services.inventory.on_the_shelf(), services.inventory.reserved()
    if on_the_shelf + sum(reserved.values()) != ON_THE_SHELF:
        yield f"{on_the_shelf} pieces on the shelf and {sum(reserved.values())} reserved are not {ON_THE_SHELF}"
    if reserved != dict.fromkeys(bought, pieces):
        yield f"goods are reserved for {sorted(reserved)}, and bought were {sorted(bought)}"
    if services.payment.taken() != dict.fromkeys(bought, total):
        yield f"money was taken: {services.payment.taken()}, and bought were {sorted(bought)} for {total} each"
    if services.shipping.parcels() != sorted(bought):
        yield f"parcels left for {services.shipping.parcels()}, and bought were {sorted(bought)}"
    if services.notification.mails() != sorted(bought):
        yield f"mails went out for {services.notification.mails()}, and bought were {sorted(bought)}"
