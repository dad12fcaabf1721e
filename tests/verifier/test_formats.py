"""A verdict in the formats of findings: at its lines, with its story, fit for the tools that read them."""

from __future__ import annotations

import json
from pathlib import Path
from xml.etree import ElementTree

import pytest
from jsonschema import Draft4Validator

from sagactl.reports.verdicts import AS_FINDINGS
from tests.runner import sagactl

SCHEMA = json.loads((Path(__file__).parents[1] / "findings" / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())

SILENT = """
saga: silent
defaults: {timeout: 5s, retry: 2}
participants: {payment: {}, shipping: {idempotency: key}}
steps:
  - step: charge-card
    participant: payment
    action: ChargeCard
    rejects: [CardDeclined]
    compensation: RefundCard
  - step: ship
    participant: shipping
    action: Ship
    kind: pivot
"""


@pytest.fixture
def silent(tmp_path: Path) -> str:
    file = tmp_path / "silent.saga.yaml"
    file.write_text(SILENT, encoding="utf-8")
    return str(file)


@pytest.mark.parametrize("shape", AS_FINDINGS)
def test_every_format_names_what_is_wrong_and_where(silent: str, shape: str) -> None:
    call = sagactl("verify", silent, "--format", shape)
    assert call.code == 1
    for word in ("S11", "rejects_late_actions", "silent.saga.yaml"):
        assert word in call.out, word


def test_the_sarif_log_fits_the_published_schema_and_carries_the_stories(silent: str) -> None:
    log = json.loads(sagactl("verify", silent, "--format", "sarif").out)
    Draft4Validator(SCHEMA).validate(log)
    run = log["runs"][0]
    assert run["invocations"][0]["executionSuccessful"] is True
    assert {rule["id"] for rule in run["tool"]["driver"]["rules"]} == {"S1", "S5", "S6", "S11"}
    by_code = {result["ruleId"]: result for result in run["results"]}
    assert by_code["S11"]["level"] == "error"
    assert by_code["S6"]["level"] == "warning"
    steps = by_code["S6"]["codeFlows"][0]["threadFlows"][0]["locations"]
    assert any("finds nothing to undo" in step["location"]["message"]["text"] for step in steps)


def test_junit_can_be_read(silent: str) -> None:
    suites = ElementTree.fromstring(sagactl("verify", silent, "--format", "junit").out)
    assert int(suites.attrib["failures"]) == 4


def test_a_sound_saga_has_no_findings() -> None:
    call = sagactl("verify", "definitions/money-transfer.saga.yaml", "--format", "sarif")
    assert call.code == 0
    assert json.loads(call.out)["runs"][0]["results"] == []
