"""Findings as a code quality report, which GitLab shows in merge requests.

GitLab compares the fingerprints of two branches: what both have is old, and only the rest is shown.

Source: GitLab documentation, Code Quality, "Code Quality report format".
"""

from __future__ import annotations

from typing import Any, Final

from sagactl.escape import escape
from sagactl.finding import Region
from sagactl.linter.identity import fingerprint, numbered
from sagactl.reports.findings import Report, as_json, relative

SEVERITIES: Final = {"error": "major", "warning": "minor", "info": "info"}


def render(report: Report) -> str:
    """All findings as one JSON list."""
    return as_json(list(_issues(report)))


def _issues(report: Report) -> list[dict[str, Any]]:
    issues = []
    for file in report.files:
        path = relative(report, file.name)
        for located, identity, number in list(numbered(file))[: len(file.findings)]:
            finding = located.finding
            issues.append(
                {
                    "description": f"{finding.name}: {escape(finding.message)}",
                    "check_name": finding.code,
                    "fingerprint": fingerprint(identity, number, path),
                    "severity": SEVERITIES[finding.severity],
                    "location": {"path": escape(path), "positions": _positions(located.region)},
                }
            )
    return issues


def _positions(region: Region) -> dict[str, dict[str, int]]:
    return {
        "begin": {"line": region.line, "column": region.column},
        "end": {"line": region.end_line, "column": region.end_column},
    }
