"""`sagactl test` as a person and a build server see it."""

from __future__ import annotations

import json
import shlex
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from tests.runner import Result, sagactl
from tests.simulator.rehearsals import DEFINITIONS

GOOD = (
    "  - {name: goods come back, fail: charge-payment, expect: {outcome: compensated, compensated: [reserve-items]}}\n"
)
BAD = """\
  - name: the wrong order
    fail: create-shipment
    expect: {outcome: compensated, compensated: [reserve-items, charge-payment]}
"""
MISSPELT = "  - {name: a typing error, fail: charge-paymnt, expect: compensated}\n"


def write(folder: Path, scenarios: str, name: str = "order", definition: str = "order.saga.yaml") -> str:
    text = (DEFINITIONS / "order-fulfillment.saga.yaml").read_text(encoding="utf-8")
    (folder / "order.saga.yaml").write_text(text, encoding="utf-8")
    path = folder / f"{name}.scenarios.yaml"
    path.write_text(f"definition: {definition}\nscenarios:\n{scenarios}", encoding="utf-8")
    return str(path)


def check(folder: Path, scenarios: str, *options: str) -> Result:
    return sagactl("test", write(folder, scenarios), *options)


@pytest.mark.parametrize(
    ("scenarios", "code", "shown"),
    [
        (GOOD, 0, ["✓ goods come back", "compensated", "460ms", "1 passed"]),
        (BAD, 1, ["✗ the wrong order", "undone, in this order", "1 failed", "--expect compensated"]),
        (
            MISSPELT,
            1,
            [":3:34: E SG003 unknown-reference: unknown step `charge-paymnt`", "did you mean `charge-payment`?"],
        ),
        (GOOD + MISSPELT, 1, ["✓ goods come back", "1 passed, 1 file with errors"]),
        ("  - {name: x, input: {order_id: 3}, expect: completed}\n", 1, ["E SG019 invalid-value: input.order_id"]),
        ("  - {name: x, max_tries: 0, expect: completed}\n", 1, ["E SG019 invalid-value"]),
    ],
)
def test_it_exits_as_the_runs_end(tmp_path: Path, scenarios: str, code: int, shown: list[str]) -> None:
    result = check(tmp_path, scenarios)
    assert (result.code, result.err) == (code, "")
    assert [text for text in shown if text not in result.out] == []


def test_the_difference_in_order_is_shown_line_by_line(tmp_path: Path) -> None:
    lines = check(tmp_path, BAD).out.split("\n")
    start = next(number for number, line in enumerate(lines) if "undone, in this order" in line)
    assert [line.strip() for line in lines[start + 1 : start + 4]] in (
        ["- reserve-items", "charge-payment", "+ reserve-items"],
        ["+ charge-payment", "reserve-items", "- charge-payment"],
    )


def test_the_call_that_is_shown_repeats_the_run(tmp_path: Path) -> None:
    odd = "  - {name: odd, fault: '', expect: completed}\n".replace("fault: '', ", "faults: 'charge-payment#2:fail', ")
    result = check(tmp_path, odd, "--format", "json")
    (found,) = json.loads(result.out)["scenarios"]
    words = shlex.split(found["command"])
    assert words[0] == "sagactl" and "charge-payment#2:fail" in words
    again = sagactl(*words[1:])
    assert again.code == 1 and "Not reached" in again.out


def test_json_says_what_differs(tmp_path: Path) -> None:
    data = json.loads(check(tmp_path, GOOD + BAD + MISSPELT, "--format", "json").out)
    assert data["version"] == 1
    assert data["summary"] == {"passed": 1, "failed": 1, "files_with_errors": 1, "deselected": 0}
    assert data["scenarios"][1]["differences"] == [
        {
            "what": "compensated",
            "expected": ["reserve-items", "charge-payment"],
            "found": ["charge-payment", "reserve-items"],
        }
    ]
    assert data["findings"][0]["code"] == "SG003"
    assert data["scenarios"][0]["line"] == 3
    assert "trace" not in data["scenarios"][0]
    verbose = json.loads(check(tmp_path, GOOD, "--format", "json", "-v").out)
    assert verbose["scenarios"][0]["trace"]["outcome"] == "compensated"


def test_junit_is_xml_whatever_is_written(tmp_path: Path) -> None:
    hostile = '  - {name: "<b> & \\"x\\" \\u001b[31m \\u0000", fail: create-shipment, expect: completed}\n'
    hostile = hostile.replace(" \\u0000", "")
    result = check(tmp_path, GOOD + hostile + MISSPELT, "--format", "junit")
    root = xml.fromstring(result.out)
    assert result.code == 1
    assert {name: root.get(name) for name in ("tests", "failures", "errors")} == {
        "tests": "3", "failures": "1", "errors": "1",
    }  # fmt: skip
    names = [case.get("name") or "" for case in root.iter("testcase")]
    assert any(name.startswith('<b> & "x" \\x1b') for name in names)
    failure = next(root.iter("failure"))
    assert "expected completed, found compensated" in (failure.text or "")
    assert len(root) == 1, "a file is one suite, whatever became of its scenarios"


def test_only_what_is_asked_for_is_played(tmp_path: Path) -> None:
    result = check(tmp_path, GOOD + BAD, "-k", "GOODS")
    assert result.code == 0
    assert "1 passed, 1 left out" in result.out


def test_verbose_shows_the_traces(tmp_path: Path) -> None:
    assert "ROLLBACK: CardDeclined" in check(tmp_path, GOOD, "-v").out
    assert "ROLLBACK" not in check(tmp_path, GOOD).out


def test_the_result_goes_into_a_file(tmp_path: Path) -> None:
    result = check(tmp_path, GOOD, "-o", str(tmp_path / "out.txt"), "--color", "always")
    assert (result.code, result.out) == (0, "")
    assert "\x1b[" in (tmp_path / "out.txt").read_text(encoding="utf-8")


def test_a_definition_stands_for_the_scenarios_beside_it(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    assert sagactl("test", str(tmp_path / "order.saga.yaml")).code == 0
    assert sagactl("test", str(tmp_path)).code == 0
    assert sagactl("test", str(tmp_path / "*.yaml")).out.endswith("1 passed\n")


def test_a_definition_that_is_missing_or_wrong_is_told(tmp_path: Path) -> None:
    missing = sagactl("test", write(tmp_path, GOOD, definition="ordr.saga.yaml"))
    assert missing.code == 1
    assert "SG003 unknown-reference" in missing.out and "did you mean `order.saga.yaml`?" in missing.out
    (tmp_path / "wrong.saga.yaml").write_text("saga: wrong\n", encoding="utf-8")
    wrong = sagactl("test", write(tmp_path, GOOD, definition="wrong.saga.yaml"))
    assert wrong.code == 1
    assert "a saga needs `steps`" in wrong.out


def test_standard_input_is_a_scenario_file(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    text = Path(path).read_bytes()
    assert sagactl("test", "-", "--stdin-filename", path, stdin=text).code == 0


def test_scenarios_are_no_definitions(tmp_path: Path) -> None:
    path = write(tmp_path, GOOD)
    alone = sagactl("lint", path)
    assert (alone.code, alone.out) == (2, "")
    assert "`sagactl test` reads it" in alone.err
    assert "1 file" in sagactl("lint", path, str(tmp_path / "order.saga.yaml")).out


UNUSABLE = [
    (("docs",), "no scenario file in `docs`", ".scenarios.yaml"),
    (("definitions", "-k", "no such words"), "no scenario is called", "-k"),
    (("definitions", "--format", "xml"), "unknown format `xml`", "known"),
    (("definitions/order-fulfilment.scenarios.yaml",), "there is no file", "did you mean"),
    (("nowhere/*.yaml",), "matches no file", ""),
]


@pytest.mark.parametrize(("call", "message", "help"), UNUSABLE, ids=[" ".join(call) for call, _, _ in UNUSABLE])
def test_an_unusable_call_exits_2(call: tuple[str, ...], message: str, help: str) -> None:
    result = sagactl("test", *call)
    assert (result.code, result.out) == (2, "")
    assert message in result.err and help in result.err


def test_no_scenario_may_be_fine() -> None:
    assert sagactl("test", "docs", "--allow-empty").code == 0
    assert sagactl("test", "definitions", "-k", "no such words", "--allow-empty").code == 0


@pytest.mark.parametrize("columns", ["60", "80", "200"])
def test_every_format_of_the_whole_folder(columns: str) -> None:
    for format in ("text", "json", "junit"):
        assert sagactl("test", "definitions", "--format", format, COLUMNS=columns).code == 0
