"""What people may see of a run's data: a function of the program hides the rest before a dead letter is written.

    OrderFulfillment(store=store, redact=hiding("card_number", "address"))

Logs, spans and metrics hold no data of a run in the first place.  The run itself keeps everything: its steps need it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final

from sagactl.runtime.change import Change
from sagactl.runtime.orders import Letter
from sagactl.runtime.record import to_text

Redact = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""Takes `{"input": ..., "item": ..., "result": ...}` of a dead letter, and gives back what people may see of it."""

REDACTED: Final = "(redacted)"
MAX_DEPTH: Final = 100


def hiding(*names: str) -> Callable[[Any], Any]:
    """Hides whatever stands under one of these names, at any depth; `card_number` hides `Card-Number`, too."""
    secret = frozenset(map(_folded, names))

    def shown(value: Any, depth: int = 0) -> Any:
        if depth > MAX_DEPTH:
            return REDACTED
        if isinstance(value, Mapping):
            return {
                name: REDACTED if _folded(name) in secret else shown(inner, depth + 1) for name, inner in value.items()
            }
        return [shown(inner, depth + 1) for inner in value] if isinstance(value, list | tuple) else value

    return shown


def _folded(name: str) -> str:
    return name.replace("_", "").replace("-", "").lower()


def redacted(change: Change, redact: Redact | None) -> Change:
    """The change with letters that people may see."""
    if redact is None or not change.letters:
        return change
    return change._replace(letters=tuple(_letter(letter, redact) for letter in change.letters))


def _letter(letter: Letter, redact: Redact) -> Letter:
    order = letter.order
    try:
        shown = redact({"input": order.input, "item": order.item, "result": order.result})
        input, item, result = dict(shown.get("input") or {}), shown.get("item"), shown.get("result")
        to_text([input, item, result], "what is shown")
    except Exception:  # a letter must be written, and nobody knows what in it is secret
        input, item, result = {"data": REDACTED}, REDACTED, REDACTED
    return letter._replace(order=order._replace(input=input, item=item, result=result))
