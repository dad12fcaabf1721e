"""The rules that exist, found by their files."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cache
from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType

from sagactl.errors import UnknownName
from sagactl.linter import rules
from sagactl.linter.rule import Rule


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule, in the order of their codes."""
    return tuple(sorted((module.RULE for module in _modules()), key=lambda rule: rule.code))


def module_of(rule: Rule) -> ModuleType:
    """The file of a rule, with the docstring that explains it."""
    return next(module for module in _modules() if module.RULE.code == rule.code)


def find(name: str) -> Rule:
    """The rule of this code or name; raises UnknownName with what comes close."""
    wanted = name.strip().lower()
    for rule in all_rules():
        if wanted in (rule.code.lower(), rule.name):
            return rule
    raise UnknownName("rule", name, [word for rule in all_rules() for word in (rule.name, rule.code)])


def select(chosen: Iterable[str], ignored: Iterable[str]) -> tuple[Rule, ...]:
    """The rules a run asks for: codes, names, prefixes of codes, or ALL; nothing chosen means the default set."""
    wanted = [rule for word in chosen for rule in _matching(word)]
    unwanted = {rule.code for word in ignored for rule in _matching(word)}
    base = wanted if wanted else [rule for rule in all_rules() if rule.default]
    unique = {rule.code: rule for rule in base if rule.code not in unwanted}
    return tuple(unique[code] for code in sorted(unique))


def _matching(word: str) -> list[Rule]:
    upper = word.strip().upper()
    if upper == "ALL":
        return list(all_rules())
    if upper.startswith("SG"):
        found = [rule for rule in all_rules() if rule.code.startswith(upper)]
        if found:
            return found
    return [find(word)]


@cache
def _modules() -> tuple[ModuleType, ...]:
    return tuple(_load())


def _load() -> Iterator[ModuleType]:
    for area in iter_modules(rules.__path__):
        package = import_module(f"{rules.__name__}.{area.name}")
        for member in iter_modules(package.__path__):
            yield import_module(f"{package.__name__}.{member.name}")
