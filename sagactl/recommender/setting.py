"""What-if: a saga with one of its requirements stated differently, as `--set requires.audit=true` asks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any, Final, Literal, NamedTuple

from sagactl.durations import HOW_TO_WRITE, parse_duration
from sagactl.errors import UnknownName, UsageError, suggest
from sagactl.model import Requires, Saga

PREFIX: Final = "requires."

_FLAGS: Final = {"true": True, "false": False}
_THROUGHPUTS: Final[dict[str, Literal["low", "normal", "high"]]] = {"low": "low", "normal": "normal", "high": "high"}


class Setting(NamedTuple):
    """One thing that can be set: the text becomes the requirements with it, or None if the text does not fit."""

    apply: Callable[[Requires, str], Requires | None]
    expects: str
    known: tuple[str, ...] = ()


def _flag(attribute: str) -> Setting:
    def apply(requires: Requires, text: str) -> Requires | None:
        if text not in _FLAGS:
            return None
        changed: dict[str, Any] = {attribute: _FLAGS[text]}
        return replace(requires, **changed)

    return Setting(apply, "`true` or `false`", tuple(_FLAGS))


def _throughput(requires: Requires, text: str) -> Requires | None:
    return replace(requires, throughput=_THROUGHPUTS[text]) if text in _THROUGHPUTS else None


def _latency(requires: Requires, text: str) -> Requires | None:
    seconds = parse_duration(text)
    return replace(requires, latency_s=seconds) if seconds else None


def _engine(requires: Requires, text: str) -> Requires | None:
    return replace(requires, engine=text) if text.strip() else None


SETTINGS: Final[dict[str, Setting]] = {
    "requires.visibility": _flag("visibility"),
    "requires.audit": _flag("audit"),
    "requires.throughput": Setting(_throughput, "`low`, `normal` or `high`", tuple(_THROUGHPUTS)),
    "requires.latency": Setting(_latency, "a duration longer than zero"),
    "requires.changes_often": _flag("changes_often"),
    "requires.no_single_point_of_failure": _flag("no_single_point_of_failure"),
    "requires.engine": Setting(_engine, "the name of an engine"),
}


def with_setting(saga: Saga, name: str, text: str) -> Saga:
    """The saga with `name` set to what `text` says.

    Raises UnknownName for a name that cannot be set, UsageError for a text that does not fit.
    """
    if name not in SETTINGS:
        bare = {known.removeprefix(PREFIX): known for known in SETTINGS}
        if name in bare:
            raise UsageError(f"unknown setting `{name}`", help=f"did you mean `{bare[name]}`?")
        raise UnknownName("setting", name, SETTINGS)
    setting = SETTINGS[name]
    requires = setting.apply(saga.requires, text)
    if requires is None:
        help = suggest(text, setting.known) if setting.known else f"expected {setting.expects}"
        if name == "requires.latency":
            help = HOW_TO_WRITE
        raise UsageError(f"`{name}` is {setting.expects}, not `{text}`", help=help)
    return replace(saga, requires=requires)
