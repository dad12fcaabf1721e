"""The public functions do what their one line says."""

from __future__ import annotations

from pathlib import Path

import pytest

import sagactl
from sagactl.errors import InvalidDefinition, UnknownName

ORDER = str(Path(__file__).parents[1] / "definitions" / "order-fulfillment.saga.yaml")


def test_a_rehearsal_rolls_back() -> None:
    trace = sagactl.simulate(sagactl.load(ORDER), fail=["charge-payment"])
    assert (trace.outcome, trace.compensated) == ("compensated", ("reserve-items",))


def test_a_sound_definition_has_no_findings() -> None:
    assert sagactl.lint(ORDER) == ()
    assert sagactl.read(ORDER).valid


def test_pictures_and_recommendations() -> None:
    saga = sagactl.load(ORDER)
    assert "create-shipment" in str(sagactl.draw(saga, fail="create-shipment"))
    assert sagactl.draw(saga, "dot").startswith("digraph")  # type: ignore[arg-type]
    assert sagactl.recommend(saga).recommendation == "orchestration"
    with pytest.raises(UnknownName):
        sagactl.draw(saga, "gif")


def test_a_verdict() -> None:
    verdict = sagactl.verify(sagactl.load(ORDER))
    assert (verdict.verdict, verdict.violations) == ("safe", ())
    assert any("together" in covered for covered in sagactl.verify(sagactl.load(ORDER), max_faults=0).covered)


def test_an_invalid_definition_is_refused_with_its_findings(tmp_path: Path) -> None:
    path = tmp_path / "x.saga.yaml"
    path.write_text("saga: x\nsteps: []\n")
    with pytest.raises(InvalidDefinition) as caught:
        sagactl.load(str(path))
    assert caught.value.findings[0].code == "SG019"


def test_every_public_name_exists_and_is_documented() -> None:
    assert all(getattr(sagactl, name).__doc__ for name in sagactl.__all__)
