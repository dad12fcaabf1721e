"""Predicates that exclude each other: one that asks for too much never holds, and one may be covered by another.

Only comparisons of a datum with a literal are understood; of the rest nothing is claimed.
"""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from sagactl.predicates import And, Comparison, Expression, Literal, Not, Path, Predicate

NEGATED: Final = {"==": "!=", "!=": "==", "<": ">=", ">=": "<", ">": "<=", "<=": ">"}
MIRRORED: Final = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
COMPARES: Final[dict[str, Callable[[Any, Any], bool]]] = {
    "==": operator.eq,
    "!=": operator.ne,
    "<": operator.lt,
    "<=": operator.le,
    ">": operator.gt,
    ">=": operator.ge,
}


class Atom(NamedTuple):
    """A datum compared with a literal."""

    path: tuple[str, ...]
    operator: str
    value: Any

    @property
    def negated(self) -> Atom:
        return self._replace(operator=NEGATED[self.operator])


def never_holds(predicate: Predicate) -> bool:
    """Whether its comparisons exclude each other."""
    return _exclude_each_other([atom for each in _operands(predicate) if (atom := _atom(each)) is not None])


def is_covered(predicate: Predicate, other: Predicate) -> bool:
    """Whether the other one holds whenever this one does."""
    mine = [atom for each in _operands(predicate) if (atom := _atom(each)) is not None]
    asked = [_atom(each) for each in _operands(other)]
    return all(atom is not None and _exclude_each_other([*mine, atom.negated]) for atom in asked)


def _operands(predicate: Predicate) -> tuple[Expression, ...]:
    return predicate.root.operands if isinstance(predicate.root, And) else (predicate.root,)


def _atom(expression: Expression) -> Atom | None:
    """What a comparison says, or a datum by itself, which is asked to be true."""
    match expression:
        case Path(segments):
            return Atom(segments, "==", True)
        case Not(operand):
            atom = _atom(operand)
            return atom.negated if atom is not None else None
        case Comparison(sign, Path(segments), Literal(value)) if sign in COMPARES and value is not None:
            return Atom(segments, sign, value)
        case Comparison(sign, Literal(value), Path(segments)) if sign in COMPARES and value is not None:
            return Atom(segments, MIRRORED[sign], value)
    return None


def _exclude_each_other(atoms: Iterable[Atom]) -> bool:
    """Whether no value of some datum satisfies all that is asked of it."""
    by_path: dict[tuple[str, ...], list[Atom]] = {}
    for atom in atoms:
        by_path.setdefault(atom.path, []).append(atom)
    return any(len(asked) > 1 and _is_empty(asked) for asked in by_path.values())


def _is_empty(asked: list[Atom]) -> bool:
    """Of values of one kind only: what is said of others is a matter of their types."""
    if len({_kind(atom.value) for atom in asked}) > 1:
        return False
    exact = next((atom.value for atom in asked if atom.operator == "=="), None)
    if exact is not None:
        return not all(COMPARES[atom.operator](exact, atom.value) for atom in asked)
    if all(atom.operator == "!=" for atom in asked):
        return {atom.value for atom in asked} == {True, False}
    lows = [atom for atom in asked if atom.operator in (">", ">=")]
    highs = [atom for atom in asked if atom.operator in ("<", "<=")]
    return any(not _meet(low, high) for low in lows for high in highs)


def _kind(value: Any) -> str:
    return "number" if type(value) in (int, float) else type(value).__name__


def _meet(low: Atom, high: Atom) -> bool:
    """Whether something lies above the one and below the other."""
    closed = low.operator == ">=" and high.operator == "<="
    return bool(low.value <= high.value if closed else low.value < high.value)
