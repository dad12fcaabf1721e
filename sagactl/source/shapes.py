"""The shapes that values of the language have: the vocabulary in which `fields.py` writes its table.

A shape is plain data.  `check.py` reads values by it, `schema.py` writes JSON Schema from it, the reference page
prints it: one description of the language, three readers.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple


class Text(NamedTuple):
    """A string that says something."""

    pattern: str = ""
    what: str = "text"
    max_length: int = 4000


class Id(NamedTuple):
    """The name of a node of the definition: `[a-z][a-z0-9]*(-[a-z0-9]+)*`, at most 64 characters."""

    what: str = "id"


class Flag(NamedTuple):
    """true or false."""


class Always(NamedTuple):
    """The word true: a mapping key that can be switched on but not off."""


class Nothing(NamedTuple):
    """null, or no value after the colon."""


class Count(NamedTuple):
    """A whole number."""

    least: int = 1
    most: int = 1_000_000_000


class Number(NamedTuple):
    """A number, whole or not."""

    least: float = 0
    most: float = 1_000_000


class Time(NamedTuple):
    """A duration such as `500ms`, `15m` or `PT15M`."""

    zero: bool = False


class Word(NamedTuple):
    """One of a few words."""

    words: tuple[str, ...]


class Many(NamedTuple):
    """A list without repetitions; `single` when one item may stand without brackets."""

    item: Shape
    single: bool = False
    least: int = 0
    most: int = 1_000
    unique: bool = True


class Table(NamedTuple):
    """A mapping whose keys the author chooses."""

    key: Text | Id
    value: Shape
    least: int = 0


class Group(NamedTuple):
    """A mapping with known keys; `scalar` and `items` name the key that a bare value stands for."""

    record: str
    scalar: str = ""
    items: str = ""
    empty: bool = False


class Either(NamedTuple):
    """One of several shapes, tried in order by the kind of value that is written."""

    shapes: tuple[Shape, ...]
    expected: str


class Data(NamedTuple):
    """Any value that JSON can hold."""


class JsonType(NamedTuple):
    """The name of a JSON type, or a JSON Schema fragment."""


Shape = (
    Text | Id | Flag | Always | Nothing | Count | Number | Time | Word | Many | Table | Group | Either | Data | JsonType
)


class Field(NamedTuple):
    """One key of a record: its shape, what it means, and the attribute of the model that takes its value."""

    key: str
    shape: Shape
    meaning: str
    required: bool = False
    attribute: str = ""
    default: str = ""


class Record(NamedTuple):
    """A mapping with known keys and what is made of it.

    `one_of`: groups of keys of which exactly one must be there; `conflicts`: pairs that exclude each other;
    `needs`: a key that makes sense only beside one of others.
    `named` is the attribute that takes the key under which the record stands in a table.
    """

    what: str
    fields: tuple[Field, ...]
    make: Callable[..., Any]
    one_of: tuple[tuple[str, ...], ...] = ()
    conflicts: tuple[tuple[str, str, str], ...] = ()
    needs: tuple[tuple[str, tuple[str, ...]], ...] = ()
    named: str = ""
