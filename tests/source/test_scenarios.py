"""Scenario files are read as definitions are: everything that is wrong is said at its exact place."""

from __future__ import annotations

from typing import NamedTuple

import pytest

from sagactl.linter.linted import locate
from sagactl.scenario import Expectation, Letter, Scenario
from sagactl.source.scenarios import read_scenarios


class Bad(NamedTuple):
    """`token` is the text that the finding underlines."""

    name: str
    text: str
    code: str
    token: str
    says: str = ""


def scenario(more: str = "", expect: str = "compensated") -> str:
    return f"definition: a.saga.yaml\nscenarios:\n  - {{name: short, {more}expect: {expect}}}\n"


BAD = (
    Bad("top key", "definiton: a.saga.yaml\nscenarios: [{name: short, expect: parked}]\n", "SG001", "definiton", "did you mean `definition`"),
    Bad("key", scenario("fial: [a], "), "SG001", "fial", "did you mean `fail`"),
    Bad("expected key", scenario(expect="{outcome: parked, dead_leters: [a]}"), "SG001", "dead_leters", "did you mean `dead_letters`"),
    Bad("no definition", "scenarios: [{name: short, expect: parked}]\n", "SG020", "scenarios", "`definition`"),
    Bad("no scenarios", "definition: a.saga.yaml\n", "SG020", "definition", "`scenarios`"),
    Bad("empty list", "definition: a.saga.yaml\nscenarios: []\n", "SG019", "scenarios", "empty"),
    Bad("no name", "definition: a.saga.yaml\nscenarios: [{expect: parked}]\n", "SG020", "expect", "`name`"),
    Bad("no expectation", "definition: a.saga.yaml\nscenarios: [{name: short}]\n", "SG020", "name", "`expect`"),
    Bad("no outcome", scenario(expect="{executed: [a]}"), "SG020", "expect", "`outcome`"),
    Bad("outcome", scenario(expect="compensatd"), "SG019", "compensatd", "did you mean `compensated`"),
    Bad("step", scenario("fail: [Charge], "), "SG019", "Charge", "a step such as"),
    Bad("steps", scenario("fail: {a: b}, "), "SG019", "fail", "expected a list"),
    Bad("duration", scenario(expect="{outcome: parked, duration_at_most: 5}"), "SG016", "5", "`5s`"),
    Bad("property", scenario(expect="{outcome: parked, violations: [S99]}"), "SG019", "S99"),
    Bad("tries", scenario("max_tries: 0, "), "SG019", "0", "from 1"),
    Bad("outcome of a choice", scenario("choose: {speed: true}, "), "SG017", "true", "quote it"),
    Bad("name that is no text", scenario().replace("name: short", "name: 12"), "SG017", "12", 'quote it: `"12"`'),
    Bad("name twice", scenario() + "  - {name: short, expect: parked}\n", "SG019", "short", "two scenarios are called"),
    Bad("key twice", scenario("fail: a, fail: b, "), "SG018", "fail"),
    Bad("tab", "definition: a\n\tscenarios: []\n", "SG018", ""),
    Bad("nothing", "# only this\n", "SG018", "", "`definition: <file>`"),
    Bad("root", "- 1\n", "SG019", "1", "`definition: <file>`"),
)  # fmt: skip


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_the_finding_names_the_defect_and_underlines_the_token(case: Bad) -> None:
    reading = read_scenarios(case.text.encode(), "x.scenarios.yaml").text
    found = [finding for finding in reading.findings if finding.code == case.code]
    assert found, [(finding.code, finding.message) for finding in reading.findings]
    region = locate(reading.document, found[0].place)
    line = reading.document.lines[region.line - 1]
    assert line[region.column - 1 : region.end_column - 1] == case.token or not case.token
    assert case.says in f"{found[0].message} {found[0].help}"


@pytest.mark.parametrize("case", BAD, ids=lambda case: case.name)
def test_one_defect_is_one_finding(case: Bad) -> None:
    reading = read_scenarios(case.text.encode(), "x.scenarios.yaml").text
    assert len(reading.findings) == 1, [(finding.code, finding.message) for finding in reading.findings]


def test_short_forms_grow_into_long_ones() -> None:
    text = scenario("fail: a, faults: 'b[2]#*:late', ", "{outcome: parked, dead_letters: [a, {step: b, reason: no}]}")
    file = read_scenarios(text.encode(), "x").file
    assert file is not None and file.definition == "a.saga.yaml"
    letters = (Letter("a"), Letter("b", "no"))
    expected = Expectation("parked", dead_letters=letters)
    assert file.scenarios == (
        Scenario("short", expected, fail=("a",), faults=("b[2]#*:late",), route=("scenarios", 0)),
    )


def test_a_broken_scenario_does_not_take_the_others_with_it() -> None:
    reading = read_scenarios((scenario("fial: a, ") + "  - {name: other, expect: parked}\n").encode(), "x")
    assert reading.file is not None and not reading.valid
    assert [each.name for each in reading.file.scenarios][-1] == "other"
