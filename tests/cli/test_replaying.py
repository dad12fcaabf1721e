"""Runs are kept and played again, taken up from where they are, and compared with other engines."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from tests.runner import sagactl

ORDER = "definitions/order-fulfillment.saga.yaml"


def state(**steps: str) -> str:
    named = {id.replace("_", "-"): {"record": record} for id, record in steps.items()}
    return json.dumps({"version": 1, "saga": "order-fulfillment", "steps": named})


def played(*call: str) -> Any:
    return json.loads(sagactl("simulate", ORDER, *call, "--format", "json").out)


@pytest.mark.parametrize(
    "call",
    [
        ("--fail", "create-shipment"),
        ("--timeout", "charge-payment", "--choose", "speed=express"),
        ("--seed", "7", "--fault-rate", "0.2"),
        ("--fault", "charge-payment:late", "--fault", "create-shipment!:cancel"),
        ("--fail", "create-shipment", "--fail-undo", "charge-payment", "--profile", "temporal"),
        ("--from", state(reserve_items="done", charge_payment="requested"), "--cancel-now"),
        ("--style", "choreography", "--fail", "create-shipment"),
        ("--style", "choreography", "--seed", "7", "--fault-rate", "0.2"),
    ],
    ids=lambda call: " ".join(call)[:60],
)
def test_a_kept_run_is_played_again_exactly(call: tuple[str, ...], tmp_path: Path) -> None:
    file = str(tmp_path / "run.json")
    first = sagactl("simulate", ORDER, *call, "--save", file)
    again = sagactl("simulate", ORDER, "--replay", file)
    assert first.out == again.out
    assert "changed since" not in again.out


def test_a_kept_run_repeats_a_step_as_often_as_its_input_said(tmp_path: Path) -> None:
    (tmp_path / "basket.saga.yaml").write_text(
        "saga: basket\ninput: {lines: {type: array, items: {type: string}}}\nsteps:\n"
        "  - {step: pick, participant: stock, action: Pick, compensation: Unpick, for_each: input.lines}\n"
        "  - {step: ship, participant: stock, action: Ship, no_compensation: gone}\n"
    )
    call, file = ("simulate", str(tmp_path / "basket.saga.yaml")), str(tmp_path / "run.json")
    first = sagactl(*call, "--input", '{"lines": ["a", "b", "c", "d"]}', "--fail", "ship", "--save", file)
    again = sagactl(*call, "--replay", file)
    assert "pick[4]" in first.out
    assert again.out == first.out


@pytest.mark.parametrize("at_s", ["soon", -1, True, 1e300])
def test_a_kept_time_that_is_none_is_refused(at_s: Any, tmp_path: Path) -> None:
    (tmp_path / "run.json").write_text(json.dumps({**played(), "replay": {"saga": "order-fulfillment", "moves": [{"kind": "deliver", "at_s": at_s}]}}))  # fmt: skip
    refused = sagactl("simulate", ORDER, "--replay", str(tmp_path / "run.json"))
    assert (refused.code, refused.out) == (2, "")
    assert "`at_s` of a kept move is not a number of seconds" in refused.err


@pytest.mark.parametrize(
    ("style", "move", "code"),
    [
        ("", {"kind": "repair"}, 0),
        ("", {"kind": "repair", "step": "reserve-items", "detail": "retry by ann: why not"}, 0),
        ("", {"kind": "repair", "step": "reserve-items", "detail": "nonsense"}, 0),
        ("", {"kind": "repair", "step": "nowhere"}, 2),
        ("choreography", {"kind": "repair", "step": "reserve-items", "detail": "skip by ann: why not"}, 2),
    ],
)
def test_a_kept_repair_that_makes_no_sense_does_no_harm(
    style: str, move: dict[str, str], code: int, tmp_path: Path
) -> None:
    (tmp_path / "run.json").write_text(json.dumps({**played(), "replay": {"saga": "order-fulfillment", "style": style, "moves": [move]}}))  # fmt: skip
    result = sagactl("simulate", ORDER, "--replay", str(tmp_path / "run.json"))
    assert result.code == code
    assert "internal" not in result.err


def test_what_changed_since_is_said_and_fails(tmp_path: Path) -> None:
    file, other = tmp_path / "run.json", tmp_path / "order-fulfillment.saga.yaml"
    sagactl("simulate", ORDER, "--fail", "create-shipment", "--save", str(file))
    other.write_text(Path(ORDER).read_text(encoding="utf-8").replace("initial: 500ms", "initial: 700ms"))
    result = sagactl("simulate", str(other), "--replay", str(file))
    assert result.code == 1
    assert "changed since it was kept: duration" in result.out
    assert "first at moment" in result.out


def test_a_run_is_taken_up_where_it_is_and_cancelled() -> None:
    found = played("--from", state(reserve_items="done", charge_payment="requested"), "--cancel-now")
    assert found["outcome"] == "compensated"
    assert found["executed"] == ["reserve-items", "charge-payment"]
    assert found["compensated"] == ["charge-payment", "reserve-items"]


def test_a_cancel_after_the_pivot_takes_nothing_back() -> None:
    found = played(
        "--from",
        state(reserve_items="done", charge_payment="done", book_express="skipped", create_shipment="done"),
        "--cancel-now",
    )
    assert (found["outcome"], found["compensated"]) == ("completed", [])


@pytest.mark.parametrize(
    ("engine", "undone", "left"),
    [
        ("temporal", [], ["reserve-items"]),
        ("step-functions", [], ["reserve-items"]),
        ("seata", [], ["reserve-items"]),
        ("zeebe", ["reserve-items"], []),
    ],
)
def test_the_first_failed_compensation_stops_other_engines(engine: str, undone: list[str], left: list[str]) -> None:
    """Zeebe has started all of them before the first one fails."""
    found = played("--fail", "create-shipment", "--fail-undo", "charge-payment", "--profile", engine)
    assert (found["compensated"], found["skipped"]) == (undone, left)
    if left:
        assert any(note.startswith(f"differs under {engine}: not undone") for note in found["notes"])


def test_a_profile_that_changes_nothing_says_so() -> None:
    assert "ends under seata as it does here" in played("--fail", "charge-payment", "--profile", "seata")["notes"]


REFUSED = [
    (("--replay", "nope.json"), "cannot read `nope.json`"),
    (("--replay", "pyproject.toml"), "not JSON"),
    (("--from", "{}"), "not of version 1"),
    (("--from", '{"version": 1, "saga": "other"}'), "is of `other`"),
    (("--from", state(charge_paiment="done")), "unknown step in the saved state"),
    (("--from", state(charge_payment="finished")), "unknown record of `charge-payment`"),
    (("--from", state(charge_payment="undoing")), "its phase is `back`"),
    (("--profile", "temporel"), "unknown profile `temporel`"),
    (("--all", "--save", "x.json"), "`--save` is for one run"),
    (("--style", "choreographed"), "unknown style `choreographed`"),
    (("--style", "choreography", "--profile", "seata"), "`--profile` needs an orchestration"),
    (("--style", "choreography", "--from", state(charge_payment="done")), "`--from` needs an orchestration"),
    (("--style", "choreography", "--fault", "charge-payment:late"), "in a choreography, nobody waits for a reply"),
    (("--style", "choreography", "--runs", "5", "--fault-rate", "crash=0.1"), "`crash` can happen at no step"),
    (("--replay", "x.json", "--style", "choreography"), "`--replay` brings its own"),
]


@pytest.mark.parametrize(("call", "message"), REFUSED, ids=[" ".join(call)[:50] for call, _ in REFUSED])
def test_what_cannot_be_used_is_refused(call: tuple[str, ...], message: str) -> None:
    result = sagactl("simulate", ORDER, *call)
    assert (result.code, result.out) == (2, "")
    assert message in result.err


def test_a_replay_brings_its_own_faults(tmp_path: Path) -> None:
    file = str(tmp_path / "run.json")
    sagactl("simulate", ORDER, "--save", file)
    assert sagactl("simulate", ORDER, "--replay", file, "--fail", "charge-payment").code == 2
