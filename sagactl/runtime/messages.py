"""What travels between an orchestrator and its participants: commands, replies, and events from outside, as JSON.

A message that cannot be read is the sender's mistake: it is refused with a sentence, and never stops what reads it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final, Literal, NamedTuple

from sagactl.errors import SagactlError
from sagactl.runtime.orders import Order
from sagactl.runtime.record import MAX_PAYLOAD, to_text

VERSION: Final = 1
Answer = Literal["ok", "no", "error", "done", "not-done"]


class BadMessage(SagactlError, ValueError):
    """A message that is none of ours."""


class Command(NamedTuple):
    """A request to a participant; every try carries the same `key`, and so do copies of it.

    `operation` is `action`, `undo`, `fallback` or `status`; the answer goes to `reply_to`.
    """

    id: str
    run: str
    restarts: int
    saga: str
    step: str
    operation: str
    attempt: int
    participant: str
    name: str
    key: str
    action_key: str
    correlation: str
    input: Mapping[str, Any]
    item: Any = None
    result: Any = None
    knows_result: bool = False
    reply_to: str = ""


class Reply(NamedTuple):
    """What became of a command: `ok` with a result, `no` with the business error, `error`, or the answer to a query."""

    id: str
    run: str
    restarts: int
    step: str
    operation: str
    attempt: int
    answer: Answer
    detail: str = ""
    result: Any = None


class Event(NamedTuple):
    """Something from outside that a run may wait for; `answer` is `no` for a negative one, named in `detail`."""

    id: str
    run: str
    name: str
    answer: Answer = "ok"
    detail: str = ""
    data: Any = None


class Published(NamedTuple):
    """What a service tells of one of its steps, or of the run, in a choreography; see `world/views.py`.

    `kind` is `start`, `success`, `failure`, `undone`, `deadline` or `cancel`; `record` and `cause` say how it ended,
    `passed` what is known to have passed before it, and `results` what the actions answered, as far as it is known.
    Every event brings the input, so that whoever hears of the run for the first time knows it.
    """

    id: str
    run: str
    saga: str
    digest: str
    correlation: str
    name: str
    kind: str
    step: str
    record: str
    cause: str
    passed: list[list[str]]
    input: Mapping[str, Any]
    results: Mapping[str, Any]


class Request(NamedTuple):
    """What a person asks of a run: `cancel` or a repair by its name, who asks, and why.

    `result` is what a person knows of a step that turned out to be done.
    """

    id: str
    run: str
    what: str
    step: str = ""
    who: str = ""
    why: str = ""
    result: Any = None


Message = Command | Reply | Event | Request | Published
_KINDS: Final[Mapping[str, type[Any]]] = {
    "command": Command,
    "reply": Reply,
    "event": Event,
    "request": Request,
    "published": Published,
}


def command_of(order: Order, reply_to: str) -> Command:
    """The message that asks for an order; its id is the same whenever this try is sent."""
    return Command(
        id=f"{order.run}/{order.restarts}/{order.step}/{order.operation}/{order.attempt}",
        run=order.run, restarts=order.restarts, saga=order.saga, step=order.step, operation=order.operation,
        attempt=order.attempt, participant=order.participant, name=order.name, key=order.key,
        action_key=order.action_key, correlation=order.correlation, input=order.input, item=order.item,
        result=order.result, knows_result=order.knows_result, reply_to="" if order.silent else reply_to,
    )  # fmt: skip


def reply_to(command: Command, answer: Answer, detail: str = "", result: Any = None) -> Reply:
    """The reply to a command; repeating it changes nothing, because it bears the same id."""
    id = f"{command.id}/{answer}"
    return Reply(
        id, command.run, command.restarts, command.step, command.operation, command.attempt, answer, detail, result
    )


def write(message: Message) -> str:
    """The message as text; raises BadPayload for data that is not JSON, or too much of it."""
    kind = type(message).__name__.lower()
    return to_text({"version": VERSION, "type": kind, **message._asdict()}, f"the {kind} for `{message.run}`")


def read(text: str | bytes) -> Message:
    """The message in the text; raises BadMessage.  Fields that are not known are passed over."""
    if len(text) > 4 * MAX_PAYLOAD:
        raise BadMessage("the message is too large")
    try:
        data = json.loads(text)
    except (ValueError, RecursionError):
        raise BadMessage("the message is not JSON") from None
    if not isinstance(data, dict) or data.get("version") != VERSION or data.get("type") not in _KINDS:
        raise BadMessage(f"the message is not of version {VERSION}, or of no known type")
    kind = _KINDS[data["type"]]
    fields = {name: data[name] for name in kind._fields if name in data}
    for name in kind._fields:
        if name not in fields and name not in kind._field_defaults:
            raise BadMessage(f"the {data['type']} lacks `{name}`")
        if name in fields and not isinstance(fields[name], _TYPES.get(name, object)):
            raise BadMessage(f"`{name}` of the {data['type']} has the wrong type")
    if "attempt" in fields and not 0 <= fields["attempt"] < 2**53:
        raise BadMessage("`attempt` is no number of tries")
    return kind(**fields)  # type: ignore[no-any-return]


_TYPES: Final[Mapping[str, type | tuple[type, ...]]] = {
    **dict.fromkeys(
        ("id", "run", "saga", "step", "operation", "participant", "name", "key", "action_key", "correlation",
         "reply_to", "answer", "detail", "what", "who", "why", "digest", "kind", "record", "cause"), str
    ),
    "restarts": int,
    "attempt": int,
    "input": dict,
    "results": dict,
    "passed": list,
    "knows_result": bool,
}  # fmt: skip
