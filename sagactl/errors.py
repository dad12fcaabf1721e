"""Errors say that the call or the environment is wrong; what is wrong with a saga is a finding, never an error."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any


class SagactlError(Exception):
    """Something outside the definitions keeps the work from being done: what, and what to do about it."""

    def __init__(self, message: str, *, help: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.help = help


class UsageError(SagactlError):
    """The call names something that does not exist or asks for something that makes no sense."""


class NothingFound(UsageError):
    """The paths of the call hold none of the files that it is about; some commands may be told that this is fine."""


class UnknownName(UsageError):
    """A name that is none of the known ones; says which come close."""

    def __init__(self, what: str, name: str, known: Iterable[str]) -> None:
        choices = tuple(known)
        super().__init__(f"unknown {what} `{name}`", help=suggest(name, choices))
        self.what, self.name, self.known = what, name, choices


class NotSupported(UsageError):
    """A construct of the language that this verb cannot handle yet; named, never ignored."""

    def __init__(self, verb: str, construct: str, where: str) -> None:
        super().__init__(
            f"`{verb}` cannot run {construct} yet ({where})",
            help="the definition itself is fine; lint, recommend and graph read it",
        )
        self.construct, self.where = construct, where


class InvalidDefinition(SagactlError):
    """A definition cannot be relied on; `findings` say why."""

    def __init__(self, name: str, findings: tuple[Any, ...]) -> None:
        first = f": {findings[0].message}" if findings else ""
        super().__init__(f"`{name}` is not a valid definition{first}", help="`sagactl lint` shows everything")
        self.name, self.findings = name, findings


def nearest(name: str, known: Iterable[str]) -> str | None:
    """The known name that a typing error most probably meant, or None if none is close."""
    from difflib import get_close_matches

    by_folded = {candidate.lower().replace("_", "-"): candidate for candidate in known}
    found = get_close_matches(name[:80].lower().replace("_", "-"), by_folded, n=1, cutoff=0.6)
    return by_folded[found[0]] if found else None


def described(error: Exception) -> str:
    """What is reported of a defect of ours, or of a plug-in: the error, and the innermost line that it comes from."""
    from traceback import extract_tb

    stack = extract_tb(error.__traceback__, limit=-1)
    file = stack[-1].filename.replace("\\", "/").rpartition("/")[2] if stack else ""
    place = f" ({file}:{stack[-1].lineno} in {stack[-1].name})" if stack else ""
    return f"{type(error).__name__}: {error}"[:300] + place


def suggest(name: str, known: tuple[str, ...]) -> str:
    """A sentence that helps to correct `name`: the nearest known name, else the list of them."""
    guess = nearest(name, known)
    if guess is not None:
        return f"did you mean `{guess}`?"
    if not known:
        return "there is none"
    shown = ", ".join(f"`{candidate}`" for candidate in known[:12])
    return f"known: {shown}" + (f" and {len(known) - 12} more" if len(known) > 12 else "")
