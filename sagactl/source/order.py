"""What the language's table says of a mapping: the order of its keys, and the key that a bare value stands for."""

from __future__ import annotations

from typing import NamedTuple

from sagactl.model import Route
from sagactl.source.fields import RECORDS, ROOT
from sagactl.source.shapes import Group, Many, Shape, Table


class Known(NamedTuple):
    """The keys that a mapping may have, in the order of the table, and the one that a bare value stands for."""

    keys: tuple[str, ...] = ()
    bare: str = ""

    def before(self, key: str) -> tuple[str, ...]:
        """The keys that stand before one, the nearest first."""
        return self.keys[self.keys.index(key) - 1 :: -1] if key in self.keys[1:] else ()


def known(route: Route) -> Known:
    """What is known of the mapping at a route; nothing where the author chooses the keys."""
    shape: Shape | None = ROOT
    for part in route:
        shape = _inside(shape, part)
    if not isinstance(shape, Group):
        return Known()
    return Known(tuple(field.key for field in RECORDS[shape.record].fields), shape.scalar)


def _inside(shape: Shape | None, part: str | int) -> Shape | None:
    match shape:
        case Group():
            return next((field.shape for field in RECORDS[shape.record].fields if field.key == part), None)
        case Table():
            return shape.value
        case Many():
            return shape.item
        case _:
            return None
