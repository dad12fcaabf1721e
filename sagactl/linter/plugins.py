"""Rules that other packages bring: found by entry points of the group `sagactl.rules` that a configuration names.

An installed package alone changes nothing: a run does what its repository has written down, on every machine alike,
and a call without plug-ins does not pay for looking (39 ms for importlib.metadata alone).

An entry point names a module with a `RULE`, or a package of such modules, in folders or not.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Any, Final

from sagactl.errors import UnknownName, UsageError
from sagactl.linter.registry import all_rules
from sagactl.linter.rule import Rule

GROUP: Final = "sagactl.rules"

_code = re.compile(r"[A-Z]{2,12}[0-9]{1,5}").fullmatch
_name = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*").fullmatch


@cache
def known_rules(plugins: tuple[str, ...]) -> tuple[Rule, ...]:
    """The rules built in and those of the plug-ins, by their codes; raises UsageError when one cannot be used."""
    if not plugins:
        return all_rules()
    known = {word: rule for rule in all_rules() for word in (rule.code, rule.name)}
    found: list[Rule] = []
    for plugin in plugins:
        for rule in _rules_of(plugin):
            _check(plugin, rule, known)
            known[rule.code] = known[rule.name] = rule
            found.append(rule)
    return tuple(sorted((*all_rules(), *found), key=lambda rule: rule.code))


def _rules_of(plugin: str) -> Iterator[Rule]:
    module = _load(plugin)
    names = [module.__name__, *_members(plugin, module)]
    found = [rule._replace(module=name) for name in names if isinstance(rule := _rule_in(plugin, name), Rule)]
    if not found:
        raise UsageError(f"the plug-in `{plugin}` holds no rule", help="each of its modules with a `RULE` is one")
    yield from found


def _load(plugin: str) -> ModuleType:
    from importlib.metadata import entry_points

    points = {point.name: point for point in entry_points(group=GROUP)}
    if plugin not in points:
        raise UnknownName("plug-in", plugin, sorted(points))
    loaded = _guarded(plugin, points[plugin].load)
    if not isinstance(loaded, ModuleType):
        raise UsageError(f"the entry point of the plug-in `{plugin}` is no module", help=f"it is `{loaded!r:.80}`")
    return loaded


def _members(plugin: str, module: ModuleType) -> Iterable[str]:
    """The modules of a package, those in its folders included."""
    if not hasattr(module, "__path__"):
        return ()
    from pkgutil import walk_packages

    return sorted(info.name for info in walk_packages(module.__path__, f"{module.__name__}.", onerror=_raise))


def _raise(name: str) -> None:
    raise UsageError(f"the module `{name}` of a plug-in cannot be imported")


def _rule_in(plugin: str, name: str) -> object:
    return getattr(_guarded(plugin, lambda: import_module(name)), "RULE", None)


def _guarded(plugin: str, act: Any) -> Any:
    """What a plug-in does when it is imported may fail in any way."""
    try:
        return act()
    except UsageError:
        raise
    except Exception as error:
        said = f"{type(error).__name__}: {error}"
        raise UsageError(f"the plug-in `{plugin}` cannot be imported: {said}") from error


def _check(plugin: str, rule: Rule, known: dict[str, Rule]) -> None:
    """Codes and names are how people speak of rules, so each means one."""
    where = f"of the plug-in `{plugin}`"
    if not _code(rule.code) or rule.code.startswith("SG"):
        help = "two capital letters or more and a number, such as `ACME001`; `SG` is taken"
        raise UsageError(f"the code `{rule.code}` {where} cannot be used", help=help)
    if not _name(rule.name):
        raise UsageError(f"the name `{rule.name}` {where} cannot be used", help="lower-case words with hyphens")
    for word in (rule.code, rule.name):
        if word in known:
            other = known[word].module or "another plug-in"
            raise UsageError(f"the rule `{word}` {where} exists already", help=f"it is in `{other}`")
