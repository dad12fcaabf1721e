"""Every file of a run is looked at, on its own first, and again where it has to do with others.

1. The first look may happen in any process: it reads a file and says all that can be said of it alone.
2. A file that names other sagas as steps is looked at once they are known.
3. The rules over all sagas see what the looks have brought, and the files in which they find something are finished.

A document lives as long as a look at its file, so memory does not grow with the number of files.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from sagactl.finding import Finding
from sagactl.inspection.look import Look, first_looks, slim, whole_look
from sagactl.inspection.plan import Plan
from sagactl.inspection.shelf import Library, Shelf
from sagactl.linter.across import across
from sagactl.linter.crashes import CODE
from sagactl.linter.lint import by_path, check_file, finish
from sagactl.linter.linted import Linted
from sagactl.source.build import Reading
from sagactl.source.link import link, nested
from sagactl.source.node import Text
from sagactl.workspace import add_neighbours

ALONE_BELOW: Final = 400
"""Files: with fewer one process is done before others have started (some 100 ms each, and 1 ms a file)."""


class Inspected(NamedTuple):
    """What a run has found: the files it shows, the texts of others that findings point into, and all its sagas."""

    files: tuple[Linted, ...]
    texts: Mapping[str, Text]
    library: Library

    @property
    def crashed(self) -> bool:
        """Whether a rule or a reading has failed, so that something may have been missed."""
        return any(located.finding.code == CODE for file in self.files for located in file.findings)


def inspect(files: Sequence[str], plan: Plan, shelf: Shelf, jobs: int = 1) -> Inspected:
    """Look at all files, in as many processes as `jobs` says; the result is the same whatever their number.

    With 0 there are as many processes as are worth their start.
    """
    looks = _first_looks(files, plan, shelf, jobs)
    library = Library({look.linted.saga: look.linted.name for look in reversed(looks) if look.linted.saga}, shelf)
    looks = [_second_look(look, plan, library, shelf) if look.nested else look for look in looks]
    found = across([look.digested for look in looks if look.digested is not None], plan.chosen)
    between = by_path(_wanted(found, plan))
    near = _near(between, shelf)
    linted = (
        _finished(look.linted.name, between[look.linted.name], near, plan, library, shelf)
        if look.linted.name in between
        else look.linted
        for look in looks
    )
    shown = tuple(file for file in linted if plan.shows(file.name))
    return Inspected(shown, {name: reading.document.text for name, reading in near.items()}, library)


def _first_looks(files: Sequence[str], plan: Plan, shelf: Shelf, jobs: int) -> list[Look]:
    if jobs == 1 or shelf.given or (jobs == 0 and len(files) < ALONE_BELOW):
        return first_looks(files, plan, shelf)
    from sagactl.inspection.workers import looks, worthwhile

    return looks(files, plan, jobs or worthwhile(len(files)))


def _second_look(look: Look, plan: Plan, library: Library, shelf: Shelf) -> Look:
    reading = linked(shelf.read(look.linted.name), library)
    return whole_look(reading, plan, library)


def linked(reading: Reading, library: Library) -> Reading:
    """The reading among the sagas that it names, those beside its file included."""
    if reading.saga is None or not nested(reading.saga):
        return reading
    add_neighbours(library, [reading])
    return link(reading, library)


def _wanted(found: Iterator[tuple[str, Finding]], plan: Plan) -> Iterator[tuple[str, Finding]]:
    """Rules over all sagas do not know in which files they are off or graver than elsewhere."""
    for path, finding in found:
        rule = next((rule for rule in plan.rules_for(path) if rule.code == finding.code), None)
        if finding.code == CODE:
            yield path, finding
        elif rule is not None and plan.shows(path):
            yield path, finding._replace(severity=rule.decided or finding.severity)


def _near(between: Mapping[str, tuple[Finding, ...]], shelf: Shelf) -> dict[str, Reading]:
    """The other files that these findings point into."""
    names = {related.path for found in between.values() for each in found for related in each.related if related.path}
    return {name: shelf.read(name) for name in sorted(names)}


def _finished(
    name: str,
    between: tuple[Finding, ...],
    near: Mapping[str, Reading],
    plan: Plan,
    library: Library,
    shelf: Shelf,
) -> Linted:
    rules = plan.rules_for(name)
    checked = check_file(linked(shelf.read(name), library), rules, library, plan.recommend)
    return slim(finish(checked, between, near, rules, plan.today, plan.known))
