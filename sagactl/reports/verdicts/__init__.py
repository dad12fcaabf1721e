"""Verdicts, one file per format; a member is a module with `render(shown) -> str`."""

from __future__ import annotations

from typing import Final, NamedTuple

from sagactl.reports.style import Style, plain
from sagactl.verdict import VERDICTS, Verdict, Word

OWN: Final = ("text", "json")
AS_FINDINGS: Final = ("full", "concise", "sarif", "github", "gitlab", "junit", "rdjson", "markdown")
FORMATS: Final = (*OWN, *AS_FINDINGS)
"""Formats of verdicts, and those in which what is wrong stands as findings at their lines."""

PROMISED: Final = {
    "idempotency": "recognises a repeated request by its key, and does it once",
    "rejects_late_actions": "refuses an action that arrives after its compensation",
    "remembers_failures": "keeps saying no to a request that it has rejected once",
}
"""What a promise means to the people who have to keep it."""

VALUES: Final = {"idempotency": "key", "rejects_late_actions": "true", "remembers_failures": "true"}


class Verified(NamedTuple):
    """A verdict, the file it is about, and how long it took."""

    verdict: Verdict
    path: str
    elapsed_s: float


class Shown(NamedTuple):
    """The verdicts of a call, and how to show them."""

    verified: tuple[Verified, ...]
    style: Style = plain
    width: int = 100
    verbose: bool = False
    outcomes: bool = False

    @property
    def worst(self) -> Word:
        return max((each.verdict.verdict for each in self.verified), key=VERDICTS.index, default="safe")
