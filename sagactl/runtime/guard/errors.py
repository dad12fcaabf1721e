"""What keeps the guard from its work; after each of them nothing of the request is written."""

from __future__ import annotations

from sagactl.errors import SagactlError
from sagactl.escape import escape


class GuardError(SagactlError):
    """The request could not be taken; the caller rolls back."""


class NoTransaction(GuardError):
    """The connection commits every statement by itself, so that the work and its memory could not be one."""

    def __init__(self) -> None:
        super().__init__(
            "the guard works inside a transaction, and this connection commits every statement by itself",
            help="open one around the call, such as `with connection.transaction():` (psycopg) or `BEGIN` (sqlite3)",
        )


class NotInstalled(GuardError):
    """The table of the guard is missing from the database."""

    def __init__(self) -> None:
        super().__init__(
            "the table `sagactl_guard` is not in this database",
            help="call `guard.install(connection)` once, when the service starts or with its migrations",
        )


class SchemaTooNew(GuardError):
    """A newer version of this package has changed the table."""

    def __init__(self, found: int, known: int) -> None:
        super().__init__(
            f"the table of the guard has version {found}, and this program knows versions up to {known}",
            help="update sagactl in this service",
        )
        self.found, self.known = found, known


class Busy(GuardError):
    """Another transaction is in the way for longer than this connection waits, or each waits for the other."""

    def __init__(self) -> None:
        super().__init__(
            "another transaction holds what this request needs",
            help="roll back and take the request again; it is the same request, so nothing is done twice",
        )


class TransactionEnded(GuardError):
    """The work committed or rolled back what belongs to its caller."""

    def __init__(self) -> None:
        super().__init__(
            "the work ended the transaction that it runs in, so that it and its memory are not one any more",
            help="neither commit nor roll back in the work; whoever calls the guard does, once it has answered",
        )


class InvalidKey(GuardError):
    """An idempotency key that no message of a saga would carry."""

    def __init__(self, key: object, longest: int) -> None:
        super().__init__(
            f"`{escape(str(key)[:80])}` is no idempotency key: it is a printable text of 1 to {longest} characters",
            help="take `key` (for a compensation `action_key`) from the message",
        )


class InvalidResult(GuardError):
    """The result of an action cannot be kept, so that it could not be answered again."""

    def __init__(self, key: str, reason: str, help: str) -> None:
        super().__init__(f"the result of `{escape(key)}` cannot be kept: {reason}", help=help)


class Forgotten(GuardError):
    """An action that its sender knows to be done is to be undone, and nothing of it is remembered."""

    def __init__(self, key: str) -> None:
        super().__init__(
            f"`{escape(key)}` is to be undone, and nothing is remembered of it, although its sender knows it as done",
            help="`forget` runs too early, or the database was restored from a backup; a person has to undo it",
        )
