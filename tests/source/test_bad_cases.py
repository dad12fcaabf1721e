"""Everything that can be wrong with one value is said at its exact place, with what to write."""

from __future__ import annotations

import pytest

from sagactl.linter.linted import locate
from sagactl.source.build import read
from tests.source.bad_cases import BAD_CASES, BadCase


@pytest.mark.parametrize("case", BAD_CASES, ids=lambda case: case.name)
def test_the_finding_names_the_defect_and_underlines_the_token(case: BadCase) -> None:
    reading = read(case.text.encode(), "x.saga.yaml")
    found = [finding for finding in reading.findings if finding.code == case.code]
    assert found, [(finding.code, finding.message) for finding in reading.findings]
    assert not reading.valid
    finding = found[0]
    region = locate(reading.document, finding.place)
    line = reading.document.lines[region.line - 1]
    token = line[region.column - 1 : region.end_column - 1] if region.line == region.end_line else line
    assert token == case.token or not case.token
    assert case.says in f"{finding.message} {finding.help}"


@pytest.mark.parametrize("case", BAD_CASES, ids=lambda case: case.name)
def test_one_defect_is_one_error(case: BadCase) -> None:
    """No cascade: what follows from a defect is not reported as another."""
    errors = [f for f in read(case.text.encode(), "x").findings if f.severity == "error"]
    assert len(errors) == 1, [(finding.code, finding.message) for finding in errors]
