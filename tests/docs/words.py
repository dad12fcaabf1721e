"""The words around the tables of the reference that no table of the source holds."""

from __future__ import annotations

from typing import Final

RECORDS: Final = {
    "idle": "not started",
    "skipped": "not taken: its choice went another way",
    "requested": "a try of the action is in flight, or the wait is on",
    "paused": "between two tries of the action",
    "asked": "the tries are used up, and the participant is asked what became of them",
    "done": "the action was done",
    "unheard": "sent, and nobody waits for an answer: the flow goes on, and the outcome is never known",
    "rejected": "a definite no: nothing was done",
    "unknown": "the tries are used up, and nobody knows whether it was done",
    "withdrawn": "a wait that was given up for a rollback",
    "stuck": "parked, going forward",
    "waived": "people let the run go on without it",
    "undoing": "a try of the compensation is in flight",
    "undo-paused": "between two tries of the compensation",
    "falling-back": "a try of the fallback is in flight",
    "fallback-paused": "between two tries of the fallback",
    "undone": "the compensation was done",
    "dead": "parked, going back: the compensation failed for good",
    "left": "not undone, because an earlier failure stopped the rollback",
    "standing": "not undone, because nothing can undo it",
    "unconfirmed": "its compensation was sent, and nobody waits for the answer",
    "settled": "not known to be undone, and people answer for that",
}
"""What each record of a step means."""

AREAS: Final = {
    "structure": "Structure",
    "compensation": "Compensation",
    "phases": "Phases: before, at and after the point of no return",
    "delivery": "Unknown outcomes, idempotency and delivery",
    "time": "Time",
    "operations": "Operations: when a compensation fails",
    "isolation": "Isolation between runs",
    "data": "Data",
    "choreography": "Choreography",
    "versions": "Versions and targets",
    "promises": "Promises that nobody has stated",
    "suppressions": "Findings on findings",
}
"""The headings of the folders of rules; a folder that is not here is called by its name."""
