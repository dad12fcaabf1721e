"""Every fault at every step is told, the gravest runs are drawn, and what is left out is counted."""

from __future__ import annotations

import pytest

from sagactl.reports.surveys import Rehearsals
from sagactl.simulator.matrix import rows, singles
from sagactl.source.build import read
from sagactl.survey import rehearsals as module
from sagactl.survey.rehearsals import MAX_DRAWN, rehearsals
from sagactl.unfold import unfold
from tests.survey.definitions import DRAFT, chain


def rehearsed(text: str) -> Rehearsals:
    saga = read(text.encode(), "x.saga.yaml").saga
    assert saga is not None
    return rehearsals(unfold(saga).flow, "x.saga.yaml")


def test_the_rows_are_those_of_the_matrix() -> None:
    saga = read(DRAFT.encode(), "x.saga.yaml").saga
    assert saga is not None
    flow = unfold(saga).flow
    expected = [row for row in rows(flow, singles(flow)) if row is not None]
    assert [run.row for run in rehearsed(DRAFT).runs] == expected


def test_a_run_is_told_from_where_it_differs() -> None:
    plain, *others = rehearsed(DRAFT).runs
    assert plain.shared == 0 and plain.moments and plain.trace is not None
    for run in others:
        assert run.shared + len(run.moments) > 0
        assert run.moments[:1] != plain.moments[run.shared : run.shared + 1] or not run.moments


def test_what_is_not_acceptable_is_drawn_first() -> None:
    found = rehearsed(DRAFT)
    bad = [run for run in found.runs if not run.row.is_acceptable]
    assert bad and all(run.trace is not None for run in bad)
    assert sum(run.trace is not None for run in found.runs) == MAX_DRAWN
    assert found.undrawn == len(found.reached) - MAX_DRAWN


def test_too_much_work_is_left_out_evenly(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = rehearsed(chain(6))
    assert whole.left_out == 0
    monkeypatch.setattr(module, "MOST_WORK", 36 * 20)
    cut = rehearsed(chain(6))
    assert cut.left_out > 0 and len(cut.runs) <= 20
    assert {run.row.case.faults[0].step for run in cut.runs[1:]} == {f"step-{n}" for n in range(1, 7)}
