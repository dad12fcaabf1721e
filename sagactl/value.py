"""Values: frozen dataclasses whose methods are written once, here, and not generated for each class at every start."""

from __future__ import annotations

from dataclasses import MISSING, Field, FrozenInstanceError, dataclass, field
from typing import Any, ClassVar, dataclass_transform


@dataclass_transform(frozen_default=True, kw_only_default=True, field_specifiers=(field,))
class Value:
    """A frozen record whose fields are given by keyword; a field that is not given is read from the class.

    `dataclasses.replace` and `dataclasses.fields` work; a default that is made by a factory is shared by all values.
    """

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]
    _known: ClassVar[frozenset[str]] = frozenset()
    _needed: ClassVar[frozenset[str]] = frozenset()
    _compared: ClassVar[tuple[str, ...]] = ()

    def __init_subclass__(cls, *, eq: bool = True) -> None:
        dataclass(init=False, repr=False, eq=False, match_args=False)(cls)
        fields = cls.__dataclass_fields__.values()
        for each in fields:
            if each.default_factory is not MISSING:
                setattr(cls, each.name, each.default_factory())
        cls._known = frozenset(each.name for each in fields)
        cls._needed = frozenset(each.name for each in fields if not hasattr(cls, each.name))
        cls._compared = tuple(each.name for each in fields if each.compare)
        if not eq:
            cls.__eq__, cls.__hash__ = object.__eq__, object.__hash__  # type: ignore[method-assign]

    def __init__(self, **given: Any) -> None:
        if not self._needed <= given.keys() <= self._known:
            wrong = sorted((self._needed - given.keys()) | (given.keys() - self._known))
            raise TypeError(f"{type(self).__name__}: missing or unknown: {', '.join(wrong)}")
        self.__dict__.update(given)

    def __eq__(self, other: object) -> bool:
        if type(self) is not type(other):
            return NotImplemented
        return all(getattr(self, name) == getattr(other, name) for name in self._compared)

    def __hash__(self) -> int:
        return hash(tuple(getattr(self, name) for name in self._compared))

    def __repr__(self) -> str:
        shown = (
            f"{each.name}={getattr(self, each.name)!r}" for each in self.__dataclass_fields__.values() if each.repr
        )
        return f"{type(self).__name__}({', '.join(shown)})"

    def __setattr__(self, name: str, value: object) -> None:
        raise FrozenInstanceError(f"cannot assign to `{name}`")

    def __delattr__(self, name: str) -> None:
        raise FrozenInstanceError(f"cannot delete `{name}`")
