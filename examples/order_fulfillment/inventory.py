"""The warehouse: so many pieces on the shelf, and what is set aside for orders."""

from __future__ import annotations

from sqlite3 import Connection

from sagactl.runtime import Context, Rejected

from .service import Commands, Service

ON_THE_SHELF = 100


class Inventory(Service):
    """The participant `inventory` of the definition."""

    name = "inventory"
    refusal = "OutOfStock"
    tables = (
        "CREATE TABLE IF NOT EXISTS shelf (id INTEGER PRIMARY KEY CHECK (id = 1), pieces INTEGER CHECK (pieces >= 0))",
        f"INSERT OR IGNORE INTO shelf VALUES (1, {ON_THE_SHELF})",
        "CREATE TABLE IF NOT EXISTS reservations (order_id TEXT PRIMARY KEY, pieces INTEGER)",
    )

    def commands(self) -> Commands:
        return {("action", "ReserveItems"): self.reserve, ("compensation", "ReleaseItems"): self.release}

    def reserve(self, context: Context) -> None:
        order, pieces = context.input["order_id"], context.input["pieces"]

        def work(database: Connection) -> None:
            taken = database.execute("UPDATE shelf SET pieces = pieces - ? WHERE pieces >= ?", (pieces, pieces))
            if taken.rowcount == 0:
                raise Rejected("OutOfStock")
            database.execute("INSERT INTO reservations VALUES (?, ?)", (order, pieces))

        self.do(context, work)

    def release(self, context: Context) -> None:
        order = context.input["order_id"]

        def work(database: Connection) -> None:
            found = database.execute("DELETE FROM reservations WHERE order_id = ? RETURNING pieces", (order,))
            database.execute("UPDATE shelf SET pieces = pieces + ?", found.fetchone())

        self.undo(context, work)

    def on_the_shelf(self) -> int:
        with self.transaction() as database:
            return int(database.execute("SELECT pieces FROM shelf").fetchone()[0])

    def reserved(self) -> dict[str, int]:
        """The pieces that are set aside, by order."""
        with self.transaction() as database:
            return dict(database.execute("SELECT order_id, pieces FROM reservations"))
