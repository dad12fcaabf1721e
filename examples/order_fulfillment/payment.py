"""The till: every charge and every refund is a line in a book that is only added to."""

from __future__ import annotations

from sqlite3 import Connection

from sagactl.runtime import Context

from .service import Commands, Service


class Payment(Service):
    """The participant `payment` of the definition."""

    name = "payment"
    refusal = "CardDeclined"
    tables = ("CREATE TABLE IF NOT EXISTS book (id INTEGER PRIMARY KEY, order_id TEXT, amount INTEGER)",)

    def commands(self) -> Commands:
        return {("action", "ChargePayment"): self.charge, ("compensation", "RefundPayment"): self.refund}

    def charge(self, context: Context) -> dict[str, str]:
        order, amount = context.input["order_id"], context.input["amount"]

        def work(database: Connection) -> dict[str, str]:
            line = database.execute("INSERT INTO book (order_id, amount) VALUES (?, ?)", (order, amount))
            return {"payment_id": f"pay-{line.lastrowid}"}

        answer: dict[str, str] = self.do(context, work)
        return answer

    def refund(self, context: Context) -> None:
        order = context.input["order_id"]

        def work(database: Connection) -> None:
            charged = database.execute("SELECT sum(amount) FROM book WHERE order_id = ?", (order,)).fetchone()[0]
            database.execute("INSERT INTO book (order_id, amount) VALUES (?, ?)", (order, -charged))

        self.undo(context, work)

    def taken(self) -> dict[str, int]:
        """The money that was kept, by order; an order that was refunded is not in it."""
        with self.transaction() as database:
            return dict(database.execute("SELECT order_id, sum(amount) FROM book GROUP BY 1 HAVING sum(amount) <> 0"))
