"""The first look at a file: what can be said of it alone, in any process, and what the others have to know of it."""

from __future__ import annotations

import gc
from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from sagactl.inspection.plan import Plan
from sagactl.inspection.shelf import Shelf
from sagactl.linter.across import Digested
from sagactl.linter.lint import check_file, finish
from sagactl.linter.linted import Linted
from sagactl.model import Saga
from sagactl.source.build import Reading
from sagactl.source.link import nested
from sagactl.source.node import Text

NO_TEXT: Final = Text("")

STRETCH: Final = 1_000
"""Files between two collections."""


class Look(NamedTuple):
    """What one look at a file has shown; `nested` are the sagas without which nothing more can be said of it."""

    linted: Linted
    nested: tuple[str, ...] = ()
    digested: Digested | None = None


def first_looks(names: Iterable[str], plan: Plan, shelf: Shelf) -> list[Look]:
    """The first look at each file.

    A call runs without the collector.  Facts are forgotten with their file; what a rule may leave behind in circles all
    the same is collected after a stretch of files, so that memory stays that of one stretch.
    """
    looks = []
    for number, name in enumerate(names, 1):
        looks.append(first_look(name, plan, shelf))
        if number % STRETCH == 0:
            gc.collect(0)
    return looks


def first_look(name: str, plan: Plan, shelf: Shelf) -> Look:
    """All that there is to say of a file, unless it names other sagas as steps."""
    reading = shelf.read(name)
    needed = tuple(dict.fromkeys(nested(reading.saga)))
    if reading.saga is not None and needed:
        return Look(Linted(name, NO_TEXT, (), saga=reading.saga.id), needed)
    return whole_look(reading, plan, {})


def whole_look(reading: Reading, plan: Plan, sagas: Mapping[str, Saga]) -> Look:
    """All that there is to say of a file among the sagas that it names."""
    rules = plan.rules_for(reading.name)
    checked = check_file(reading, rules, sagas, plan.recommend)
    linted = finish(checked, (), {}, rules, plan.today, plan.known)
    return Look(slim(linted), (), checked.digested)


def slim(linted: Linted) -> Linted:
    """Without the text where nothing of it will be quoted, else without the lines that were made of it."""
    return linted._replace(text=Text(linted.text.string) if linted.findings else NO_TEXT)
