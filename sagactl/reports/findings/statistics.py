"""How often each rule has found something, the most frequent first: a table instead of the findings."""

from __future__ import annotations

from collections import Counter
from typing import NamedTuple

from sagactl.finding import SEVERITIES, Severity
from sagactl.reports.findings import Report
from sagactl.reports.style import Style


class Row(NamedTuple):
    """A rule, how grave its gravest finding is, and how many there are."""

    code: str
    name: str
    severity: Severity
    findings: int


def statistics(report: Report) -> tuple[Row, ...]:
    """A row for each rule that has found something."""
    found = [located.finding for _, located in report.findings()]
    counts = Counter((finding.code, finding.name) for finding in found)
    gravest: dict[str, Severity] = {}
    for finding in found:
        gravest[finding.code] = max(gravest.get(finding.code, "info"), finding.severity, key=SEVERITIES.index)
    rows = (Row(code, name, gravest[code], number) for (code, name), number in counts.items())
    return tuple(sorted(rows, key=lambda row: (-row.findings, row.code)))


def table(report: Report, style: Style) -> list[str]:
    """The rows as lines, with an empty one after them."""
    rows = statistics(report)
    width = max((len(str(row.findings)) for row in rows), default=0)
    lines = [
        f"{row.findings:>{width}}  {style(row.severity, row.severity[0].upper())} {style('code', row.code)} {row.name}"
        for row in rows
    ]
    return [*lines, ""] if lines else []
