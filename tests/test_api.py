"""The public functions do what their one line says."""

from __future__ import annotations

from pathlib import Path

import pytest

import sagactl
from sagactl.errors import InvalidDefinition, UnknownName, UsageError

ORDER = str(Path(__file__).parents[1] / "definitions" / "order-fulfillment.saga.yaml")


def test_a_rehearsal_rolls_back() -> None:
    trace = sagactl.simulate(sagactl.load(ORDER), fail=["charge-payment"])
    assert (trace.outcome, trace.compensated) == ("compensated", ("reserve-items",))


def test_a_rehearsal_goes_on_in_the_style_asked_for_or_declared() -> None:
    order, tickets = (sagactl.load(path) for path in (ORDER, ORDER.replace("order-fulfillment", "ticket-sale")))
    assert sagactl.simulate(order).style == sagactl.simulate(tickets, style="orchestration").style == "orchestration"
    assert sagactl.simulate(tickets).style == sagactl.simulate(order, style="choreography").style == "choreography"


def test_a_rehearsal_is_drawn_by_its_seed() -> None:
    order = sagactl.load(ORDER)
    first, again, other = (sagactl.simulate(order, seed=seed, fault_rates=["0.3"]) for seed in (7, 7, 8))
    assert first == again != other
    assert first.replay["seed"] == 7 and first.replay["fault_rates"] == ["0.3"]
    with pytest.raises(UsageError, match="need a seed"):
        sagactl.simulate(order, fault_rates=["0.3"])
    with pytest.raises(UsageError, match="a seed is a number"):
        sagactl.simulate(order, seed=-1)


def test_a_sound_definition_has_no_findings() -> None:
    assert sagactl.lint(ORDER) == ()
    assert sagactl.read(ORDER).valid


def test_pictures_and_recommendations() -> None:
    saga = sagactl.load(ORDER)
    assert "create-shipment" in str(sagactl.draw(saga, fail="create-shipment"))
    assert sagactl.draw(saga, "dot").startswith("digraph")  # type: ignore[arg-type]
    assert sagactl.recommend(saga).recommendation == "orchestration"
    assert str(sagactl.draw(saga, view="states")).count("FAILED: parked") > 1
    assert "when charge-payment fails" in str(sagactl.draw(saga, view="rollback"))
    with pytest.raises(UnknownName):
        sagactl.draw(saga, "gif")
    with pytest.raises(UnknownName, match="unknown view"):
        sagactl.draw(saga, view="flows")


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
