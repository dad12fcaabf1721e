"""The settings of a repository, one row each: what a configuration file may hold, and what each value must be."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Final, NamedTuple

from sagactl.configuration.reading import FAIL_ON
from sagactl.errors import UnknownName, UsageError

GRADES: Final = (*FAIL_ON, "off")

Where = Callable[..., str]
"""(keys and words that lead to a value) -> where it stands, as `file:line`."""


def _texts(where: Where, key: str, value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise UsageError(f"`{key}` in `{where(key)}` must be a list of texts")
    return tuple(value)


def _text(where: Where, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise UsageError(f"`{key}` in `{where(key)}` must be a text")
    return value


def _fail_on(where: Where, key: str, value: Any) -> str:
    if value not in FAIL_ON:
        raise UnknownName(f"`fail-on` in `{where(key)}`:", str(value), FAIL_ON)
    return str(value)


def _web_address(where: Where, key: str, value: Any) -> str:
    if not isinstance(value, str) or not value.startswith(("https://", "http://")):
        raise UsageError(f"`{key}` in `{where(key)}` must be an address that starts with `https://`")
    return value


def _table(where: Where, key: str, value: Any) -> Mapping[str, Any]:
    if not isinstance(value, dict):
        raise UsageError(f"`{key}` in `{where(key)}` must be a table")
    return value


def _grades(where: Where, key: str, value: Any) -> Mapping[str, str]:
    for rule, grade in _table(where, key, value).items():
        if grade not in GRADES:
            raise UnknownName(f"severity in `{where(key, rule)}`:", str(grade), GRADES)
    return dict(value)


def _lists_by_path(where: Where, key: str, value: Any) -> Mapping[str, tuple[str, ...]]:
    entries = _table(where, key, value)
    return {pattern: _texts(lambda *_, p=pattern: where(key, p), pattern, words) for pattern, words in entries.items()}


def _grades_by_path(where: Where, key: str, value: Any) -> Mapping[str, Mapping[str, str]]:
    entries = _table(where, key, value)
    return {
        pattern: _grades(lambda _, *rule, p=pattern: where(key, p, *rule), pattern, grades)
        for pattern, grades in entries.items()
    }


class Setting(NamedTuple):
    """One key of a configuration: how its value is checked, and what it means."""

    key: str
    check: Callable[[Where, str, Any], Any]
    example: str
    meaning: str


SETTINGS: Final = (
    Setting("paths", _texts, '["sagas"]', "what `lint` and `recommend` look at when a call names no path"),
    Setting("select", _texts, '["default", "SG122"]', "the rules that run, instead of the default set"),
    Setting("ignore", _texts, '["SG014"]', "rules that do not run"),
    Setting("fail-on", _fail_on, '"error"', "from which severity on findings make a call exit with 1"),
    Setting("severity", _grades, '{no-owner = "warning"}', "how grave the findings of a rule are; `off` ignores it"),
    Setting(
        "per-path-select", _lists_by_path, '{"payments/**" = ["pedantic"]}', "rules that run in these files as well"
    ),
    Setting("per-path-ignores", _lists_by_path, '{"drafts" = ["SG5"]}', "rules that do not run in these files"),
    Setting(
        "per-path-severity",
        _grades_by_path,
        '{"drafts" = {missing-compensation = "warning"}}',
        "how grave the findings of a rule are in these files",
    ),
    Setting("baseline", _text, '"sagactl-baseline.json"', "the accepted findings, as with `--baseline`"),
    Setting("plugins", _texts, '["acme"]', "the plug-ins whose rules are known, by the names of their entry points"),
    Setting("rule-pages", _web_address, '"https://example.com/rules"', "where the pages of the rules are published"),
    Setting("store", _text, '"sagas.db"', "where runs are kept, as with `--store`"),
    Setting("weights", _table, "{join = 0}", "what the factors of a recommendation are worth here"),
)
"""Every setting; the reference page of the configuration is made from these rows."""


def checked(where: Where, table: Mapping[str, Any]) -> dict[str, Any]:
    """The values of a configuration; raises UsageError for the first key or value that makes no sense."""
    known = {setting.key: setting for setting in SETTINGS}
    for key in table:
        if key not in known:
            raise UnknownName(f"setting in `{where(key)}`:", key, known)
    return {key: known[key].check(where, key, value) for key, value in table.items()}
