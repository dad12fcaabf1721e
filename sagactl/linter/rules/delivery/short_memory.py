"""SG305 short-memory: the participant forgets idempotency keys before the last copy of a request can arrive.

`dedup_window` says how long a key is remembered. The last try may be sent as late as all timeouts and pauses before it
together, and whoever has forgotten the key by then does it again. A step that is tried for ever counts with one try and
one pause: from one try to the next at least, the key has to be remembered.

Source: the deduplication interval of five minutes of Amazon SQS FIFO queues, against retry policies that go on longer.
Since: 0.1

Bad:
    saga: order
    participants: {inventory: {idempotency: key, dedup_window: 5m}, payment: {}}
    rollback: {retry: {attempts: 20, initial: 1s, max: 1m}, dead_letter: order-dlq}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: {command: ReleaseItems, timeout: 10s}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot

Good:
    saga: order
    participants: {inventory: {idempotency: key, dedup_window: 1d}, payment: {}}
    rollback: {retry: {attempts: 20, initial: 1s, max: 1m}, dead_letter: order-dlq}
    steps:
      - step: reserve-items
        participant: inventory
        action: ReserveItems
        compensation: {command: ReleaseItems, timeout: 10s}
      - step: charge-card
        participant: payment
        action: ChargeCard
        kind: pivot
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sagactl.durations import duration_text
from sagactl.finding import Place, Related
from sagactl.linter.delivery import undo_command
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga
from sagactl.policies import Policy, Promises
from sagactl.promises import undone_by

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


class _Copies(NamedTuple):
    """One command, and how late its last copy may be sent."""

    step: str
    command: str
    place: Place
    policy: Policy

    @property
    def late_s(self) -> float:
        return _late_s(self.policy)


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    if all(participant.dedup_window_s is None for participant in saga.participants.values()):
        return
    found: dict[str, list[_Copies]] = {}
    for step in facts.delivery.sent:
        id = step.step.participant or ""
        if _forgets(saga, id, step.promises, step.action):
            copies = _Copies(step.id, step.step.action or "", at_step(step.step.route), step.action)
            found.setdefault(id, []).append(copies)
    for step in facts.delivery.undone:
        id, undo = undone_by(step), step.undo
        if undo is not None and _forgets(saga, id, step.undo_promises, undo):
            copies = _Copies(step.id, undo_command(step), at_step(step.step.route, "compensation"), undo)
            found.setdefault(id, []).append(copies)
    for id, late in found.items():
        window_s = saga.participants[id].dedup_window_s or 0.0
        yield _hit(id, window_s, sorted(late, key=lambda copies: -copies.late_s))


def _forgets(saga: Saga, participant: str, promises: Promises, policy: Policy) -> bool:
    """Whether it recognises a command by a key, and states that it forgets the key before the last copy is sent."""
    known = saga.participants.get(participant)
    if known is None or known.dedup_window_s is None or promises.idempotency in ("natural", "none"):
        return False
    return _late_s(policy) > known.dedup_window_s


def _late_s(policy: Policy) -> float:
    """From the first try to the end of the last, or from one try to the next where there is no last one."""
    timeout_s = policy.timeout_s or 0.0
    if policy.tries is None:
        return timeout_s + policy.max_s
    return policy.tries * timeout_s + policy.pauses_s(policy.tries) if policy.tries > 1 else 0.0


def _hit(participant: str, window_s: float, late: list[_Copies]) -> Hit:
    worst = late[0]
    more = f" (and {len(late) - 1} more)" if len(late) > 1 else ""
    return Hit(
        f"`{participant}` forgets keys after {duration_text(window_s)}, "
        f"but `{worst.command}` of `{worst.step}`{more} {_how_long(worst)}",
        Place(("participants", participant, "dedup_window")),
        worst.step,
        help=f"dedup_window: {_longer(worst.late_s)}\n# or fewer tries, or shorter pauses",
        related=tuple(Related(f"`{other.command}` {_how_long(other)}", other.place) for other in late[1:]),
    )


def _how_long(copies: _Copies) -> str:
    long = duration_text(copies.late_s)
    if copies.policy.tries is None:
        return f"is tried for ever, and from one try to the next may pass {long}"
    return f"is tried {copies.policy.tries} times, over {long} at worst"


def _longer(seconds: float) -> str:
    """A round duration that is long enough."""
    return next(
        (text for text, limit_s in (("1h", 3600), ("1d", 86400), ("30d", 2592000)) if seconds <= limit_s), "365d"
    )


RULE = Rule(
    code="SG305",
    name="short-memory",
    severity="warning",
    why="A copy that comes after the key is forgotten is done again, as if it had never been seen.",
    check=check,
)
