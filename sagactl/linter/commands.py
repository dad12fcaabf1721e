"""What the name of a command says, as far as a name can say it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from typing import Final

from sagactl.model import Saga, Step

NOTICES: Final = frozenset(
    (
        *("call", "chat", "e-mail", "email", "fax", "letter", "mail", "message", "newsletter"),
        *("notice", "notification", "phone", "push", "sms", "text", "webhook"),
    )
)
"""External effects that somebody has seen as soon as they happen."""

_NOTICE_WORDS: Final = NOTICES | {"confirmation", "greeting", "invitation", "receipt", "reminder"}
_NOTICE_VERBS: Final = frozenset(("email", "mail", "notify", "text"))

_NOTHING: Final = frozenset(
    (
        *("donothing", "dummy", "empty", "ignore", "noaction", "nocompensation", "noop", "nooperation"),
        *("none", "nothing", "null", "pass", "placeholder", "reportcompensated", "skip", "todo"),
    )
)
_NOTHING_VERBS: Final = frozenset(
    ("delay", "dummy", "echo", "ignore", "log", "noop", "print", "skip", "sleep", "todo", "wait")
)

_QUESTIONS: Final = frozenset(
    (
        *("calculate", "check", "compute", "estimate", "fetch", "find", "get", "inspect", "list", "load", "lookup"),
        *("query", "read", "retrieve", "search", "validate", "verify"),
    )
)

_IMPERATIVES: Final = frozenset(
    (
        *("activate", "add", "allocate", "apply", "approve", "assign", "authorise", "authorize", "cancel", "charge"),
        *("compensate", "confirm", "create", "deduct", "delete", "deliver", "do", "execute", "grant", "make", "notify"),
        *("open", "pay", "prepare", "process", "publish", "refund", "register", "reject", "release", "remove"),
        *("reserve", "restore", "revert", "revoke", "run", "schedule", "send", "ship", "start", "stop", "store"),
        *("subscribe", "trigger", "undo", "update", "void", "withdraw"),
    )
)
"""Verbs that tell somebody to do something; words that are as often nouns, such as order and book, are left out."""

_HAPPENED: Final = frozenset(
    (
        *("begun", "bought", "complete", "done", "due", "error", "failure", "found", "full", "given", "gone", "held"),
        *("invalid", "kept", "left", "lost", "made", "met", "ok", "okay", "over", "overdue", "paid", "ready", "sent"),
        *("shut", "sold", "success", "succeeds", "taken", "timeout", "unavailable", "won", "written"),
    )
)
"""What ends the name of something that happened, beside the words in -ed."""

_UNDO: Final = {
    "activate": "Deactivate",
    "add": "Remove",
    "allocate": "Release",
    "apply": "Withdraw",
    "assign": "Unassign",
    "authorise": "Void",
    "authorize": "Void",
    "block": "Unblock",
    "book": "Cancel",
    "charge": "Refund",
    "claim": "Release",
    "create": "Cancel",
    "credit": "Debit",
    "debit": "Credit",
    "deduct": "Restore",
    "deposit": "Withdraw",
    "enable": "Disable",
    "freeze": "Unfreeze",
    "grant": "Revoke",
    "hold": "Release",
    "increase": "Decrease",
    "lock": "Unlock",
    "open": "Close",
    "order": "Cancel",
    "pay": "Refund",
    "place": "Cancel",
    "prepare": "Discard",
    "process": "Refund",
    "publish": "Withdraw",
    "register": "Deregister",
    "request": "Withdraw",
    "reserve": "Release",
    "schedule": "Cancel",
    "set": "Reset",
    "start": "Stop",
    "subscribe": "Unsubscribe",
    "take": "Return",
    "withdraw": "Return",
}


@lru_cache(4096)
def words(name: str) -> tuple[str, ...]:
    """The words of a command, lower case: `ReserveItems`, `reserve_items` and `reserve-items` have the same two."""
    found: list[str] = []
    start = 0
    for at in range(1, len(name) + 1):
        if at == len(name) or not name[at].isalnum() or _starts_word(name, at):
            word = name[start:at].strip("_-. /:").lower()
            if word:
                found.append(word)
            start = at
    return tuple(found)


def _starts_word(name: str, at: int) -> bool:
    if not name[at].isupper():
        return not name[at - 1].isalnum()
    return not name[at - 1].isupper() or (at + 1 < len(name) and name[at + 1].islower())


def folded(name: str) -> str:
    """The name without case and separators, for comparing."""
    return "".join(words(name))


def says_nothing_is_done(name: str) -> bool:
    """Whether the name of a compensation admits that it does nothing."""
    parts = words(name)
    return bool(parts) and (parts[0] in _NOTHING_VERBS or "".join(parts) in _NOTHING or parts[:2] in _NO_OPERATION)


_NO_OPERATION: Final = (("do", "nothing"), ("no", "op"), ("no", "operation"))


def asks(name: str) -> bool:
    """Whether the command sounds as if it only looked: `CheckCredit`, `GetPrice`."""
    return words(name)[:1] != () and words(name)[0] in _QUESTIONS


def sounds_imperative(name: str) -> bool:
    """Whether an event is called as if somebody should do something: `ShipOrder`, and not `OrderShipped`."""
    parts = words(name)
    if len(parts) < 2 or parts[0] not in _IMPERATIVES:
        return False
    return not any(part in _HAPPENED or part.endswith("ed") for part in parts)


def undo_name(action: str, saga: Saga) -> str:
    """A command that might undo an action, to be pasted and corrected: in its own case style, and not taken yet.

    A single verb has no object to keep, so its opposite alone would say as little as it does.
    """
    prefix, name = _parted(action)
    parts = words(name)
    if not parts:
        return action + "Undo"
    found = [("undo", *parts), ("cancel", *parts), ("revert", *parts)]
    if len(parts) > 1 and parts[0] in _UNDO:
        found.insert(0, (_UNDO[parts[0]].lower(), *parts[1:]))
    taken = {folded(each) for each in _taken(action, saga)}
    free = next((each for each in found if folded(prefix + "".join(each)) not in taken), found[0])
    return prefix + _in_style(free, name)


def _parted(name: str) -> tuple[str, str]:
    """A name such as `payments.ChargeCard` in two: where it belongs, and what is done there."""
    start = max(name.rfind(sign) for sign in "./: ") + 1
    return name[:start], name[start:]


def _taken(action: str, saga: Saga) -> Iterator[str]:
    """The commands of the saga that do something else."""
    for step in saga.steps:
        if step.action is not None:
            yield step.action
        if step.compensation is not None and step.action != action:
            yield step.compensation.command


def _in_style(parts: tuple[str, ...], model: str) -> str:
    """The words written as a name is: in Pascal, camel, snake, kebab or upper case."""
    for sign in "_-":
        if sign in model.strip(sign):
            return (sign.join(parts)).upper() if model.isupper() else sign.join(parts)
    name = "".join(word.capitalize() for word in parts)
    return name[0].lower() + name[1:] if model[0].islower() else name


def notice(step: Step) -> str:
    """What somebody sees at once when the step is done (an e-mail, a text message), or nothing.

    Where no external effect is stated, a command such as `SendConfirmationMail` or `NotifyCustomer` says it.
    """
    for effect in step.external:
        if effect.lower() in NOTICES:
            return effect
    if step.external or step.action is None:
        return ""
    parts = words(step.action)
    if parts and (parts[0] in _NOTICE_VERBS or (parts[0] == "send" and parts[-1] in _NOTICE_WORDS)):
        return "notice"
    return ""
