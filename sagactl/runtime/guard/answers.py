"""What a participant answers to a request, as values; and how its work says no."""

from __future__ import annotations

from typing import Any, Final, NamedTuple

LATE: Final = "AlreadyCompensated"
"""The action was compensated, or its compensation came first."""

ASKED: Final = "RefusedSinceAsked"
"""Somebody asked before the action came, and was told that it would not be done any more."""

MAX_REASON: Final = 200
"""Characters; a reason is the name of a business error, and travels with every answer."""


class Done(NamedTuple):
    """The action is done; `repeated` says that it was done earlier, and that its first result is answered again."""

    result: Any = None
    repeated: bool = False


class Refused(NamedTuple):
    """Nothing was done, for this reason; for an action that is final, for a compensation it may be tried again."""

    reason: str


class Undone(NamedTuple):
    """Nothing of the action is left.

    `repeated` says that it was undone earlier, `empty` that there was nothing to undo.
    """

    repeated: bool = False
    empty: bool = False


class Rejected(Exception):
    """Raised by the work of a participant: a business no, under the name that the saga lists in `rejects`."""

    def __init__(self, reason: str) -> None:
        if not isinstance(reason, str) or not 0 < len(reason) <= MAX_REASON or not reason.isprintable():
            raise ValueError(
                f"the reason of a rejection is a name of at most {MAX_REASON} characters, such as CardDeclined"
            )
        super().__init__(reason)
        self.reason = reason
