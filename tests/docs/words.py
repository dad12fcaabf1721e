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

OPTIONS: Final = {
    "store": "where runs live",
    "definition": "in the place of the class attribute: a file, or a `Definition`",
    "transport": "how messages travel to remote participants; within the process unless given",
    "clock": "the time; a `VirtualClock` in tests",
    "observers": "who is told what happens",
    "remote": "in the place of the class attribute",
    "bulkhead": "in the place of the class attribute",
    "worker": "the name of this process, which must be its own; made up unless given",
    "lease_s": "how long a process may be silent before others take its runs over",
    "poll_s": "how often to look for work that nobody announces",
    "most_runs": "runs that this process drives at the same time",
    "forget_after_s": "ended runs older than this are deleted; none are unless given",
    "seed": "makes jitter repeatable, for tests",
    "redact": "what people may see of data in dead letters",
}
"""What each option of an orchestrator means, in the order of its signature."""

CONTEXT: Final = {
    "run_id": "the run",
    "saga": "its saga",
    "step": "the step; `outer/inner` in a nested saga, `step[2]` for the second item of a `for_each`",
    "operation": "`action`, `undo`, `fallback` or `status`",
    "attempt": "which try this is, from 1",
    "key": "the idempotency key, the same in every try",
    "action_key": "the key of the action that is undone or asked about",
    "correlation_id": "what the definition names under `correlation`, else the run",
    "input": "the data of the command, as the definition says",
    "run_input": "what the run was started with",
    "results": "what the steps have answered so far, by step",
    "item": "the item of a `for_each`",
    "result": "for a compensation: what its action answered",
    "knows_result": "False when nobody knows whether the action was done",
    "connection": "for a `local` step: the store's own",
}
"""What each field of a context is."""
