"""The mail: what a customer was told cannot be untold, so it comes after everything else."""

from __future__ import annotations

from sqlite3 import Connection

from sagactl.runtime import Context

from .service import Commands, Service


class Notification(Service):
    """The participant `notification` of the definition."""

    name = "notification"
    tables = ("CREATE TABLE IF NOT EXISTS mails (id INTEGER PRIMARY KEY, order_id TEXT, payment_id TEXT)",)

    def commands(self) -> Commands:
        return {("action", "SendConfirmation"): self.confirm}

    def confirm(self, context: Context) -> None:
        mail = (context.input["order_id"], context.input["payment_id"])

        def work(database: Connection) -> None:
            database.execute("INSERT INTO mails VALUES (NULL, ?, ?)", mail)

        self.do(context, work)

    def mails(self) -> list[str]:
        """The orders that customers were told of."""
        with self.transaction() as database:
            return [order for (order,) in database.execute("SELECT order_id FROM mails ORDER BY 1")]
