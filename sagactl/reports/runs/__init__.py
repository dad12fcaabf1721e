"""Runs of a store, one file per format; a member has `listed`, `shown`, `letters` and `done`, each a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from sagactl.runtime.operators import Found
    from sagactl.runtime.store import Act, KeptLetter, Summary
    from sagactl.trace import Moment, Trace

FORMATS: Final = ("text", "json")


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


def redacted(value: Any, names: frozenset[str]) -> Any:
    """The data without what stands under these names, at any depth."""
    from sagactl.runtime.redaction import hiding

    return hiding(*names)(value) if names else value


def utc(at_s: float | None) -> str:
    """The time in UTC, to the second; empty for none."""
    from datetime import UTC, datetime

    if at_s is None:
        return ""
    try:
        return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    except (OverflowError, ValueError, OSError):
        return "?"
