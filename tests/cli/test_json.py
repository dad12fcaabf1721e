"""What programs read keeps its shape: version 1 of each JSON output."""

from __future__ import annotations

import json
from typing import Any

from tests.runner import sagactl

ORDER = "definitions/order-fulfillment.saga.yaml"


def data(*call: str, stdin: bytes = b"") -> Any:
    return json.loads(sagactl(*call, "--format", "json", stdin=stdin).out)


def test_lint() -> None:
    found = data("lint", "-", stdin=b"saga: s\nsteps:\n  - {step: a, participant: p, action: A}\n")
    assert found["version"] == 1
    assert set(found["summary"]) == {
        "errors",
        "warnings",
        "infos",
        "files",
        "suppressed",
        "baselined",
        "fixable",
        "unsafely_fixable",
        "fixed",
    }
    finding = next(finding for finding in found["findings"] if finding["code"] == "SG101")
    assert set(finding) >= {
        "code", "name", "severity", "message", "path", "saga", "step", "pointer", "range", "related", "help", "note",
        "url", "fix", "evidence",
    }  # fmt: skip
    assert finding["name"] == "missing-compensation"
    assert (finding["saga"], finding["step"]) == ("s", "a")
    assert finding["pointer"].startswith("/steps/0")
    assert finding["range"]["start"]["line"] == 3


def test_lint_names_the_step_of_an_error_of_reading() -> None:
    found = data("lint", "-", stdin=b"saga: s\nsteps:\n  - {step: a, participant: p, action: A, foo: 1}\n")
    finding = next(finding for finding in found["findings"] if finding["code"] == "SG001")
    assert (finding["step"], finding["pointer"]) == ("a", "/steps/0/foo")


def test_simulate() -> None:
    trace = data("simulate", ORDER, "--fail", "charge-payment")
    assert set(trace) >= {
        "version", "saga", "status", "outcome", "executed", "compensated", "dead_letters", "duration_s", "violations",
        "moments", "replay", "skipped", "unused_faults",
    }  # fmt: skip
    assert (trace["version"], trace["saga"]) == (1, "order-fulfillment")
    assert (trace["status"], trace["outcome"]) == ("FAILED", "compensated")
    assert trace["executed"] == ["reserve-items"]
    assert trace["compensated"] == ["reserve-items"]
    assert set(trace["moments"][0]) >= {"t_s", "step", "what", "detail"}


def test_simulate_says_who_tells_whom() -> None:
    trace = data("simulate", ORDER, "--style", "choreography", "--fail", "charge-payment")
    heard = [
        (each["sender"], each["participant"], each["detail"]) for each in trace["moments"] if each["what"] == "heard"
    ]
    assert trace["style"] == trace["replay"]["style"] == "choreography"
    assert heard == [
        ("", "inventory", "OrderFulfillmentRequested"),
        ("inventory", "payment", "ReserveItemsDone"),
        ("payment", "inventory", "ChargePaymentFailed"),
    ]


def test_recommend() -> None:
    found = data("recommend", ORDER)
    assert found["version"] == 1
    saga = found["sagas"][0]
    assert set(saga) >= {
        "saga", "path", "recommendation", "strength", "score", "gates", "factors", "flips", "evidence",
    }  # fmt: skip
    assert set(saga["factors"][0]) >= {"name", "value", "points", "reason", "source"}
