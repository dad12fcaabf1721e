"""A row of the index becomes a rule whose file is imported when its check is called for the first time.

A run knows a hundred rules and needs the files of those that it has chosen and that concern its sagas; a file costs a
tenth of a millisecond.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from importlib import import_module
from typing import Any, Final, NamedTuple, TypeAlias

from sagactl.finding import Severity
from sagactl.linter.rule import Rule

PACKAGE: Final = "sagactl.linter.rules"

Reference: TypeAlias = str
"""A function: its name in the rule's own file, `module:name` in another one, or empty for none."""


class Row(NamedTuple):
    """What the index holds of a rule: its facts, its area, and where its functions are."""

    code: str
    name: str
    severity: Severity
    area: str
    why: str
    check: Reference = ""
    digest: Reference = ""
    check_all: Reference = ""
    default: bool = True
    decides_validity: bool = False
    about_suppressions: bool = False
    concerns: str = ""


def listed(row: Row) -> Rule:
    """The rule of a row."""
    module = f"{PACKAGE}.{row.area}.{row.name.replace('-', '_')}"
    return Rule(
        code=row.code,
        name=row.name,
        severity=row.severity,
        why=row.why,
        check=_later(row.check, module),
        digest=_later(row.digest, module),
        check_all=_later(row.check_all, module),
        default=row.default,
        decides_validity=row.decides_validity,
        about_suppressions=row.about_suppressions,
        concerns=row.concerns,
        module=module,
    )


def _later(reference: Reference, module: str) -> Any:
    """What a reference in the row of a module means."""
    if not reference:
        return None
    return _function(reference if ":" in reference else f"{module}:{reference}")


@cache
def _function(reference: Reference) -> Callable[..., Any]:
    """The function of a reference, found when it is called; one reference is always one function."""
    found: Callable[..., Any] | None = None

    def call(*arguments: Any) -> Any:
        nonlocal found
        if found is None:
            module, _, name = reference.partition(":")
            found = getattr(import_module(module), name)
        return found(*arguments)

    return call


def row(rule: Rule, module: str) -> Row:
    """The row of a rule that was found in a module; what the index is written from."""
    return Row(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        area=module.split(".")[-2],
        why=rule.why,
        check=_reference(rule.check, module),
        digest=_reference(rule.digest, module),
        check_all=_reference(rule.check_all, module),
        default=rule.default,
        decides_validity=rule.decides_validity,
        about_suppressions=rule.about_suppressions,
        concerns=rule.concerns,
    )


def _reference(function: Callable[..., Any] | None, module: str) -> Reference:
    if function is None:
        return ""
    name = function.__qualname__
    return name if function.__module__ == module else f"{function.__module__}:{name}"
