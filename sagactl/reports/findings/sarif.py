"""Findings as SARIF 2.1.0, which code hosts and editors read.

Paths are relative to the folder of the call, which is named and not given: the log says nothing about the machine.
What was suppressed or is in the baseline is there too, marked as such, so that a reader can tell mended from accepted.

Source: Static Analysis Results Interchange Format (SARIF) Version 2.1.0, OASIS Standard, 2020.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final
from urllib.parse import quote

from sagactl.escape import escape, escape_lines
from sagactl.finding import Evidence, Finding, Fix, Region
from sagactl.linter.identity import fingerprint, numbered
from sagactl.linter.linted import Linted, Located, Suppressed
from sagactl.linter.pages import BadPage, explain_text, markdown, page
from sagactl.linter.rule import Rule
from sagactl.reports.findings import Report, as_json, page_of, pointer, region_of, relative

SCHEMA: Final = "https://json.schemastore.org/sarif-2.1.0.json"
LEVELS: Final = {"error": "error", "warning": "warning", "info": "note"}
ROOT: Final = "SRCROOT"


def render(report: Report) -> str:
    """The whole run as one log."""
    return as_json({"$schema": SCHEMA, "version": "2.1.0", "runs": [_run(report)]})


def _run(report: Report) -> dict[str, Any]:
    shown = {located.finding.code for file in report.files for located, _, _ in numbered(file)}
    rules = [rule for rule in report.rules if rule.code in shown]
    index = {rule.code: number for number, rule in enumerate(rules)}
    return {
        "tool": {
            "driver": {
                "name": "sagactl",
                "version": report.version,
                "semanticVersion": report.version,
                "rules": [_rule(rule, report.pages) for rule in rules],
            }
        },
        "columnKind": "unicodeCodePoints",
        "originalUriBaseIds": {ROOT: {"description": {"text": "The folder in which sagactl was called."}}},
        "invocations": [_invocation(report)],
        "results": [result for file in report.files for result in _results(report, file, index)],
    }


def _invocation(report: Report) -> dict[str, Any]:
    """A run in which a rule has failed may have missed something."""
    failed = [located.finding for _, located in report.findings() if located.finding.code not in _known(report)]
    notes = [{"level": "error", "message": {"text": escape(finding.message)}} for finding in failed]
    return {"executionSuccessful": not notes, "toolExecutionNotifications": notes}


def _known(report: Report) -> frozenset[str]:
    return frozenset(rule.code for rule in report.rules)


def _rule(rule: Rule, pages: str) -> dict[str, Any]:
    """What a reader of the log can learn of a rule without us."""
    data: dict[str, Any] = {
        "id": rule.code,
        "name": rule.name,
        "shortDescription": {"text": rule.name.replace("-", " ")},
        "fullDescription": {"text": rule.why},
        "defaultConfiguration": {"enabled": rule.default, "level": LEVELS[rule.severity]},
        "properties": {"tags": [rule.module.split(".")[-2]]} if rule.module.count(".") else {},
    }
    if pages:
        data["helpUri"] = f"{pages.rstrip('/')}/{rule.name}.md"
    try:
        explained = page(rule)
    except BadPage:
        # A rule of a plug-in may be explained elsewhere.
        return data
    data["shortDescription"] = {"text": explained.title}
    data["help"] = {"text": explain_text(explained), "markdown": markdown(explained)}
    return data


def _results(report: Report, file: Linted, index: dict[str, int]) -> Iterator[dict[str, Any]]:
    accepted = {id(each.located): each for each in file.suppressed}
    for located, identity, number in numbered(file):
        result = _result(report, file, located, index)
        result["partialFingerprints"] = {"sagactl/v1": fingerprint(identity, number)}
        if id(located) in accepted:
            result["suppressions"] = [_suppression(accepted[id(located)])]
        yield result


def _result(report: Report, file: Linted, located: Located, index: dict[str, int]) -> dict[str, Any]:
    finding = located.finding
    place = _location(report, file.name, located.region)
    place["logicalLocations"] = [_logical(located)]
    result: dict[str, Any] = {
        "ruleId": finding.code,
        "level": LEVELS[finding.severity],
        "message": {"text": _message(finding)},
        "locations": [place],
    }
    if finding.code in index:
        result["ruleIndex"] = index[finding.code]
    if finding.related:
        result["relatedLocations"] = [
            _location(report, each.path or file.name, region_of(each), escape(each.message), number)
            for number, each in enumerate(finding.related, 1)
        ]
    if finding.fix is not None:
        result["fixes"] = [_fix(report, file.name, finding.fix)]
    if finding.evidence is not None:
        result["codeFlows"] = [_flow(report, file.name, located.region, finding.evidence)]
    result["properties"] = {"rule": finding.name, "url": page_of(finding, report.pages)}
    return result


def _message(finding: Finding) -> str:
    """All that a person needs, since most readers show nothing else of a result."""
    parts = [escape(finding.message)]
    if finding.help:
        parts.append(f"Help: {escape_lines(finding.help)}")
    if finding.note:
        parts.append(f"Why: {escape_lines(finding.note)}")
    return "\n".join(parts)


def _location(
    report: Report, name: str, region: Region, message: str = "", number: int | None = None
) -> dict[str, Any]:
    place: dict[str, Any] = {
        "physicalLocation": {"artifactLocation": _artifact(report, name), "region": _region(region)}
    }
    if number is not None:
        place["id"] = number
    if message:
        place["message"] = {"text": message}
    return place


def _artifact(report: Report, name: str) -> dict[str, str]:
    """A relative reference to what lies in the folder of the call, else an absolute one."""
    path = relative(report, name)
    uri = quote(path.encode("utf-8", "surrogateescape"), safe="/~")
    if path.startswith("/"):
        return {"uri": f"file://{uri}"}
    return {"uri": uri, "uriBaseId": ROOT}


def _region(region: Region) -> dict[str, int]:
    return {
        "startLine": region.line,
        "startColumn": region.column,
        "endLine": region.end_line,
        "endColumn": region.end_column,
    }


def _logical(located: Located) -> dict[str, str]:
    """The step, or else what the pointer leads to."""
    finding = located.finding
    name = ".".join(escape(part) for part in (finding.saga, finding.step) if part)
    place = {"fullyQualifiedName": pointer(located.route)} if located.route else {}
    return {**place, "name": name or "definition", "kind": "object"}


def _fix(report: Report, name: str, fix: Fix) -> dict[str, Any]:
    replacements = [
        {"deletedRegion": _region(edit.region), "insertedContent": {"text": edit.text}} for edit in fix.edits
    ]
    change = {"artifactLocation": _artifact(report, name), "replacements": replacements}
    return {"description": {"text": escape(fix.title)}, "artifactChanges": [change]}


def _flow(report: Report, name: str, region: Region, evidence: Evidence) -> dict[str, Any]:
    """The story that proves a finding, moment by moment, each shown at the place of the finding."""
    steps = [
        {"location": _location(report, name, region, escape(moment)), "executionOrder": order}
        for order, moment in enumerate(evidence.moments, 1)
    ]
    message = {"message": {"text": f"with {escape(', '.join(evidence.faults))}"}} if evidence.faults else {}
    return {**message, "threadFlows": [{"locations": steps}]}


def _suppression(accepted: Suppressed) -> dict[str, str]:
    kind = "inSource" if accepted.by == "comment" else "external"
    return {"kind": kind, "status": "accepted", "justification": escape(accepted.reason)}
