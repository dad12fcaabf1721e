"""Every fault at every step: no definition of the project violates a property, and a broken promise is seen."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from sagactl.flow import Flow, flow
from sagactl.model import Accept
from sagactl.simulator import matrix
from sagactl.simulator.matrix import Row, pairs, rows, singles
from sagactl.unfold import unfold
from sagactl.workspace import load
from tests.builders import act, choice, participant, pivot, retriable, saga
from tests.runner import sagactl
from tests.simulator.rehearsals import DEFINITIONS

SHORT = saga(
    act("book", retry=2),
    act("rush", when={"way": "fast"}),
    pivot("ship", rejects="No"),
    retriable("tell"),
    choices=[choice("way", "fast", "slow")],
)

UNREACHED = {"update-forecast:reply-lost", "capture-payment:key-expired"}
"""A step without an answer can lose none, and a key expires only for whoever sends again after a long while."""


def table(plan: Flow, **more: Any) -> dict[str, Row]:
    found = rows(plan, singles(plan), **more)
    return {" ".join(map(str, row.case.faults)): row for row in found if row is not None}


@pytest.mark.parametrize("path", sorted(DEFINITIONS.glob("*.saga.yaml")), ids=lambda path: path.name.split(".")[0])
def test_no_definition_violates_a_property(path: Path) -> None:
    workspace = load([str(path)])
    (reading,) = workspace.readings
    assert reading.saga is not None
    found = table(unfold(reading.saga, workspace.sagas).flow)
    assert len(found) > 10
    assert {name: row.violations for name, row in found.items() if row.violations} == {}
    assert {name for name, row in found.items() if not row.is_reached} <= UNREACHED


def test_the_rows_are_the_faults_that_are_possible_here() -> None:
    found = table(flow(SHORT))
    assert found[""].outcome == "completed"
    assert {"book:fail", "book#*:fail", "ship:reject", "book:compensation-fail"} <= set(found)
    assert not {"book:reject", "ship:compensation-fail", "tell:reject"} & set(found)


def test_every_try_has_a_row_only_where_it_ends_otherwise() -> None:
    found = table(flow(SHORT))
    assert found["book:fail"].outcome == "completed"
    assert found["book#*:fail"].outcome == "compensated"
    assert "ship#*:reject" not in found and "ship#*:fail" not in found


def test_a_compensation_fails_on_a_way_back() -> None:
    row = table(flow(SHORT))["book:compensation-fail"]
    assert row.is_reached
    assert [str(fault) for fault in row.beside] == ["ship:reject"]


def test_a_step_of_a_branch_is_rehearsed_on_its_branch() -> None:
    row = table(flow(SHORT))["rush:fail"]
    assert row.is_reached and row.choices == {"way": "fast"}


def test_a_broken_promise_is_not_acceptable() -> None:
    plan = flow(saga(act("pay", retry=2, timeout_s=1.0), participants=[participant(idempotency="none")]))
    row = table(plan)["pay:reply-lost"]
    assert [broken.property for broken in row.violations] == ["S1"]
    assert not row.is_acceptable


@pytest.mark.parametrize(
    ("accept", "acceptable"),
    [(None, True), (Accept(parked=("tell",)), True), (Accept(parked=("book",)), False), (Accept(), False)],
)
def test_parked_ends_are_condemned_only_where_accept_leaves_them_out(accept: Accept | None, acceptable: bool) -> None:
    from dataclasses import replace

    row = table(flow(replace(SHORT, accept=accept)))["tell#*:fail"]
    assert row.outcome == "parked" and row.is_acceptable == acceptable


def test_pairs_are_of_two_steps() -> None:
    plan = flow(SHORT)
    cases = pairs(plan)
    assert all(one.step != other.step for one, other in (case.faults for case in cases.cases))
    assert cases.left_out == 0


def test_a_cap_says_what_it_leaves_out(monkeypatch: pytest.MonkeyPatch) -> None:
    whole = len(singles(flow(SHORT)).cases)
    monkeypatch.setattr(matrix, "MAX_CASES", 5)
    assert singles(flow(SHORT)).left_out == whole - 5


# -- at the command line

ORDER = str(DEFINITIONS / "order-fulfillment.saga.yaml")
TRANSFER = str(DEFINITIONS / "money-transfer.saga.yaml")


def test_the_table_of_an_order() -> None:
    result = sagactl("simulate", ORDER, "--all")
    assert (result.code, result.err) == (0, "")
    assert re.search(r"reject +compensated +460ms +reserve-items", result.out)
    assert "every end is acceptable" in result.out
    assert max(map(len, result.out.split("\n")[:40])) <= 100


def test_an_end_that_accept_does_not_list_is_condemned(tmp_path: Path) -> None:
    text = Path(ORDER).read_text(encoding="utf-8")
    path = tmp_path / "strict.saga.yaml"
    path.write_text(
        re.sub(r"accept: \{parked: \[.*\]\}", "accept: {parked: [send-confirmation]}", text), encoding="utf-8"
    )
    result = sagactl("simulate", str(path), "--all")
    assert result.code == 1, "a refund that fails for ever is not listed"
    assert "ends are not acceptable" in result.out


def test_without_accept_parked_ends_are_listed_and_not_condemned() -> None:
    result = sagactl("simulate", TRANSFER, "--all")
    assert (result.code, result.err) == (0, "")
    assert "parked ends are listed, not condemned" in result.out
    assert "every end is acceptable" in result.out


def test_a_violated_property_exits_1_and_says_how_to_see_it(tmp_path: Path) -> None:
    text = Path(TRANSFER).read_text(encoding="utf-8")
    path = tmp_path / "broken.saga.yaml"
    path.write_text(text.replace("idempotency: key", "idempotency: none"), encoding="utf-8")
    result = sagactl("simulate", str(path), "--all")
    assert result.code == 1
    assert "violated" in result.out and "S1 withdraw" in result.out
    assert "--fault withdraw:reply-lost" in result.out or "--fault 'withdraw" in result.out


def test_json_has_a_row_for_each_rehearsal() -> None:
    result = sagactl("simulate", TRANSFER, "--all", "--pairs", "--format", "json")
    data = json.loads(result.out)
    assert data["version"] == 1 and data["saga"] == "money-transfer"
    assert data["rows"][0]["faults"] == []
    assert any(len(row["faults"]) == 2 for row in data["rows"])
    assert sum(data["summary"][end] for end in ("completed", "compensated", "parked")) == len(data["rows"])


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (("--pairs",), "`--pairs` needs `--all`"),
        (("--all", "--fail", "withdraw"), "`--fail` and `--all` exclude each other"),
        (("--all", "--expect", "parked"), "`--expect` and `--all` exclude each other"),
        (("--all", "--format", "mermaid"), "unknown format `mermaid`"),
    ],
)
def test_what_names_one_run_makes_no_sense_for_all(call: tuple[str, ...], message: str) -> None:
    result = sagactl("simulate", TRANSFER, *call)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
