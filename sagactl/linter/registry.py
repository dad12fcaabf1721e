"""The rules that exist: those of the index, and those that a run has from plug-ins beside them."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cache
from importlib import import_module
from types import ModuleType
from typing import Final

from sagactl.errors import UnknownName
from sagactl.linter import index
from sagactl.linter.listed import listed
from sagactl.linter.rule import Rule

SETS: Final = {
    "default": "the rules that run when nothing is selected",
    "pedantic": "the default rules, and those built in that are off by default",
    "all": "every rule, those of the plug-ins included",
}
"""Words that select several rules."""


@cache
def all_rules() -> tuple[Rule, ...]:
    """Every rule that is built in, in the order of their codes; the file of none is imported for that."""
    return tuple(listed(row) for row in index.ROWS)


def module_of(rule: Rule) -> ModuleType:
    """The file of a rule, with the docstring that explains it."""
    return import_module(rule.module)


def find(name: str, known: tuple[Rule, ...] | None = None) -> Rule:
    """The rule of this code or name, among those built in if not said; raises UnknownName with what comes close."""
    wanted = name.strip().lower()
    among = all_rules() if known is None else known
    for rule in among:
        if wanted in (rule.code.lower(), rule.name):
            return rule
    raise UnknownName("rule", name, [word for rule in among for word in (rule.name, rule.code)])


def select(chosen: Iterable[str], ignored: Iterable[str], known: tuple[Rule, ...] | None = None) -> tuple[Rule, ...]:
    """The rules a run asks for: codes, names, prefixes of codes, or a set; nothing chosen means the default set."""
    among = all_rules() if known is None else known
    wanted = [rule for word in chosen for rule in matching(word, among)]
    unwanted = {rule.code for word in ignored for rule in matching(word, among)}
    base = wanted if wanted else [rule for rule in among if rule.default]
    unique = {rule.code: rule for rule in base if rule.code not in unwanted}
    return tuple(unique[code] for code in sorted(unique))


def matching(word: str, among: tuple[Rule, ...]) -> tuple[Rule, ...]:
    """The rules that a word means; raises UnknownName when there is none."""
    name = word.strip().lower()
    if name == "all":
        return among
    if name == "pedantic":
        return tuple(rule for rule in among if rule.default or rule.code.startswith("SG"))
    if name == "default":
        return tuple(rule for rule in among if rule.default)
    found = tuple(rule for rule in among if name and rule.code.startswith(name.upper()))
    return found or (find(word, among),)
