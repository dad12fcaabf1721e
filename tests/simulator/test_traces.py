"""Traces are the same every time, say the same in every form, and look as expected."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import get_args

import pytest

from sagactl.reports.traces import json as json_report
from sagactl.reports.traces import text as text_report
from sagactl.trace import Moment, Trace, What, to_json
from tests.builders import act, saga
from tests.simulator.rehearsals import REHEARSED, rehearsed

EXPECTED = Path(__file__).parent / "expected"
CASES: dict[str, dict[str, object]] = {
    "completed": {},
    "express": {"data": {"express": True}},
    "declined": {"fail": "charge-payment"},
    "pivot-refused": {"fail": "create-shipment", "choose": "speed=express"},
    "answer-lost": {"timeout": "charge-payment"},
    "undo-failed": {"fail": "create-shipment", "fail_undo": "charge-payment"},
    "still-retrying": {"fail": "send-confirmation"},
    "unused": {"fail": "book-express"},
}


@pytest.mark.parametrize("case", CASES)
def test_the_order_looks_as_expected(case: str) -> None:
    """UPDATE=1 rewrites what is expected."""
    trace = rehearsed("order-fulfillment", **CASES[case])
    check(f"{case}.txt", text_report.render(trace))


def test_a_narrow_terminal_without_unicode_looks_as_expected() -> None:
    trace = rehearsed("order-fulfillment", "charge-payment:fail", fail="create-shipment")
    check("narrow.ascii.txt", text_report.render(trace, width=80, ascii=True, verbose=True))


def check(name: str, found: str) -> None:
    path = EXPECTED / name
    if os.environ.get("UPDATE"):
        path.write_text(found, encoding="utf-8")
    assert found == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("width", [20, 60, 80, 120])
@pytest.mark.parametrize("name", REHEARSED)
def test_no_row_of_the_table_is_wider_than_the_terminal(name: str, width: int) -> None:
    shown = text_report.render(rehearsed(name), width=width).split("\n\n")[1]
    assert max(map(len, shown.splitlines())) <= max(width, text_report.MIN_WIDTH)


def test_every_kind_of_moment_has_a_sign_in_ascii_too() -> None:
    assert set(text_report.SIGNS) == set(get_args(What))
    assert all(
        sign.ascii.isascii() and len(sign.ascii) == len(sign.unicode) == 1 for sign in text_report.SIGNS.values()
    )


def test_what_comes_from_a_file_is_escaped() -> None:
    trace = rehearsed(saga(act("a", rejects=("No\x1b[31m\u202e",))), fail="a")
    assert "\x1b" not in text_report.render(trace) and "\u202e" not in text_report.render(trace)


# -- JSON


def test_the_json_has_the_fields_of_the_contract() -> None:
    trace = rehearsed("order-fulfillment", fail="create-shipment", fail_undo="charge-payment")
    data = json.loads(json_report.render(trace))
    contract = {
        "version", "saga", "status", "outcome", "executed", "compensated", "dead_letters", "duration_s", "violations",
        "moments", "replay", "skipped", "unused_faults",
    }  # fmt: skip
    assert contract <= set(data) and data["version"] == 1
    assert (data["status"], data["outcome"]) == ("FAILED", "parked")
    assert data["executed"] == ["reserve-items", "charge-payment"] and data["compensated"] == ["reserve-items"]
    assert [set(letter) for letter in data["dead_letters"]] == [{"step", "reason", "tries", "direction"}]
    assert all({"t_s", "step", "what", "detail"} <= set(moment) for moment in data["moments"])
    assert data["replay"]["faults"] == ["create-shipment#*:fail", "charge-payment#*:compensation-fail"]


def test_a_violation_in_json_has_the_fields_of_the_contract() -> None:
    trace = rehearsed(saga(act("a", idempotency="none", retry=2)), "a:reply-lost")
    (violation,) = to_json(trace)["violations"]
    assert {"property", "step", "explanation"} <= set(violation) and violation["property"] == "S1"


@pytest.mark.parametrize("name", REHEARSED)
def test_moments_are_in_order_and_lists_agree_with_them(name: str) -> None:
    for trace in (rehearsed(name), *failures(name)):
        times = [moment.t_s for moment in trace.moments]
        assert times == sorted(times)
        assert moments(trace, "started") == moments(trace, "ended") == [""]
        assert all(
            step in moments(trace, "done") + moments(trace, "arrived") + moments(trace, "timed-out")
            for step in trace.executed
        )
        assert sorted(moments(trace, "dead-letter")) == sorted(letter.step for letter in trace.dead_letters)
        assert moments(trace, "undone") == list(trace.compensated)
        assert trace.duration_s == next(moment.t_s for moment in trace.moments if moment.what == "ended")


def failures(name: str) -> list[Trace]:
    from sagactl.flow import flow
    from tests.simulator.rehearsals import definition

    plan = flow(definition(name))
    choose = [f"{choice.id}={choice.outcomes[0].id}" for choice in plan.saga.choices.values()]
    return [
        rehearsed(plan, choose=choose, **{how: [step.id]})
        for step in plan.steps
        for how in ("fail", "timeout")
        if how == "fail" or not step.step.local
    ]


def moments(trace: Trace, what: What) -> list[str]:
    return [moment.step for moment in trace.moments if moment.what == what]


@pytest.mark.parametrize("name", REHEARSED)
def test_the_same_plan_gives_the_same_trace(name: str) -> None:
    assert failures(name) == failures(name)


def test_moments_say_what_the_run_was_then() -> None:
    trace = rehearsed("order-fulfillment", fail="charge-payment")
    statuses = list(dict.fromkeys(moment.status for moment in trace.moments))
    assert statuses == ["STARTED", "PENDING", "COMPENSATING", "FAILED"]
    assert isinstance(trace.moments[0], Moment)
