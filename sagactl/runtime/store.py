"""What a store keeps, and what it promises: one transaction for each transition, and nobody decides on an old record.

A store is blocking and belongs to one thread; the runtime gives it a thread of its own and writes in groups, so that
many runs share the cost of one commit.  A member of the family `stores` is a class with these methods.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, Literal, NamedTuple, Protocol

from sagactl.errors import SagactlError
from sagactl.runtime.change import Change
from sagactl.runtime.record import Run
from sagactl.trace import Moment


class StoreError(SagactlError):
    """The store cannot be used as it is: it is gone, too new, or not one of ours."""


class StoreBusy(StoreError):
    """Somebody else holds the store for too long; nothing was written, and trying again is right."""


class Outgoing(NamedTuple):
    """A message that must be sent, once its transition is written; `id` is 0 until the store has given it one."""

    run: str
    destination: str
    body: str
    id: int = 0


class Act(NamedTuple):
    """What a person did to a run by hand, who it was, and why."""

    run: str
    what: str
    step: str
    who: str
    why: str
    at_s: float = 0.0


class Write(NamedTuple):
    """A change, with everything that goes into the same transaction.

    `expects` is the revision that the change was made from, 0 for a new run; `worker` writes it and sends its messages,
    and owns the run afterwards if it `keeps` it; `message` is the id of the message that brought the event, noticed
    when it comes again; `at_most` are the runs of this saga that may be under way when this one begins; `stuck_s` is
    when it is overdue.
    """

    change: Change
    expects: int
    worker: str
    keeps: bool = False
    message: str = ""
    outbox: tuple[Outgoing, ...] = ()
    act: Act | None = None
    at_most: int | None = None
    stuck_s: float | None = None


Work = Callable[[Any], Write]
"""Work of the saga's owner in the store's own transaction: the connection in, the change that its result makes out."""

Proposal = Write | Work

Fate = Literal["written", "stale", "repeated", "full", "exists"]
"""What became of a write: stale if somebody else has changed the run, repeated if the message was seen before, full
if too many runs are under way, exists if a run was started with this key before."""


class Written(NamedTuple):
    """What became of a proposal; `error` is what the work raised, and then nothing of it was written.

    `outbox` are the messages of the write with the ids that the store gave them.
    """

    fate: Fate | None
    write: Write | None = None
    error: BaseException | None = None
    outbox: tuple[Outgoing, ...] = ()


class Claimed(NamedTuple):
    """A run that is ours now; `orphaned` says that its owner died with it, so that nobody knows what was under way."""

    run: Run
    orphaned: bool


class Mail(NamedTuple):
    """A message for a run that waits for whoever owns it; one that `reopens` is for a run that ended parked, too."""

    id: str
    run: str
    body: str
    reopens: bool = False


class Summary(NamedTuple):
    """A run in a list."""

    id: str
    saga: str
    version: int
    status: str
    outcome: str
    correlation: str
    started_s: float
    changed_s: float
    ended_s: float | None
    wake_s: float | None
    owner: str
    stuck: bool
    open_letters: int


class LogEntry(NamedTuple):
    """One transition as it was written: when, what happened, and what is told of it."""

    number: int
    at_s: float
    event: str
    moments: tuple[Moment, ...]


class KeptLetter(NamedTuple):
    """A step in the hands of people; `closed` says what was done about it, "" while it is open."""

    id: int
    run: str
    saga: str
    step: str
    direction: str
    reason: str
    tries: int
    at_s: float
    body: Mapping[str, Any]
    closed: str


class Store(Protocol):
    """Where runs live.  Every method is one transaction, and raises StoreBusy or StoreError as a whole."""

    def install(self) -> None:
        """Create what is missing and bring an older schema up to date; raises StoreError for a newer one."""

    def keep_definition(self, digest: str, saga: str, version: int, text: str) -> None:
        """Keep a definition under its digest; the same again changes nothing."""

    def definition(self, digest: str) -> str | None:
        """The text that was kept under the digest."""

    def definitions_in_use(self, saga: str) -> tuple[str, ...]:
        """The digests that runs follow which have not ended."""

    def commit(self, proposals: Sequence[Proposal]) -> list[Written]:
        """Write all of them in one transaction; each has its own fate."""

    def load(self, run: str) -> Run | None:
        """The run as it is written."""

    def find(self, saga: str, start_key: str) -> str | None:
        """The id of the run that was started with this key."""

    def beat(self, worker: str, until_s: float) -> None:
        """Say that a worker lives at least so long."""

    def retire(self, worker: str) -> None:
        """A worker ends in peace: what it owns is free."""

    def claim(self, worker: str, sagas: Sequence[str], now_s: float, most: int) -> list[Claimed]:
        """Take runs that are due, have mail, or whose owner is dead; nobody else gets them."""

    def claim_run(self, worker: str, run: str, now_s: float) -> Claimed | None:
        """Take one run, unless it has ended or another living worker has it."""

    def next_wake_s(self, sagas: Sequence[str]) -> float | None:
        """When the next free run is due."""

    def post(self, mail: Mail, now_s: float) -> bool:
        """Keep a message for a run until its owner takes it; False if it was there before, or the run is unknown."""

    def mail_for(self, worker: str) -> list[Mail]:
        """The messages that wait for the runs of this worker, the oldest first."""

    def mail_of(self, run: str) -> list[Mail]:
        """The messages that wait for this run, the oldest first."""

    def unsent(self, worker: str, now_s: float, most: int) -> list[Outgoing]:
        """Messages of this worker, or of a dead one, that are not known to be sent, the oldest first."""

    def sent(self, ids: Sequence[int]) -> None:
        """These messages are out."""

    def release(self, worker: str, run: str, wake_s: float | None, mail: int) -> bool:
        """The run needs no owner until then; False if more messages wait for it than the owner has seen."""

    def overdue(self, sagas: Sequence[str], now_s: float) -> list[Summary]:
        """Runs that are under way for too long; each is named once."""

    def runs(self, saga: str = "", status: str = "", most: int = 100) -> list[Summary]:
        """The youngest runs."""

    def summary(self, run: str) -> Summary | None:
        """One run as in a list."""

    def history(self, run: str) -> list[LogEntry]:
        """Everything that is written of a run, in order."""

    def letters(self, run: str = "", saga: str = "", closed: bool = False, most: int = 1_000) -> list[KeptLetter]:
        """The steps in the hands of people, the oldest first."""

    def acts(self, run: str) -> list[Act]:
        """What was done to a run by hand."""

    def forget(self, before_s: float, most: int = 1_000) -> int:
        """Delete runs that ended, and messages that were taken, before this time; how many runs went."""

    def listen(self, tell: Callable[[], None]) -> Callable[[], None]:
        """Call `tell`, from any thread, when there may be something new to do; returns how to stop.

        A store that cannot tell never does: everybody looks again now and then anyway.
        """

    def close(self) -> None:
        """Let go of the connection."""
