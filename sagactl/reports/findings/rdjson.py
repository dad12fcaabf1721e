"""Findings as rdjson, which reviewdog turns into comments on a change.

Columns count the bytes of UTF-8 there, not code points.

Source: reviewdog, proto/rdf/reviewdog.proto.
"""

from __future__ import annotations

from typing import Any, Final

from sagactl.escape import escape, escape_lines
from sagactl.finding import Fix, Region
from sagactl.linter.linted import Linted, Located
from sagactl.reports.findings import Report, as_json, merged, page_of, region_of, relative
from sagactl.source.node import Text

SEVERITIES: Final = {"error": "ERROR", "warning": "WARNING", "info": "INFO"}


def render(report: Report) -> str:
    """The whole run as one result."""
    diagnostics = [_diagnostic(report, file, located) for file, located in report.findings()]
    return as_json({"source": {"name": "sagactl"}, "diagnostics": diagnostics})


def _diagnostic(report: Report, file: Linted, located: Located) -> dict[str, Any]:
    finding = located.finding
    code = {"value": finding.code}
    if report.pages:
        code["url"] = page_of(finding, report.pages)
    diagnostic: dict[str, Any] = {
        "message": "\n".join(filter(None, (escape(finding.message), escape_lines(finding.help)))),
        "location": _location(report, file.name, located.region, file.text),
        "severity": SEVERITIES[finding.severity],
        "code": code,
    }
    if finding.fix is not None:
        diagnostic["suggestions"] = [_suggestion(finding.fix, file.text)]
    if finding.related:
        diagnostic["relatedLocations"] = [
            {
                "message": escape(each.message),
                "location": _location(
                    report, each.path or file.name, region_of(each), report.texts.get(each.path, file.text)
                ),
            }
            for each in finding.related
        ]
    return diagnostic


def _location(report: Report, name: str, region: Region, text: Text) -> dict[str, Any]:
    return {"path": escape(relative(report, name)), "range": _range(region, text)}


def _range(region: Region, text: Text) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": region.line, "column": _bytes(text, region.line, region.column)},
        "end": {"line": region.end_line, "column": _bytes(text, region.end_line, region.end_column)},
    }


def _bytes(text: Text, line: int, column: int) -> int:
    """The column in bytes, from one."""
    before = text.lines[line - 1][: column - 1] if line <= len(text.lines) else ""
    return len(before.encode("utf-8", "surrogatepass")) + column - len(before)


def _suggestion(fix: Fix, text: Text) -> dict[str, Any]:
    edit = merged(fix, text)
    return {"range": _range(edit.region, text), "text": edit.text}
