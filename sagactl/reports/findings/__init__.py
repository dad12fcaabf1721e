"""Findings, one file per format; a member is a module with `render(report) -> str`.

A `Report` is what a lint run has to say: the files in order, and what was left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

from sagactl.finding import SEVERITIES, Finding, Region, Related, Severity
from sagactl.linter.linted import Linted, Located
from sagactl.model import Route
from sagactl.reports.style import Style, plain

FORMATS: Final = ("full", "concise", "json")


class Report(NamedTuple):
    """The linted files of a run, and how to show them; a width of 0 stands for no terminal."""

    files: tuple[Linted, ...]
    style: Style = plain
    width: int = 0

    def findings(self) -> Iterator[tuple[Linted, Located]]:
        return ((file, located) for file in self.files for located in file.findings)


class Summary(NamedTuple):
    """The counts of a run."""

    errors: int
    warnings: int
    infos: int
    files: int
    suppressed: int
    baselined: int
    fixable: int


def summary(report: Report) -> Summary:
    """The counts of a run."""
    found = [located.finding for _, located in report.findings()]
    count: dict[Severity, int] = {
        severity: sum(finding.severity == severity for finding in found) for severity in SEVERITIES
    }
    return Summary(
        errors=count["error"],
        warnings=count["warning"],
        infos=count["info"],
        files=len(report.files),
        suppressed=_accepted(report, "comment"),
        baselined=_accepted(report, "baseline"),
        fixable=sum(finding.fix is not None for finding in found),
    )


def _accepted(report: Report, by: str) -> int:
    return sum(accepted.by == by for file in report.files for accepted in file.suppressed)


def reaches(finding: Finding, threshold: Severity) -> bool:
    """Whether a finding is at least as grave as the threshold."""
    return SEVERITIES.index(finding.severity) >= SEVERITIES.index(threshold)


def page_of(finding: Finding) -> str:
    """Where the rule is explained, relative to the project's documentation."""
    return f"docs/rules/{finding.name}.md"


def region_of(related: Related) -> Region:
    """The region of a related place: lint has made it concrete."""
    assert isinstance(related.place, Region), "the related places of a linted file are regions"
    return related.place


def pointer(route: Route) -> str:
    """A route as a JSON pointer (RFC 6901), empty for the whole."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in route)
