"""The post room: a parcel that has left does not come back."""

from __future__ import annotations

from sqlite3 import Connection

from sagactl.runtime import Context

from .service import Commands, Service


class Shipping(Service):
    """The participant `shipping` of the definition."""

    name = "shipping"
    refusal = "AddressUnknown"
    tables = ("CREATE TABLE IF NOT EXISTS parcels (id INTEGER PRIMARY KEY, order_id TEXT, address TEXT)",)

    def commands(self) -> Commands:
        return {("action", "CreateShipment"): self.ship}

    def ship(self, context: Context) -> None:
        parcel = (context.input["order_id"], context.input["address"])

        def work(database: Connection) -> None:
            # No constraint keeps a second parcel out: the guard has to, and the audit counts.
            database.execute("INSERT INTO parcels VALUES (NULL, ?, ?)", parcel)

        self.do(context, work)

    def parcels(self) -> list[str]:
        """The orders that parcels have left for."""
        with self.transaction() as database:
            return [order for (order,) in database.execute("SELECT order_id FROM parcels ORDER BY 1")]
