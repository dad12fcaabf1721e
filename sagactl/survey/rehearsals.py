"""Every fault at every step, with what a page has room for: each run told, the telling ones drawn."""

from __future__ import annotations

from itertools import takewhile
from typing import Final

from sagactl.flow import Flow
from sagactl.reports.rehearsals import Shown, reproduction
from sagactl.reports.surveys import Rehearsals, Run
from sagactl.simulator.matrix import Cases, Matrix, Played, played, singles
from sagactl.trace import Moment

MOST_WORK: Final = 600_000
"""Of all rehearsals of a saga, in steps times steps: 375 runs of forty steps, which take some five seconds."""

MAX_DRAWN: Final = 16
MAX_MOMENTS_DRAWN: Final = 250
"""Of a run; a longer drawing is nothing that anybody follows, and takes 100 KB."""


def rehearsals(flow: Flow, path: str) -> Rehearsals:
    """All single faults, as far as the limits go."""
    cases = _affordable(singles(flow), len(flow.steps))
    found = [each for each in played(flow, cases) if each is not None]
    plain = found[0].trace.moments
    shown = Shown(path, Matrix(flow.saga, tuple(each.row for each in found), cases.left_out))
    drawn = _drawn(found)
    runs = (_run(each, place in drawn, plain if place else (), shown) for place, each in enumerate(found))
    return Rehearsals(tuple(runs), cases.left_out)


def _affordable(cases: Cases, steps: int) -> Cases:
    """As many cases as the limit allows, from all over the saga; a run takes as long as its steps squared."""
    number = max(1, MOST_WORK // max(1, steps) ** 2)
    stride = -(-len(cases.cases) // number)
    kept = cases.cases[::stride]
    return Cases(kept, cases.left_out + len(cases.cases) - len(kept))


def _drawn(found: list[Played]) -> frozenset[int]:
    """The runs that are worth a drawing: that without a fault, and then the gravest."""
    places = [place for place, each in enumerate(found) if len(each.trace.moments) <= MAX_MOMENTS_DRAWN]
    places = [place for place in places if found[place].row.is_reached]
    return frozenset(sorted(places, key=lambda place: (place > 0, *_gravity(found[place]), place))[:MAX_DRAWN])


def _gravity(each: Played) -> tuple[bool, bool, bool]:
    row = each.row
    return row.is_acceptable, not row.violations, row.outcome != "parked"


def _run(each: Played, is_drawn: bool, plain: tuple[Moment, ...], shown: Shown) -> Run:
    moments = each.trace.moments
    shared = sum(1 for _ in takewhile(_are_equal, zip(moments, plain, strict=False)))
    trace = each.trace if is_drawn else None
    return Run(each.row, reproduction(shown, each.row), shared, moments[shared:], trace)


def _are_equal(pair: tuple[Moment, Moment]) -> bool:
    return pair[0] == pair[1]
