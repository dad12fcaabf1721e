"""The pages of a report, one after the other as they get ready, in the order of their files and in several processes.

A page is made where its definition was looked at, so that between processes nothing travels but findings and text.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial
from typing import Final, NamedTuple

from sagactl.inspection import Inspected, Shelf
from sagactl.inspection.workers import processors, spread
from sagactl.linter.linted import Linted
from sagactl.model import Saga
from sagactl.reports.surveys import Surveyed
from sagactl.reports.surveys.entries import Entry, entry
from sagactl.reports.surveys.html import render
from sagactl.source.link import link
from sagactl.survey.defects import diagnosis_alone
from sagactl.survey.gathering import Asked, survey
from sagactl.survey.names import page_names
from sagactl.verifier import Memory
from sagactl.workspace import add_neighbours

ALONE_BELOW: Final = 4
"""Definitions: fewer are surveyed before another process has started."""


class Errand(NamedTuple):
    """What is needed to make one page."""

    linted: Linted
    page: str


class Page(NamedTuple):
    """A page, and what the index says of it."""

    entry: Entry
    html: str


def pages(found: Inspected, shelf: Shelf, asked: Asked, jobs: int = 0) -> Iterator[Page]:
    """The page of each file; with 0 jobs there are as many processes as are worth their start."""
    errands = [Errand(*each) for each in zip(found.files, page_names(map(_wanted, found.files)), strict=True)]
    begin = partial(Surveyor, tuple(file.name for file in found.files), dict(shelf.given), asked)
    number = jobs or (1 if len(errands) < ALONE_BELOW else min(processors(), len(errands)))
    if number == 1:
        return map(begin().page, errands)
    return spread(_page, errands, number, begin=_begin, given=begin, doing="makes pages")


def _wanted(linted: Linted) -> str:
    return linted.saga or os.path.basename(linted.name).split(".")[0]


class Surveyor:
    """One process that makes pages: it knows all sagas of the call, and remembers what it has explored."""

    def __init__(self, files: Sequence[str], given: Mapping[str, bytes], asked: Asked) -> None:
        self.shelf = Shelf(given)
        self.asked = asked
        self.memory = Memory()
        readings = [self.shelf.read(name) for name in files]
        self.sagas: dict[str, Saga] = {each.saga.id: each.saga for each in reversed(readings) if each.saga is not None}
        add_neighbours(self.sagas, readings)

    def page(self, errand: Errand) -> Page:
        """The page of one file."""
        reading = link(self.shelf.read(errand.linted.name), self.sagas)
        found = survey(reading, errand.linted, errand.page, self.sagas, self.asked, self.memory)
        return page_of(found)


def page_of(found: Surveyed) -> Page:
    """The page, or one with the diagnosis alone where it cannot be made."""
    try:
        return Page(entry(found), render(found))
    except Exception as error:
        found = diagnosis_alone(found, error)
        return Page(entry(found), render(found))


Begin = Callable[[], Surveyor]


_surveyor: Surveyor | None = None


def _begin(begin: Begin) -> None:
    global _surveyor
    _surveyor = begin()


def _page(errand: Errand) -> Page:
    assert _surveyor is not None, "a worker begins with its surveyor"
    return _surveyor.page(errand)
