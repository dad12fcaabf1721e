"""Verdicts look as expected, fit the terminal, and hold nothing that a file put in."""

from __future__ import annotations

from functools import cache
from typing import Any

import pytest

from sagactl.model import Accept, Saga
from sagactl.reports.verdicts import Shown, Verified
from sagactl.reports.verdicts import json as json_report
from sagactl.reports.verdicts import text as text_report
from sagactl.verifier import Limits, verify
from tests.builders import act, participant, pivot, saga, undo
from tests.reports.traces import check
from tests.simulator.rehearsals import definition
from tests.verifier.policies import Policy

PAY = act("pay", participant="bank", rejects="Declined", retry=2, compensation=undo("Refund", retry=2))
SHIP = pivot("ship", participant="depot", retry="forever")


def parties(**promises: Any) -> list[Any]:
    return [participant("bank", **promises), participant("depot")]


SILENT = {"idempotency": None, "rejects_late_actions": None, "remembers_failures": None}

CASES: dict[str, tuple[Saga, Limits, bool]] = {
    "safe": (definition("money-transfer"), Limits(), False),
    "conditional": (saga(PAY, SHIP, participants=parties(**SILENT)), Limits(), False),
    "conditional.verbose": (saga(PAY, SHIP, participants=parties(**SILENT)), Limits(), True),
    "unsafe": (saga(PAY, SHIP, participants=parties(rejects_late_actions=False)), Limits(), False),
    "incomplete": (saga(PAY, SHIP, participants=parties()), Limits(max_worlds=300), False),
    "outcomes": (
        saga(PAY, SHIP, participants=parties(), accept=Accept(parked=())), Limits(with_ends=True), False,
    ),
}  # fmt: skip


@cache
def verified(case: str) -> Verified:
    drawn, limits, _ = CASES[case]
    return Verified(verify(drawn, limits=limits), f"{case}.saga.yaml", 0.0)


@pytest.mark.parametrize("case", CASES)
def test_a_verdict_looks_as_expected(case: str) -> None:
    """UPDATE=1 rewrites what is expected."""
    shown = Shown((verified(case),), verbose=CASES[case][2], outcomes=CASES[case][1].with_ends)
    check(f"verdict.{case}.txt", text_report.render(shown))


def test_the_json_of_a_verdict_is_as_expected() -> None:
    check("verdict.json", json_report.render(Shown((verified("unsafe"), verified("outcomes")))))


@pytest.mark.parametrize("width", [60, 80, 120])
@pytest.mark.parametrize("case", ["conditional", "incomplete", "outcomes"])
def test_what_is_wrapped_fits_the_terminal(case: str, width: int) -> None:
    """Headlines, stories and YAML are for copying, so they stay in one piece."""
    shown = Shown((verified(case),), width=width, outcomes=True)
    wrapped = [line for line in text_report.render(shown).splitlines() if line.startswith((" " * 14, "    otherwise"))]
    assert wrapped and all(len(line) <= width or "{" in line for line in wrapped)


def test_the_worst_of_several_is_the_worst() -> None:
    assert Shown((verified("safe"), verified("unsafe"), verified("conditional"))).worst == "unsafe"
    assert Shown(()).worst == "safe"


def test_what_comes_from_a_file_is_escaped() -> None:
    evil = act("a", participant="p\x1b[31m", action="Do\u202e", rejects=("No\n::error::x",), retry=2)
    drawn = saga(evil, participants=[participant("p\x1b[31m", idempotency="none", remembers_failures=None)])
    shown = Shown((Verified(verify(drawn), "evil.saga.yaml", 0.0),), verbose=True, outcomes=True)
    for text in (text_report.render(shown), json_report.render(shown)):
        assert not {"\x1b", "\u202e"} & set(text) and "\n::error" not in text


def test_equal_faults_of_many_tries_are_counted() -> None:
    drawn = saga(act("a", retry=9, compensation=undo(retry=9)), act("b"), accept=Accept(parked=()))
    text = text_report.render(Shown((Verified(verify(drawn), "x", 0.0),)))
    assert "a:compensation-fail at 9 tries" in text


def test_a_story_is_short_whatever_is_tried() -> None:
    for policy in (Policy(action=False, tries=9), Policy(tombstone=False, tries=9)):
        assert all(len(found.story) <= 10 for found in verify(policy.saga()).violations)
