"""What can go wrong, as one table: where each fault may happen, what it does, and where the knowledge comes from.

Names are stable: they are the same on the command line, in traces and in replay files.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Final, Literal, NamedTuple

from sagactl.flow import FlowStep
from sagactl.model import Style
from sagactl.trace import What
from sagactl.world.participants import is_idempotent, treat, would_execute
from sagactl.world.parts import Answer, Message, Operation, Truth

Subject = Literal["request", "reply", "timer", "run"]
"""A message on its way, a timer that is too early, or the run as a whole."""


class Effect(NamedTuple):
    """What a fault makes of a request: the truth afterwards, the answer ("" for none), the word for the trace."""

    truth: Truth
    answer: Answer
    what: What


class Fault(NamedTuple):
    """One row: `possible` says why a step can never have it (empty when it can)."""

    name: str
    subject: Subject
    operations: tuple[Operation, ...]
    what: What
    sentence: str
    source: str
    possible: Callable[[FlowStep], str]
    enabled: Callable[[FlowStep, Truth, Message], bool]
    effect: Callable[[FlowStep, Truth, Message], Effect]

    def hits(self, message: Message) -> bool:
        """Whether the fault can concern a message of this kind at all."""
        if self.subject not in ("request", "reply"):
            return False
        return message.operation in self.operations and message.is_reply == (self.subject == "reply")


def _reject(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    remembers = truth.refuses or bool(plan.promises.remembers_failures)
    return Effect(truth._replace(refuses=remembers), "no", "turned-down")


def _fail(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    return Effect(truth, "error", "broke")


def _undo_fail(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    rejects = plan.compensation is not None and message.operation == "undo" and bool(plan.compensation.rejects)
    return Effect(truth, "refuses-undo" if rejects else "not-undone", "broke")


def _lose(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    return Effect(truth, "", "lost")


def _execute_silently(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    treated = treat(plan, truth, message)
    return Effect(treated.truth, "", treated.what)


def _answer_only(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    return Effect(truth, treat(plan, truth, message).answer, "lost")


def _forget(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    """The key is unknown again, so that the request takes effect once more."""
    if message.operation == "action":
        return Effect(truth._replace(done=min(truth.done + 1, 2)), "ok", "forgotten")
    return Effect(truth._replace(undone=min(truth.undone + 1, 2)), "undone", "forgotten")


def _is_repeated(plan: FlowStep, truth: Truth, message: Message) -> bool:
    """Whether the participant would recognise the request as a repetition."""
    again = truth.done > 0 and not truth.refuses if message.operation == "action" else truth.undone > 0
    return again and is_idempotent(plan, message)


def _copies(plan: FlowStep, truth: Truth, message: Message) -> Effect:
    return Effect(truth, "", "duplicated")


def _window_too_short(plan: FlowStep) -> str:
    window_s = plan.promises.dedup_window_s
    if window_s is None:
        return f"the participant of `{plan.id}` states no `dedup_window`, which is taken for long enough"
    longest_s = plan.action.worst_s()  # trying for ever counts as one try
    if longest_s is None:
        return f"nothing says how long a copy for `{plan.id}` may be on its way: it has no timeout"
    if window_s >= longest_s:
        return f"a copy for `{plan.id}` is on its way no longer than its participant remembers keys"
    return _sends_action(plan)


def _dual_write(plan: FlowStep) -> str:
    if plan.promises.messaging != "dual-write":
        return f"the participant of `{plan.id}` does not write twice (`messaging: dual-write`)"
    return _sends_action(plan)


def _times_out(plan: FlowStep) -> str:
    return _sends_action(plan) or ("" if plan.action.timeout_s is not None else f"`{plan.id}` has no timeout")


def _undo_times_out(plan: FlowStep) -> str:
    timeout = plan.undo is not None and plan.undo.timeout_s is not None
    return _has_undo(plan) or ("" if timeout else f"the compensation of `{plan.id}` has no timeout")


def _anything(plan: FlowStep) -> str:
    return ""


def _always(plan: FlowStep, truth: Truth, message: Message) -> bool:
    return True


def _rejects(plan: FlowStep) -> str:
    if plan.step.rejects:
        return ""
    return f"`{plan.id}` lists no `rejects`, so it never says no"


def _acts(plan: FlowStep) -> str:
    return "" if plan.step.wait is None else f"`{plan.id}` waits and does nothing that could fail"


def _has_undo(plan: FlowStep) -> str:
    if plan.undo is None:
        return f"`{plan.id}` has no compensation that could fail"
    return f"`{plan.id}` is undone in the saga's own transaction" if plan.step.local else ""


def _sends(plan: FlowStep) -> str:
    return f"`{plan.id}` is local: no message is sent" if plan.step.local else ""


def _sends_action(plan: FlowStep) -> str:
    return _sends(plan) or _acts(plan)


def _answers(plan: FlowStep) -> str:
    if plan.step.reply is False:
        return f"nobody waits for an answer of `{plan.id}`"
    return _sends_action(plan)


FAULTS: Final[tuple[Fault, ...]] = (
    Fault(
        "reject", "request", ("action", "wait"), "turned-down",
        "The participant says no for a business reason; nothing is done.",
        "Richardson, Microservices Patterns, ch. 4",
        _rejects, would_execute, _reject,
    ),
    Fault(
        "fail", "request", ("action",), "broke",
        "The participant fails technically; nothing is done, and the try may be repeated.",
        "Garcia-Molina and Salem, SIGMOD 1987",
        _acts, would_execute, _fail,
    ),
    Fault(
        "compensation-fail", "request", ("undo", "fallback"), "broke",
        "The participant fails to undo; the effect stands, and the try may be repeated.",
        "Garcia-Molina and Salem, SIGMOD 1987, section 5",
        _has_undo, would_execute, _undo_fail,
    ),
    Fault(
        "request-lost", "request", ("action", "wait"), "lost",
        "The request never arrives: the participant is down, or crashes before it commits.",
        "Gray, Notes on Data Base Operating Systems, 1978",
        _sends, _always, _lose,
    ),
    Fault(
        "compensation-request-lost", "request", ("undo", "fallback"), "lost",
        "The request to undo never arrives.",
        "Gray, Notes on Data Base Operating Systems, 1978",
        lambda plan: _has_undo(plan), _always, _lose,
    ),
    Fault(
        "reply-lost", "reply", ("action", "undo", "fallback", "status"), "lost",
        "The answer never arrives: it was done, but nobody knows.",
        "Gray, Notes on Data Base Operating Systems, 1978",
        _answers, _always, _lose,
    ),
    Fault(
        "duplicate", "request", ("action",), "duplicated",
        "The request is delivered twice.",
        "Helland, Life beyond Distributed Transactions, CIDR 2007",
        _sends_action, _always, _copies,
    ),
    Fault(
        "compensation-duplicate", "request", ("undo", "fallback"), "duplicated",
        "The request to undo is delivered twice.",
        "Helland, Life beyond Distributed Transactions, CIDR 2007",
        _has_undo, _always, _copies,
    ),
    Fault(
        "late", "timer", ("action",), "timed-out",
        "The orchestrator times out too early: the message is still on its way and arrives after everything else.",
        "the hanging action of Seata and DTM",
        _times_out, _always, _lose,
    ),
    Fault(
        "compensation-late", "timer", ("undo", "fallback"), "undo-timed-out",
        "The same for the request to undo.",
        "the hanging action of Seata and DTM",
        _undo_times_out, _always, _lose,
    ),
    Fault(
        "crash", "run", ("action", "wait", "undo", "fallback"), "crashed",
        "The orchestrator restarts from its record and sends again what is outstanding.",
        "Garcia-Molina and Salem, SIGMOD 1987, section 4",
        _anything, _always, _lose,
    ),
    Fault(
        "cancel", "run", ("action", "wait"), "cancel",
        "Somebody asks for the run to be taken back.",
        "microprofile-lra: cancelling a long-running action",
        _anything, _always, _lose,
    ),
    Fault(
        "deadline", "run", ("action", "wait"), "deadline",
        "The deadline of the run passes now.",
        "Azure Architecture Center, compensating transaction",
        _anything, _always, _lose,
    ),
    Fault(
        "key-expired", "request", ("action", "undo"), "forgotten",
        "The participant has forgotten the idempotency key, because its window is shorter than the retries.",
        "the deduplication intervals of message brokers, such as the five minutes of Amazon SQS FIFO queues",
        _window_too_short, _is_repeated, _forget,
    ),
    Fault(
        "send-lost", "request", ("action",), "executed",
        "The participant commits its data, and the message that should tell of it is never sent.",
        "Richardson, Microservices Patterns, ch. 3: the dual write",
        _dual_write, would_execute, _execute_silently,
    ),
    Fault(
        "write-lost", "request", ("action",), "lost",
        "The participant tells of data that it then does not commit.",
        "Richardson, Microservices Patterns, ch. 3: the dual write",
        _dual_write, would_execute, _answer_only,
    ),
)  # fmt: skip

BY_NAME: Final[dict[str, Fault]] = {fault.name: fault for fault in FAULTS}

NEEDS_ORCHESTRATOR: Final[Mapping[str, str]] = {
    "request-lost": "nobody sends it a request; `reply-lost` at a step before it loses the event that it waits for",
    "compensation-request-lost": "nobody sends a request to undo",
    "late": "nobody waits for a reply, so no timer can be too early",
    "compensation-late": "nobody waits for a reply, so no timer can be too early",
    "crash": "no orchestrator is there that could restart; an event that is delivered again is `duplicate`",
}
"""Why a fault has no meaning in a choreography."""

SILENCED: Final = frozenset({"reply-lost", "send-lost"})
"""In a choreography: the work is done and recorded, and nobody hears of it."""


def impossible(fault: Fault, plan: FlowStep, style: Style) -> str:
    """Why the step can never have the fault in this style, empty when it can."""
    if style == "choreography" and fault.name in NEEDS_ORCHESTRATOR and not _is_of_a_wait(fault, plan):
        return f"in a choreography, {NEEDS_ORCHESTRATOR[fault.name]}"
    return fault.possible(plan)


def _is_of_a_wait(fault: Fault, plan: FlowStep) -> bool:
    """Waits are for what comes from outside, which may get lost in either style."""
    return fault.name == "request-lost" and plan.step.wait is not None
