"""What is said of designs as teams bring them, against answers that were worked out by hand."""

from __future__ import annotations

import pytest

from sagactl.comparing import compare
from sagactl.model import Saga
from sagactl.recommender import recommend
from sagactl.source.build import read

from .designs import DESIGNS, Design

BY_NAME = {design.name: design for design in DESIGNS}


def _read(design: Design) -> Saga:
    reading = read(design.text.encode(), f"{design.name}.saga.yaml")
    assert reading.saga is not None
    assert [each.message for each in reading.findings if each.severity == "error"] == []
    return reading.saga


@pytest.mark.parametrize("design", DESIGNS, ids=list(BY_NAME))
def test_design(design: Design) -> None:
    found = recommend(_read(design))
    assert found.recommendation == design.verdict
    assert (found.decided_by.name if found.decided_by is not None else "") == design.gate
    if not design.gate:
        assert {each.name: each.points for each in found.factors if each.points} == design.points


@pytest.mark.parametrize("design", DESIGNS, ids=list(BY_NAME))
def test_evidence_of_every_design(design: Design) -> None:
    """Both styles are rehearsed, and each run ends as it should."""
    compared = compare(_read(design))
    assert compared is not None
    for costs in (compared.comparison.orchestration, compared.comparison.choreography):
        happy, worst = costs.rehearsed.happy, costs.rehearsed.worst
        assert happy is not None
        assert happy.outcome == "completed"
        assert worst is None or worst.outcome in ("compensated", "parked")
