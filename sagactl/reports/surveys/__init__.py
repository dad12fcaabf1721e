"""Surveys: everything that the verbs say of one definition; a member is a package or module that shows several.

A survey holds results, never work: what could not be done is there as a `Refused` that says why.
"""

from __future__ import annotations

from typing import NamedTuple

from sagactl.linter.linted import Linted
from sagactl.model import Saga
from sagactl.reports.recommendations import Recommended
from sagactl.simulator.matrix import Row
from sagactl.trace import Moment, Trace
from sagactl.verdict import Verdict


class Refused(NamedTuple):
    """Why a part is missing, and what to do about it; `is_defect` if that is a defect of ours."""

    message: str
    help: str = ""
    is_defect: bool = False


class Run(NamedTuple):
    """One rehearsal, and the call that repeats it.

    The first `shared` moments are those of the run in which nothing fails, `moments` are the others; `trace` is the
    whole of it where it is drawn.
    """

    row: Row
    command: str
    shared: int
    moments: tuple[Moment, ...]
    trace: Trace | None = None


class Rehearsals(NamedTuple):
    """Every fault at every step: the run in which nothing fails first; `left_out` counts what was not rehearsed."""

    runs: tuple[Run, ...]
    left_out: int = 0

    @property
    def reached(self) -> tuple[Run, ...]:
        return tuple(run for run in self.runs if run.row.is_reached)

    @property
    def undrawn(self) -> int:
        """How many are told in words alone."""
        return sum(run.trace is None for run in self.reached)


class Verified(NamedTuple):
    """A verdict with the runs of its violations and of its obligations, None where there is no run to show."""

    verdict: Verdict
    violations: tuple[Trace | None, ...] = ()
    obligations: tuple[Trace | None, ...] = ()


class Picture(NamedTuple):
    """A drawing as SVG with the style that it needs, or why there is none; then `words` show the same in letters."""

    name: str
    title: str
    drawn: str | Refused
    style: str = ""
    words: str = ""


class Surveyed(NamedTuple):
    """Everything that is known of one definition; `page` is the name of its page, without ending."""

    page: str
    linted: Linted
    is_valid: bool
    saga: Saga | None
    pictures: tuple[Picture, ...] = ()
    recommended: Recommended | Refused = Refused("nothing is left of the saga")
    verified: Verified | Refused = Refused("nothing is left of the saga")
    rehearsals: Rehearsals | Refused = Refused("nothing is left of the saga")

    @property
    def defects(self) -> tuple[Refused, ...]:
        """The parts that are missing because of a defect of ours."""
        parts = (self.recommended, *(picture.drawn for picture in self.pictures), self.verified, self.rehearsals)
        return tuple(dict.fromkeys(part for part in parts if isinstance(part, Refused) and part.is_defect))
