"""Findings, one line each, as editors and other tools read them."""

from __future__ import annotations

from sagactl.finding import Finding
from sagactl.reports.findings import Report, full, region_of
from sagactl.reports.findings.full import header, spot
from sagactl.reports.findings.tail import ending


def render(report: Report) -> str:
    """A line per finding, or per rule, then a line with the counts."""
    if report.statistics:
        return full.render(report)
    lines = [
        header(file.name, located, report.style) + _elsewhere(located.finding) for file, located in report.findings()
    ]
    return "\n".join([*lines, *ending(report)]) + "\n"


def _elsewhere(finding: Finding) -> str:
    """The places in other files that a finding is about."""
    spots = [spot(related.path, region_of(related)) for related in finding.related if related.path]
    return f" (see {', '.join(spots)})" if spots else ""
