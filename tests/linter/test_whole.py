"""Whole sagas, sound and defective, and all that the default rules say of them at warning or error level."""

from __future__ import annotations

import pytest

from sagactl.linter.lint import lint_all
from sagactl.linter.registry import select
from sagactl.source.build import read
from sagactl.source.link import link
from tests.linter import defect_cases, sound_cases


def said(texts: list[str]) -> str:
    """The codes of what is found in the files of one run, hints aside."""
    readings = [read(text.encode(), f"{number}.saga.yaml") for number, text in enumerate(texts)]
    sagas = {reading.saga.id: reading.saga for reading in readings if reading.saga is not None}
    linted = lint_all([link(reading, sagas) for reading in readings], select((), ()), sagas)
    found = (located.finding for file in linted for located in file.findings)
    return " ".join(sorted({finding.code for finding in found if finding.severity != "info"}))


@pytest.mark.parametrize(("codes", "texts"), [pytest.param(*rest, id=name) for name, *rest in sound_cases.CASES])
def test_no_more_is_said_of_what_is_sound(codes: str, texts: list[str]) -> None:
    assert said(texts) == codes


@pytest.mark.parametrize(("codes", "texts"), [pytest.param(*rest, id=name) for name, *rest in defect_cases.CASES])
def test_a_defect_is_found_and_nothing_else(codes: str, texts: list[str]) -> None:
    assert said(texts) == codes
