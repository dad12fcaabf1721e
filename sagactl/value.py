"""Values: dataclasses that nothing changes, for less than the frozen ones of the standard library cost.

A class of values has only its `__init__` generated; the rest is written once, here.  That its values do not change is
for the type checker to see: what checks it at run time makes a value with many fields five times slower to make.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, fields
from typing import Any, TypeVar, dataclass_transform

Class = TypeVar("Class", bound=type)


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
def value(*, eq: bool = True) -> Callable[[Class], Class]:
    """A class of values, whose fields are given by keyword; without `eq` two of them are never equal."""
    return lambda cls: _with_methods(dataclass(slots=True, kw_only=True, repr=False, eq=False)(cls), eq=eq)


def _with_methods(cls: Any, *, eq: bool) -> Any:
    cls.__repr__ = _repr
    if eq:
        cls.__eq__, cls.__hash__ = _equal, _hash
    return cls


def _compared(own: Any) -> tuple[object, ...]:
    return tuple(getattr(own, each.name) for each in fields(own) if each.compare)


def _equal(own: Any, other: Any) -> bool:
    return _compared(own) == _compared(other) if type(own) is type(other) else NotImplemented


def _hash(own: Any) -> int:
    return hash(_compared(own))


def _repr(own: Any) -> str:
    shown = ", ".join(f"{each.name}={getattr(own, each.name)!r}" for each in fields(own) if each.repr)
    return f"{type(own).__name__}({shown})"
