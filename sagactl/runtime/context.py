"""What a handler is given, and what it may say: a result, a business no, or that it failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sagactl.runtime.guard.answers import Rejected
from sagactl.world.parts import Operation

__all__ = ["Context", "Failed", "Rejected", "said"]


class Failed(Exception):
    """A try went wrong, and another may go well; `error` is a name that `retry.only` may list.

    Any other exception says the same with the name of its class.
    """

    def __init__(self, error: str = "error") -> None:
        super().__init__(error)
        self.error = error


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """One try of one operation of one run.

    `key` is the same in every try: what a participant recognises a repetition by.  `result` is what the action
    answered, for its compensation; `knows_result` is False when nobody knows whether the action was done at all.
    `connection` is the store's own, for a step that is `local`: what is written through it is done with the record.
    """

    run_id: str
    saga: str
    step: str
    operation: Operation
    attempt: int
    key: str
    action_key: str
    correlation_id: str
    input: Mapping[str, Any]
    run_input: Mapping[str, Any]
    results: Mapping[str, Any] = field(default_factory=dict)
    item: Any = None
    result: Any = None
    knows_result: bool = False
    connection: Any = None


def said(error: BaseException) -> tuple[str, str]:
    """What an exception says: a business no, or a technical failure with the name that `retry.only` may list."""
    if isinstance(error, Rejected):
        return "no", error.reason
    return "error", error.error if isinstance(error, Failed) else type(error).__name__
