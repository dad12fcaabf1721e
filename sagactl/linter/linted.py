"""What lint says of one file: findings at their places in its text, with all that a report needs, and no document.

The values are small and can be pickled: they may come from another process, and thousands of them fit into memory.
"""

from __future__ import annotations

from typing import Literal, NamedTuple

from sagactl.finding import Finding, Fix, Place, Region, Related
from sagactl.model import Route
from sagactl.source.check import region
from sagactl.source.document import Document
from sagactl.source.node import Text


class Located(NamedTuple):
    """A finding, where it stands in its text, and the route of what stands there; its related places are regions."""

    finding: Finding
    region: Region
    route: Route = ()


class Suppressed(NamedTuple):
    """A finding that its author has accepted: in a comment, or by a baseline; with the reason that was given."""

    located: Located
    by: Literal["comment", "baseline"]
    reason: str = ""


class Linted(NamedTuple):
    """What lint says of one file, in the order of the text; `text` is what a report quotes."""

    name: str
    text: Text
    findings: tuple[Located, ...]
    suppressed: tuple[Suppressed, ...] = ()
    saga: str = ""


def locate(document: Document, place: Place | Region) -> Region:
    """The region of a place; a place that the text does not have is shown at what stands nearest."""
    if isinstance(place, Region):
        return place
    return region(document.span(place.route, place.part))


def located(document: Document, finding: Finding) -> Located:
    """The finding at its place, with its fix and its related places of the same file made concrete."""
    place = finding.place
    route = place.route if isinstance(place, Place) else document.route_at(place.line - 1, place.column - 1)
    if finding.related:
        finding = finding._replace(related=tuple(_settled(document, related) for related in finding.related))
    if finding.fix is not None and not finding.fix.edits:
        finding = finding._replace(fix=_concrete(document, finding.fix))
    return Located(finding, locate(document, place), route)


def _concrete(document: Document, fix: Fix) -> Fix | None:
    # Imported here, because most files have nothing to fix.
    from sagactl.source.edit import concrete

    return concrete(document, fix)


def _settled(document: Document, related: Related) -> Related:
    return related if related.path else related._replace(place=locate(document, related.place))


def position(located: Located) -> tuple[int, int, str]:
    """By what findings are ordered: the order of the text."""
    return located.region.line, located.region.column, located.finding.code
