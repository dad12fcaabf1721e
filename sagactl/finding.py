"""What every check returns: findings, with symbolic places that a document makes concrete when they are printed."""

from __future__ import annotations

from typing import Literal, NamedTuple

from sagactl.model import Route

Severity = Literal["error", "warning", "info"]
SEVERITIES: tuple[Severity, ...] = ("info", "warning", "error")
"""From the mildest to the gravest; a threshold takes itself and everything after it."""

Part = Literal["key", "value"]


class Place(NamedTuple):
    """Where in a saga: a route, and whether its key or its value is meant.

    The value of a mapping or sequence is shown by its key, so that no whole block is underlined.
    """

    route: Route
    part: Part = "value"


class Region(NamedTuple):
    """Where in a text: lines and columns from one, columns in code points, the end exclusive."""

    line: int
    column: int
    end_line: int
    end_column: int


class Related(NamedTuple):
    """Another place that helps to understand a finding; `path` is empty where it stands in the same file."""

    message: str
    place: Place | Region
    path: str = ""


class Edit(NamedTuple):
    """Replace the text of a region; an empty region inserts."""

    region: Region
    text: str


class Put(NamedTuple):
    """The entry at a route has this value afterwards; it is replaced, or made with all that its route lacks.

    A new key stands behind the key `after`, else where the language's table has it; an item one past the last is new.
    """

    route: Route
    value: object
    after: str = ""


class Drop(NamedTuple):
    """The entry at a route goes, with its line and its own comment."""

    route: Route


class Rename(NamedTuple):
    """The key that a route ends with has another name; its value stays."""

    route: Route
    name: str


class Reorder(NamedTuple):
    """The items of a list change places: `order` has the index of each as it is now, in the order that they get."""

    route: Route
    order: tuple[int, ...]


Change = Put | Drop | Rename | Reorder
"""What a rule wants of a definition, by routes; a document makes the smallest edits of it.

All routes of one fix are those of the definition before it.
"""


class Fix(NamedTuple):
    """What removes a finding; `safe` when it cannot change what the saga means.

    Like a place it is symbolic until a document is at hand: rules give `changes`, and `edits` are made of them.
    """

    title: str
    edits: tuple[Edit, ...] = ()
    safe: bool = True
    changes: tuple[Change, ...] = ()


class Evidence(NamedTuple):
    """A short story, moment by moment, that shows the defect happening."""

    moments: tuple[str, ...]
    faults: tuple[str, ...] = ()


class Finding(NamedTuple):
    """One thing that is wrong with a definition.

    `help` is what to do, if possible as YAML to paste; `note` is why it hurts in production.
    `saga` and `step` are ids, empty when the finding is not about one.
    """

    code: str
    name: str
    severity: Severity
    message: str
    place: Place | Region
    saga: str = ""
    step: str = ""
    related: tuple[Related, ...] = ()
    help: str = ""
    note: str = ""
    fix: Fix | None = None
    evidence: Evidence | None = None
