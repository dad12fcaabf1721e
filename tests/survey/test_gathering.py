"""A survey asks every verb, and one that refuses does not keep the others from answering."""

from __future__ import annotations

import pytest

from sagactl.diagrams import image
from sagactl.errors import SagactlError
from sagactl.inspection import Plan, Shelf, inspect
from sagactl.recommender import weights_from
from sagactl.reports.recommendations import Recommended
from sagactl.reports.surveys import Refused, Rehearsals, Surveyed, Verified
from sagactl.reports.surveys.html import recommendation as html_pictures
from sagactl.survey import Asked, survey
from sagactl.survey import gathering as module
from sagactl.survey import pictures as drawing
from sagactl.survey.pages import page_of
from sagactl.verdict import Counterexample
from sagactl.verifier import Limits
from tests.survey.definitions import BROKEN, DRAFT, NOTHING, chain

ASKED = Asked(weights_from({}), Limits())


def surveyed(text: str) -> Surveyed:
    shelf = Shelf({"x.saga.yaml": text.encode()})
    (linted,) = inspect(["x.saga.yaml"], Plan(), shelf).files
    reading = shelf.read("x.saga.yaml")
    sagas = {reading.saga.id: reading.saga} if reading.saga is not None else {}
    return survey(reading, linted, "x", sagas, ASKED)


def test_every_verb_answers() -> None:
    found = surveyed(DRAFT)
    assert isinstance(found.recommended, Recommended)
    assert isinstance(found.rehearsals, Rehearsals)
    assert isinstance(found.verified, Verified) and found.verified.verdict.verdict == "unsafe"
    assert found.verified.verdict.ends
    assert [picture.name for picture in found.pictures] == ["flow", "rollbacks", "states", "commands", "events"]
    assert all(not isinstance(picture.drawn, Refused) for picture in found.pictures)


def test_a_counterexample_comes_with_its_run() -> None:
    verified = surveyed(DRAFT).verified
    assert isinstance(verified, Verified)
    shown = [*zip(verified.verdict.violations, verified.violations, strict=True)]
    shown += [
        (owed.counterexample, run) for owed, run in zip(verified.verdict.obligations, verified.obligations, strict=True)
    ]
    for found, run in shown:
        assert isinstance(found, Counterexample) and run is not None
        assert (found.property, found.step) in {(broken.property, broken.step) for broken in run.violations}


def test_a_broken_definition_is_drawn_and_no_more() -> None:
    found = surveyed(BROKEN)
    assert not found.is_valid and found.linted.findings
    assert found.pictures and isinstance(found.recommended, Recommended)
    assert found.verified is module.INVALID and found.rehearsals is module.INVALID


def test_where_nothing_is_left_the_diagnosis_is() -> None:
    found = surveyed(NOTHING)
    assert found.saga is None and found.linted.findings and found.linted.text.string == NOTHING
    assert found.pictures == () and isinstance(found.verified, Refused)


def test_a_verb_that_refuses_is_noted(monkeypatch: pytest.MonkeyPatch) -> None:
    def refusing(*_: object) -> None:
        raise SagactlError("cannot do that", help="do this")

    monkeypatch.setattr(module, "verify", refusing)
    found = surveyed(DRAFT)
    assert found.verified == Refused("cannot do that", "do this")
    assert isinstance(found.rehearsals, Rehearsals)


def test_without_graphviz_pictures_are_made_of_letters(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr(image, "find_spec", lambda _: None)
    flow = surveyed(DRAFT).pictures[0]
    assert isinstance(flow.drawn, Refused) and "Graphviz" in flow.drawn.message and "pip install" in flow.drawn.help
    assert "hold-room" in flow.words and "ReleaseRoom" in flow.words


def test_of_a_long_saga_the_longest_way_back_stands_for_all() -> None:
    titles = {picture.name: picture.title for picture in surveyed(chain(20)).pictures}
    assert titles["rollbacks"] == "The longest way back"


def broken(*_: object, **__: object) -> None:
    raise ZeroDivisionError("nobody thought of this")


PARTS = {"recommend": "recommended", "verify": "verified", "rehearsals": "rehearsals"}


@pytest.mark.parametrize(("verb", "part"), PARTS.items())
def test_a_defect_in_one_verb_leaves_the_others(verb: str, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, verb, broken)
    found = surveyed(DRAFT)
    missing = [name for name in PARTS.values() if isinstance(getattr(found, name), Refused)]
    assert missing == [part]
    (reason,) = found.defects
    assert reason.message.startswith("internal error: ZeroDivisionError: nobody thought of this (test_gathering.py:")
    assert "report this line" in reason.help


def test_a_defect_in_one_picture_leaves_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(drawing, "states_figure", broken)
    found = surveyed(DRAFT)
    assert [picture.name for picture in found.pictures if isinstance(picture.drawn, Refused)] == ["states"]
    assert len(found.defects) == 1


def test_a_page_that_cannot_be_made_has_its_diagnosis(monkeypatch: pytest.MonkeyPatch) -> None:
    found = surveyed(BROKEN)
    monkeypatch.setattr(html_pictures, "both_styles", broken)
    page = page_of(found)
    assert "internal error: ZeroDivisionError" in page.html and 'id="finding-1"' in page.html
    assert page.entry.defects
