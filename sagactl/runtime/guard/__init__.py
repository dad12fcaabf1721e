"""The guard keeps a participant's promises inside its own transaction, whatever the network does to the requests.

Repeated requests are done once and answered the same; a compensation that comes first succeeds and keeps the action
out; a rejection stays one; whoever asks what became of a request gets an answer that stays true.

    guard = Guard("payment")
    with connection:
        answer = guard.action(connection, key, lambda: charge(connection, order))

`script.py` says what is done in which order and touches no database, `sessions.py` carries it out on sqlite3, psycopg
and psycopg's asynchronous connections, and the SQL of each database is in a file of its own.
"""

from sagactl.runtime.guard.answers import Done, Refused, Rejected, Undone
from sagactl.runtime.guard.errors import (
    Busy,
    Forgotten,
    GuardError,
    InvalidKey,
    InvalidResult,
    NotInstalled,
    NoTransaction,
    SchemaTooNew,
    TransactionEnded,
)
from sagactl.runtime.guard.guard import AsyncGuard, Guard
from sagactl.runtime.guard.record import Keeps

__all__ = [
    "AsyncGuard",
    "Busy",
    "Done",
    "Forgotten",
    "Guard",
    "GuardError",
    "InvalidKey",
    "InvalidResult",
    "Keeps",
    "NoTransaction",
    "NotInstalled",
    "Refused",
    "Rejected",
    "SchemaTooNew",
    "TransactionEnded",
    "Undone",
]
