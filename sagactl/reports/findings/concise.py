"""Findings, one line each, as editors and other tools read them."""

from __future__ import annotations

from sagactl.reports.findings import Report
from sagactl.reports.findings.full import header, tail


def render(report: Report) -> str:
    """A line per finding, then a line with the counts."""
    lines = [header(file.reading.name, located, report.style) for file, located in report.findings()]
    return "\n".join([*lines, tail(report)]) + "\n"
