"""What one step sees of the world: its messages in flight and the truth of its participant, and what becomes of them.

A local state says nothing of the orchestrator, so the same ones occur in every run and are worth remembering.
Two messages of a step are on their way at most: two show whatever copies and late arrivals can do, and what more of
them could bring about comes with fewer, too.  Replies are a set, because a repeated answer changes nothing (rule 1 of
the machine).

Everything here asks `participants.py` and the table of faults; nothing is decided a second time.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.flow import FlowStep
from sagactl.machine import events as e
from sagactl.world.faults import FAULTS, Fault
from sagactl.world.participants import treat
from sagactl.world.parts import Answer, Message, MoveKind, Operation, Truth
from sagactl.world.world import DUPLICATES, heard, is_silent

MAX_MESSAGES: Final = 2
"""Of one step on their way at once; the tests explore three, too, and find the same verdicts."""

Request = tuple[Operation, int]
"""An operation and its attempt."""

Reply = tuple[Operation, int, Answer]


class Local(NamedTuple):
    """The messages of one step, and the truth of its participant; requests are sorted unless their order matters."""

    requests: tuple[Request, ...] = ()
    replies: tuple[Reply, ...] = ()
    truth: Truth = Truth()

    @property
    def is_quiet(self) -> bool:
        return not self.requests and not self.replies

    @property
    def in_flight(self) -> int:
        """How many messages are on their way, in either direction."""
        return len(self.requests) + len(self.replies)

    def has(self, operation: Operation, attempt: int) -> bool:
        """Whether a message of this try is on its way, in either direction."""
        return (operation, attempt) in self.requests or any(reply[:2] == (operation, attempt) for reply in self.replies)


class Change(NamedTuple):
    """One thing that can happen to a local state; `event` is what the orchestrator hears of it, if anything."""

    kind: MoveKind
    operation: Operation
    attempt: int
    answer: Answer
    fault: str
    event: e.Event | None
    after: Local


def sent(plan: FlowStep, local: Local, request: Request) -> Local | None:
    """The state once a request is on its way, or None while two messages are."""
    if local.in_flight >= MAX_MESSAGES:
        return None
    requests = (*local.requests, request)
    return local._replace(requests=requests if plan.promises.ordered_delivery else tuple(sorted(requests)))


def withdrawn(local: Local) -> Local:
    """The state once a wait is called off."""
    return local._replace(requests=tuple(request for request in local.requests if request[0] != "wait"))


def changes(plan: FlowStep, local: Local, possible: frozenset[str]) -> Iterator[Change]:
    """All that can happen to the state's messages; `possible` names the faults that may be among it."""
    for request in dict.fromkeys(local.requests):
        yield from _delivered(plan, local, request, possible)
        if plan.promises.ordered_delivery:
            break
    for reply in local.replies:
        rest = local._replace(replies=tuple(other for other in local.replies if other != reply))
        event, _ = heard(Message(plan.index, *reply, detail=reply[2] if reply[2] in ("no", "refuses-undo") else ""))
        yield Change("answer", *reply, "", event, rest)
        if "reply-lost" in possible:
            yield Change("answer", *reply, "reply-lost", None, rest)


def _delivered(plan: FlowStep, local: Local, request: Request, possible: frozenset[str]) -> Iterator[Change]:
    at = local.requests.index(request)
    rest = local._replace(requests=local.requests[:at] + local.requests[at + 1 :])
    message = Message(plan.index, *request)
    if request[0] == "wait":
        yield from _arrives(plan, rest, possible)
        return
    treated = treat(plan, local.truth, message)
    yield _taken(plan, rest, message, "", treated.truth, treated.answer)
    for fault in _faults(plan, local.truth, message, possible):
        if fault.name in DUPLICATES:
            copied = sent(plan, local, request)
            if copied is not None:
                yield Change("deliver", *request, "", fault.name, None, copied)
            continue
        effect = fault.effect(plan, local.truth, message)
        yield _taken(plan, rest, message, fault.name, effect.truth, effect.answer)


def _faults(plan: FlowStep, truth: Truth, message: Message, possible: frozenset[str]) -> Iterator[Fault]:
    for fault in FAULTS:
        if fault.name in possible and fault.hits(message) and fault.enabled(plan, truth, message):
            yield fault


def _taken(plan: FlowStep, rest: Local, message: Message, fault: str, truth: Truth, answer: Answer) -> Change:
    """The participant did what it does with the request, and answers if somebody waits for that."""
    operation, attempt = message.operation, message.attempt
    event: e.Event | None = None
    replies = rest.replies
    if answer and plan.step.local:
        event, _ = heard(message._replace(answer=answer))
    elif answer and not is_silent(plan, message):
        replies = tuple(sorted({*rest.replies, (operation, attempt, answer)}))
    return Change("deliver", operation, attempt, "", fault, event, Local(rest.requests, replies, truth))


def _arrives(plan: FlowStep, rest: Local, possible: frozenset[str]) -> Iterator[Change]:
    yield Change("deliver", "wait", 1, "", "", e.ActionSucceeded(plan.index), rest)
    if "reject" in possible:
        yield Change("deliver", "wait", 1, "", "reject", e.ActionRejected(plan.index, "no"), rest)
    if "request-lost" in possible:
        yield Change("deliver", "wait", 1, "", "request-lost", None, rest)
