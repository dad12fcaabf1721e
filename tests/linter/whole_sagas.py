"""Whole sagas as people write them: everything is promised and decided, so that nothing but their defect is left."""

from __future__ import annotations

PROMISES = (
    "{owner: t, messaging: outbox, idempotency: key, rejects_late_actions: true, remembers_failures: true, "
    "status_query: true}"
)

FOREVER = "kind: retriable, retry: {attempts: forever, initial: 1s, max: 5m}"

Whole = tuple[str, str, list[str]]
"""What it is about, the codes that lint says at warning or error level, and the files of the run."""


def head(name: str, *participants: str, more: str = "", style: str = "", deadline: str = "1h") -> str:
    """All of a definition that comes before its steps."""
    promised = "\n".join(f"  {id}: {PROMISES}" for id in participants)
    return f"""saga: {name}
version: 1
owner: team-x
{style}{f"deadline: {deadline}" if deadline else ""}
input: {{id: string, amount: number, items: array, email: string, big: boolean, express: boolean}}
participants:
{promised}
defaults: {{timeout: 10s, retry: {{attempts: 3, initial: 500ms, max: 10s, jitter: true}}}}
rollback: {{retry: {{attempts: 20, initial: 1s, max: 1m, jitter: true}}, dead_letter: dlq, alert: team-x}}
limits: {{concurrency: 100, stuck_after: 3h}}
{more}
steps:
"""


def steps(*lines: str) -> str:
    """One step from each line."""
    return "".join(f"  - {{{line}}}\n" for line in lines)


# -- building blocks

BOOK = "step: a1, participant: a, action: BookA, rejects: [Full], compensation: CancelA"
PAY = "step: p, participant: b, action: Pay, rejects: [Declined], kind: pivot"

EVENTS = "style: choreography\ncorrelation: input.id\n"
CHAIN = head(
    *("ch", "a", "b", "c"),
    style=f"{EVENTS}starts_on: [Placed]\nends_with: [CDone, AFailed, AUndone]\n",
    deadline="{after: 1h, owner: a}",
)
"""The head of a choreography of three services, each of which hears the one before it."""

A = "step: a, participant: a, listens: [Placed], action: DoA, rejects: [Full], compensation: UndoA"
B = "step: b, participant: b, listens: [ADone], action: DoB, rejects: [Full], compensation: UndoB"
C = "step: c, participant: c, listens: [BDone], action: DoC, rejects: [Full], kind: pivot"


def two(first: str, second: str = PAY, more: str = "", deadline: str = "1h") -> str:
    """A saga of two steps."""
    return head("x", "a", "b", "c", more=more, deadline=deadline) + steps(first, second)
