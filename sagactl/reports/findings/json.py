"""Findings for programs: JSON, version 1; fields may be added, never removed."""

from __future__ import annotations

from typing import Any, Final

from sagactl.finding import Region, Related
from sagactl.linter.baseline import Entry
from sagactl.linter.linted import Linted, Located
from sagactl.reports.findings import Report, as_json, page_of, pointer, region_of, summary
from sagactl.reports.findings.statistics import statistics

VERSION: Final = 1


def render(report: Report) -> str:
    """The whole report as one JSON text."""
    data: dict[str, Any] = {
        "version": VERSION,
        "findings": [_finding(report, file, located) for file, located in report.findings()],
        "summary": summary(report)._asdict(),
    }
    if report.stale:
        data["stale"] = [_stale(entry) for entry in report.stale]
    if report.statistics:
        data["statistics"] = [row._asdict() for row in statistics(report)]
    return as_json(data)


def _finding(report: Report, file: Linted, located: Located) -> dict[str, Any]:
    finding = located.finding
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "path": file.name,
        "saga": finding.saga,
        "step": finding.step,
        "pointer": pointer(located.route),
        "range": _range(located.region),
        "related": [_related(file, related) for related in finding.related],
        "help": finding.help,
        "note": finding.note,
        "url": page_of(finding, report.pages),
        "fix": _fix(located),
        "evidence": finding.evidence._asdict() if finding.evidence is not None else None,
    }


def _range(region: Region) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": region.line, "column": region.column},
        "end": {"line": region.end_line, "column": region.end_column},
    }


def _related(file: Linted, related: Related) -> dict[str, Any]:
    return {
        "message": related.message,
        "path": related.path or file.name,
        "range": _range(region_of(related)),
    }


def _fix(located: Located) -> dict[str, Any] | None:
    fix = located.finding.fix
    if fix is None:
        return None
    edits = [{"range": _range(edit.region), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}


def _stale(entry: Entry) -> dict[str, Any]:
    """An entry of the baseline for which fewer findings are left than it accepts."""
    own = entry.identity
    data = {"code": own.rule, "path": own.path, "saga": own.saga, "step": own.step}
    return {**data, "message": entry.message, "count": entry.times}
