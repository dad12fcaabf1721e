"""What type a path has by what the definition declares, and where a predicate takes a value for another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sagactl.model import Fragment, Saga

if TYPE_CHECKING:
    from sagactl.predicates import Comparison, Expression, Predicate

ARTICLE: Final = {"integer": "an integer", "object": "an object", "array": "an array", "null": "null"}
_WHOLE: Final = ("string", "integer", "number", "boolean")
"""Types whose values have no parts."""

_ORDERED: Final = ("string", "integer", "number", "boolean")


class Typed(NamedTuple):
    """What is known of the value of a path: its type, None where nothing says it; `broken` where it cannot exist."""

    type: str | None
    broken: str = ""


class Mismatch(NamedTuple):
    """A path that is taken for another type than it has, in words."""

    path: str
    said: str


def a_type(name: str) -> str:
    """A type with its article."""
    return ARTICLE.get(name, f"a {name}")


def type_of(saga: Saga, path: str) -> Typed:
    """The type of a path that starts with `input.` or `steps.`."""
    segments = path.split(".")
    if segments[0] == "input" and len(segments) > 1:
        return _within(saga.input.get(segments[1]), segments[1:], segments[2:])
    step = saga.step(segments[1]) if segments[0] == "steps" and len(segments) > 3 else None
    if step is None or step.for_each is not None:
        return Typed(None)
    return _within(step.output.get(segments[3]), segments[3:], segments[4:])


def _within(fragment: Fragment | None, names: list[str], rest: list[str]) -> Typed:
    """The type of a part of a datum, as far as its schema says."""
    for at, name in enumerate(rest):
        declared = json_type(fragment)
        if declared in _WHOLE:
            return Typed(None, f"`{names[at]}` is {a_type(declared)} and has no part `{name}`")
        parts = fragment.get("properties") if isinstance(fragment, Mapping) else None
        fragment = parts.get(name) if isinstance(parts, Mapping) else None
        if not isinstance(fragment, str | Mapping):
            return Typed(None)
    return Typed(json_type(fragment))


def json_type(fragment: Fragment | None) -> str | None:
    """The one type that a declaration allows, or None where it says none or several."""
    if isinstance(fragment, str):
        return fragment
    declared = fragment.get("type") if fragment is not None else None
    return declared if isinstance(declared, str) else None


def type_of_value(value: Any) -> str | None:
    """The type of a value that is written out; null fits everywhere, because what is missing has no type."""
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "string"
        case list() | tuple():
            return "array"
        case Mapping():
            return "object"
        case _:
            return None


def agree(left: str | None, right: str | None) -> bool:
    """Whether a value of the one type may stand for one of the other; what is not known agrees with everything."""
    numbers = ("integer", "number")
    return left is None or right is None or left == right or (left in numbers and right in numbers)


def mismatches(saga: Saga, predicate: Predicate) -> Iterator[Mismatch]:
    """Where a predicate takes data for another type than is declared; the parser has bounded its depth."""
    for path in predicate.paths:
        typed = type_of(saga, ".".join(path))
        if typed.broken:
            yield Mismatch(".".join(path), typed.broken)
    yield from _conditions(saga, predicate.root)


def _conditions(saga: Saga, expression: Expression) -> Iterator[Mismatch]:
    """What is wrong in an expression that has to be true or false."""
    from sagactl.predicates import And, Comparison, Not, Or, Path

    match expression:
        case Path(segments):
            declared = type_of(saga, ".".join(segments)).type
            if not agree(declared, "boolean"):
                name = ".".join(segments)
                yield Mismatch(name, f"`{name}` is {a_type(declared or '')}, which is neither true nor false")
        case Not(operand):
            yield from _conditions(saga, operand)
        case And(operands) | Or(operands):
            for each in operands:
                yield from _conditions(saga, each)
        case Comparison():
            yield from _comparison(saga, expression)
        case _:
            return


def _comparison(saga: Saga, comparison: Comparison) -> Iterator[Mismatch]:
    from sagactl.predicates import Items, Path

    left, right = comparison.left, comparison.right
    if comparison.operator == "in":
        container = _type(saga, right)
        if isinstance(right, Path) and container in _WHOLE:
            name = ".".join(right.segments)
            yield Mismatch(name, f"`{name}` is {a_type(container)}, and nothing is `in` it")
        pairs = [(left, item) for item in right.items] if isinstance(right, Items) else []
    else:
        pairs = [(left, right)]
    for one, other in pairs:
        said = _clash(saga, one, other, ordering=comparison.operator not in ("==", "!=", "in"))
        if said is not None:
            yield said
            return


def _clash(saga: Saga, left: Expression, right: Expression, *, ordering: bool) -> Mismatch | None:
    """Two values that are compared although their types differ, or have no order."""
    from sagactl.predicates import Path

    path = left if isinstance(left, Path) else right
    if not isinstance(path, Path):
        return None
    name, types = ".".join(path.segments), (_type(saga, left), _type(saga, right))
    mine, other = types if path is left else (types[1], types[0])
    if mine is not None and other is not None and not agree(mine, other):
        return Mismatch(name, f"`{name}` is {a_type(mine)} and is compared with {a_type(other)}")
    if ordering and mine is not None and mine not in _ORDERED:
        return Mismatch(name, f"`{name}` is {a_type(mine)}, of which none is greater than another")
    return None


def _type(saga: Saga, expression: Expression) -> str | None:
    from sagactl.predicates import And, Comparison, Items, Literal, Not, Or, Path

    match expression:
        case Path(segments):
            return type_of(saga, ".".join(segments)).type
        case Literal(value):
            return type_of_value(value)
        case Items():
            return "array"
        case Not() | Comparison() | And() | Or():
            return "boolean"
