"""Keys and results as they are kept: short printable keys, and results as JSON of limited length."""

from __future__ import annotations

import json
from typing import Any, Final

from sagactl.runtime.guard.errors import InvalidKey, InvalidResult

MAX_KEY: Final = 255
"""Characters, as many as Stripe takes for an idempotency key."""

MAX_RESULT_BYTES: Final = 65_536
"""Of a result as JSON.  Larger ones belong into the participant's own tables, with their key as the result."""


def checked_key(key: str) -> str:
    if not isinstance(key, str) or not 0 < len(key) <= MAX_KEY or not key.isprintable():
        raise InvalidKey(key, MAX_KEY)
    return key


def encoded(key: str, result: object, max_bytes: int) -> str:
    """The result as JSON; plain ASCII, which every database keeps as it is."""
    try:
        text = json.dumps(result, allow_nan=False, separators=(",", ":"))
    except (TypeError, ValueError, RecursionError) as error:
        reason = "it is nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise InvalidResult(key, reason, "return what JSON can say: texts, numbers, lists, dicts, None") from error
    if len(text) > max_bytes:
        help = "keep it in a table of your own and return its id"
        raise InvalidResult(key, f"it takes {len(text):,} bytes, and {max_bytes:,} are allowed", help)
    return text


def decoded(text: str) -> Any:
    return json.loads(text)
