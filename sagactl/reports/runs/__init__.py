"""Runs of a store, one file per format; a member has `listed`, `shown`, `letters` and `done`, each a text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from sagactl.runtime.operators import Found
    from sagactl.runtime.store import Act, KeptLetter, Summary
    from sagactl.trace import Moment, Trace

FORMATS: Final = ("text", "json")
REDACTED: Final = "(redacted)"
MAX_DEPTH: Final = 100


class Listed(NamedTuple):
    """Runs in a list; `more` says that there are others that would fit."""

    runs: tuple[Summary, ...]
    more: bool = False


class Shown(NamedTuple):
    """All that is known of a run; without a `trace` the `note` says why there is none."""

    found: Found
    moments: tuple[Moment, ...]
    letters: tuple[KeptLetter, ...]
    acts: tuple[Act, ...]
    trace: Trace | None = None
    note: str = ""


def redacted(value: Any, names: frozenset[str], depth: int = 0) -> Any:
    """The data without what stands under these names, at any depth."""
    if not names or depth > MAX_DEPTH:
        return value if not names else REDACTED
    if isinstance(value, Mapping):
        return {name: REDACTED if name in names else redacted(inner, names, depth + 1) for name, inner in value.items()}
    return [redacted(inner, names, depth + 1) for inner in value] if isinstance(value, list | tuple) else value


def utc(at_s: float | None) -> str:
    """The time in UTC, to the second; empty for none."""
    from datetime import UTC, datetime

    if at_s is None:
        return ""
    try:
        return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return "?"
