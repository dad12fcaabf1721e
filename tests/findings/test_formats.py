"""Every format shows what it can of a finding, is valid by its own rules, and lets nothing of a file act."""

from __future__ import annotations

import json
import os
import re
from importlib import import_module
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as xml

import pytest
from jsonschema import Draft4Validator

from sagactl.finding import Fix
from sagactl.reports.findings import FORMATS, Report, merged, relative
from tests.findings.reports import BASELINED, EMPTY, FIXED, FOX, FULL, HOSTILE, NASTY, PLAIN, SUPPRESSED, TEXT

EXPECTED = Path(__file__).parent / "expected"
SCHEMA = json.loads((Path(__file__).parent / "schemas" / "sarif-2.1.0-rtm.5.json").read_text())
ENDINGS = {"json": "json", "sarif": "json", "gitlab": "json", "rdjson": "json", "junit": "xml", "markdown": "md"}
RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")


def render(format: str, report: Report) -> str:
    text: str = import_module(f"sagactl.reports.findings.{format}").render(report)
    return text


def data(format: str, report: Report) -> Any:
    return json.loads(render(format, report))


# -- all of them


@pytest.mark.parametrize("format", [format for format in FORMATS if format != "sarif"])
def test_a_format_shows_what_it_can(format: str) -> None:
    shown = render(format, FULL)
    path = EXPECTED / f"{format}.{ENDINGS.get(format, 'txt')}"
    if os.environ.get("UPDATE"):
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8")


@pytest.mark.parametrize("format", FORMATS)
def test_nothing_of_a_file_acts(format: str) -> None:
    shown = render(format, NASTY)
    assert not RAW.search(shown)
    commands = [line for line in shown.split("\n") if line.lstrip().startswith("::") or "##[" in line]
    assert len(commands) == (format == "github")


@pytest.mark.parametrize("format", FORMATS)
def test_a_clean_run_has_an_answer_in_every_format(format: str) -> None:
    shown = render(format, EMPTY)
    assert shown == "" if format == "github" else shown.endswith("\n")
    if ENDINGS.get(format) == "json":
        json.loads(shown)


@pytest.mark.parametrize("format", FORMATS)
def test_the_list_of_formats_is_that_of_the_modules(format: str) -> None:
    assert callable(import_module(f"sagactl.reports.findings.{format}").render)


# -- paths


@pytest.mark.parametrize(
    ("root", "name", "path"),
    [
        ("/r", "a/b.yaml", "a/b.yaml"),
        ("/r", "./b.yaml", "b.yaml"),
        ("/r", "/r/a/b.yaml", "a/b.yaml"),
        ("/r", "/rest/b.yaml", "/rest/b.yaml"),
        ("/r", "../b.yaml", "../b.yaml"),
        ("", "/r/b.yaml", "/r/b.yaml"),
        ("C:\\r", "C:\\r\\a\\b.yaml", "a/b.yaml"),
    ],
)
def test_paths_are_relative_to_the_folder_of_the_call(root: str, name: str, path: str) -> None:
    assert relative(EMPTY._replace(root=root), name) == path


# -- SARIF


@pytest.mark.parametrize("report", [FULL, EMPTY, NASTY, FULL._replace(pages="https://example.com/rules/")])
def test_the_sarif_log_fits_the_published_schema(report: Report) -> None:
    assert list(Draft4Validator(SCHEMA).iter_errors(data("sarif", report))) == []


def run() -> Any:
    return data("sarif", FULL)["runs"][0]


def test_sarif_knows_the_tool_and_the_rules_that_found_something() -> None:
    driver = run()["tool"]["driver"]
    assert (driver["name"], [rule["id"] for rule in driver["rules"]]) == ("sagactl", ["SG101"])
    rule = driver["rules"][0]
    assert rule["name"] == "missing-compensation"
    assert rule["help"]["markdown"].startswith("# SG101 missing-compensation")
    assert "helpUri" not in rule
    published = data("sarif", FULL._replace(pages="https://example.com/rules/"))["runs"][0]["tool"]["driver"]["rules"]
    assert published[0]["helpUri"] == "https://example.com/rules/missing-compensation.md"


def test_sarif_counts_code_points_from_a_named_folder() -> None:
    assert run()["columnKind"] == "unicodeCodePoints"
    result = run()["results"][1]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "sagas/order.saga.yaml", "uriBaseId": "SRCROOT"}
    assert place["region"] == {"startLine": 4, "startColumn": FOX, "endLine": 4, "endColumn": FOX + 1}
    assert "uri" not in run()["originalUriBaseIds"]["SRCROOT"]


def test_sarif_escapes_what_no_address_may_hold() -> None:
    named = FULL._replace(files=(FULL.files[0]._replace(name="a b/ü#?%.saga.yaml"),))
    place = data("sarif", named)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "a%20b/%C3%BC%23%3F%25.saga.yaml"
    absolute = FULL._replace(files=(FULL.files[0]._replace(name="/elsewhere/x.saga.yaml"),))
    place = data("sarif", absolute)["runs"][0]["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "file:///elsewhere/x.saga.yaml"}


def test_sarif_tells_the_story_the_fix_and_the_other_places() -> None:
    result = run()["results"][1]
    flow = result["codeFlows"][0]
    assert flow["message"]["text"] == "with pay:reply-lost"
    told = [each["location"]["message"]["text"] for each in flow["threadFlows"][0]["locations"]]
    assert told == ["`pay` is sent", "`pay` is lost", "`pay` is sent again"]
    change = result["fixes"][0]["artifactChanges"][0]
    assert [each["insertedContent"]["text"] for each in change["replacements"]] == ["x", "1"]
    uris = [each["physicalLocation"]["artifactLocation"]["uri"] for each in result["relatedLocations"]]
    assert uris == ["sagas/order.saga.yaml", "other.saga.yaml"]


def test_sarif_tells_accepted_from_mended() -> None:
    kinds = [[each["kind"] for each in result.get("suppressions", [])] for result in run()["results"]]
    assert kinds == [[], [], [], ["inSource"], ["external"]]
    reasons = [result["suppressions"][0]["justification"] for result in run()["results"][3:]]
    assert reasons == [SUPPRESSED.reason, BASELINED.reason]


def test_fingerprints_outlive_an_edit_above() -> None:
    file = FULL.files[0]
    moved = file.findings[0]._replace(region=PLAIN.region._replace(line=30, end_line=30))
    later = FULL._replace(files=(file._replace(findings=(moved, *file.findings[1:])),))
    before, after = (
        [result["partialFingerprints"] for result in data("sarif", report)["runs"][0]["results"]]
        for report in (FULL, later)
    )
    assert before == after
    assert len({each["sagactl/v1"] for each in before}) == len(before)


def test_a_failed_rule_is_a_run_that_did_not_succeed() -> None:
    crashed = PLAIN._replace(finding=PLAIN.finding._replace(code="SG999", name="internal-error"))
    report = FULL._replace(files=(FULL.files[0]._replace(findings=(crashed,), suppressed=()),))
    invocation = data("sarif", report)["runs"][0]["invocations"][0]
    assert invocation["executionSuccessful"] is False
    assert len(invocation["toolExecutionNotifications"]) == 1
    assert list(Draft4Validator(SCHEMA).iter_errors(data("sarif", report))) == []


# -- GitHub


def test_a_workflow_command_is_escaped_by_its_rules() -> None:
    line = render("github", NASTY).rstrip("\n")
    assert "\n" not in line
    properties, _, message = line.removeprefix("::error ").partition("::")
    assert dict(part.split("=", 1) for part in properties.split(","))["line"] == "3"
    assert "%3A%3Aerror file=x%3A%3Aforged%2C #\\x23[error]100%25%3A" in properties
    assert "100%25: " in message


# -- GitLab


def test_gitlab_fingerprints_differ_and_stay() -> None:
    issues = data("gitlab", FULL)
    assert len({issue["fingerprint"] for issue in issues}) == len(issues) == 3
    assert {issue["severity"] for issue in issues} == {"major", "minor", "info"}
    twice = FULL._replace(files=(FULL.files[0], FULL.files[0]._replace(name="copy.saga.yaml")))
    assert len({issue["fingerprint"] for issue in data("gitlab", twice)}) == 6


# -- JUnit


def test_junit_counts_files_and_findings() -> None:
    root = xml.fromstring(render("junit", FULL))
    assert (root.get("tests"), root.get("failures")) == ("4", "2")
    assert [suite.get("name") for suite in root] == ["sagas/order.saga.yaml", "clean.saga.yaml"]
    assert [suite.get("failures") for suite in root] == ["2", "0"]


def test_junit_holds_what_xml_cannot() -> None:
    failure = xml.fromstring(render("junit", NASTY)).find("testsuite/testcase/failure")
    assert failure is not None
    assert "\\x1b[31mred" in (failure.get("message") or "")


# -- rdjson


def test_rdjson_counts_bytes() -> None:
    start = data("rdjson", FULL)["diagnostics"][1]["location"]["range"]["start"]
    before = TEXT.lines[3][: FOX - 1]
    assert start == {"line": 4, "column": len(before.encode()) + 1}
    assert len(before.encode()) > len(before)


def test_rdjson_suggests_one_edit_for_all() -> None:
    suggestion = data("rdjson", FULL)["diagnostics"][1]["suggestions"][0]
    assert suggestion["text"] == "x\n    retry: 1"
    assert suggestion["range"]["end"] == {"line": 5, "column": 13}


def test_edits_are_merged_with_what_is_between_them() -> None:
    fix = FIXED.finding.fix
    assert isinstance(fix, Fix)
    backwards = fix._replace(edits=fix.edits[::-1])
    assert merged(backwards, TEXT) == merged(fix, TEXT)
    assert merged(fix._replace(edits=fix.edits[:1]), TEXT) == fix.edits[0]


# -- Markdown


def test_markdown_has_a_row_for_each_finding_whatever_stands_in_it() -> None:
    lines = render("markdown", NASTY).split("\n")
    rows = [line for line in lines if line.startswith("|")]
    assert len(rows) == 3
    prose = re.sub(r"`[^`]*`", "", "".join(rows))
    assert "<img" not in prose
    assert re.findall(r"(?<!\\)@team", prose) == []
    assert len(re.findall(r"(?<!\\)\|", rows[2])) == 5
    assert HOSTILE not in "\n".join(lines)


# -- statistics


def test_statistics_stand_in_for_the_findings() -> None:
    assert render("full", FULL._replace(statistics=True)).split("\n")[0] == "3  E SG101 missing-compensation"
    assert render("concise", FULL._replace(statistics=True)) == render("full", FULL._replace(statistics=True))
    rows = data("json", FULL._replace(statistics=True))["statistics"]
    assert rows == [{"code": "SG101", "name": "missing-compensation", "severity": "error", "findings": 3}]
