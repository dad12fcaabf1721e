"""Findings, one file per format; a member is a module with `render(report) -> str`.

A `Report` is what a lint run has to say: the files in order, and what was left out.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import pairwise
from types import MappingProxyType
from typing import TYPE_CHECKING, Final, NamedTuple

from sagactl.escape import escape_json
from sagactl.finding import SEVERITIES, Edit, Finding, Fix, Region, Related, Severity
from sagactl.linter import crashes
from sagactl.linter.linted import Linted, Located
from sagactl.linter.rule import Rule
from sagactl.model import Route
from sagactl.reports.style import Style, plain
from sagactl.source.node import Text

if TYPE_CHECKING:
    from sagactl.linter.baseline import Entry

FORMATS: Final = ("full", "concise", "json", "sarif", "github", "gitlab", "junit", "rdjson", "markdown")
FOR_PEOPLE: Final = ("full", "concise", "markdown")
"""Formats that have nothing to say where nothing was found; the others are read by programs, which want an answer."""


COUNTING: Final = ("full", "concise", "json")
"""Formats that can say how often each rule has found something."""


class Report(NamedTuple):
    """The linted files of a run, and how to show them; a width of 0 stands for no terminal.

    `texts` are those of other files that findings point into, `rules` all that were known, `stale` the entries of the
    baseline for which nothing is left, `version` is ours.  Paths are written as seen from `root`, the folder of the
    call, and the pages of the rules are below `pages`, a web address, if they are published.  `fixed` is how many
    findings are gone because they were fixed, None where nobody asked for that.
    """

    files: tuple[Linted, ...]
    style: Style = plain
    width: int = 0
    texts: Mapping[str, Text] = MappingProxyType({})
    rules: tuple[Rule, ...] = ()
    stale: tuple[Entry, ...] = ()
    root: str = ""
    pages: str = ""
    version: str = "0"
    statistics: bool = False
    fixed: int | None = None

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
    unsafely_fixable: int
    fixed: int


def summary(report: Report) -> Summary:
    """The counts of a run."""
    found = [located.finding for _, located in report.findings()]
    count: dict[Severity, int] = {
        severity: sum(finding.severity == severity for finding in found) for severity in SEVERITIES
    }
    fixes = [finding.fix for finding in found if finding.fix is not None]
    return Summary(
        errors=count["error"],
        warnings=count["warning"],
        infos=count["info"],
        files=len(report.files),
        suppressed=_accepted(report, "comment"),
        baselined=_accepted(report, "baseline"),
        fixable=len(fixes),
        unsafely_fixable=sum(not fix.safe for fix in fixes),
        fixed=report.fixed or 0,
    )


def _accepted(report: Report, by: str) -> int:
    return sum(accepted.by == by for file in report.files for accepted in file.suppressed)


def reaches(finding: Finding, threshold: Severity) -> bool:
    """Whether a finding is at least as grave as the threshold."""
    return SEVERITIES.index(finding.severity) >= SEVERITIES.index(threshold)


def page_of(finding: Finding, pages: str = "") -> str:
    """Where the rule is explained: below the address of the published pages, else in the project's documentation."""
    if finding.code == crashes.CODE:
        return "docs/reference/commands.md#exit-codes"
    if not finding.code.startswith("SG"):
        from sagactl.verdict import TITLES

        if TITLES.get(finding.code) == finding.name:
            return "docs/reference/properties.md"
    return f"{pages.rstrip('/')}/{finding.name}.md" if pages else f"docs/rules/{finding.name}.md"


def region_of(related: Related) -> Region:
    """The region of a related place: lint has made it concrete."""
    assert isinstance(related.place, Region), "the related places of a linted file are regions"
    return related.place


def pointer(route: Route) -> str:
    """A route as a JSON pointer (RFC 6901), empty for the whole."""
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in route)


def as_json(data: object) -> str:
    """Data as JSON; everything that is not ASCII is escaped."""
    from json import dumps

    return escape_json(dumps(data, indent=2)) + "\n"


def relative(report: Report, name: str) -> str:
    """A path with slashes, relative to the folder of the call where it lies in it."""
    path = name.replace("\\", "/") if "\\" in report.root else name
    root = report.root.replace("\\", "/").rstrip("/") + "/"
    return (path.removeprefix(root) if report.root else path).removeprefix("./")


def merged(fix: Fix, text: Text) -> Edit:
    """The edits of a fix as one, for formats that know no more: from the first to the last, with what is between."""
    edits = sorted(fix.edits)
    first, last = edits[0].region, edits[-1].region
    written = edits[0].text
    for before, after in pairwise(edits):
        written += between(text, before.region, after.region) + after.text
    return Edit(Region(first.line, first.column, last.end_line, last.end_column), written)


def between(text: Text, before: Region, after: Region) -> str:
    """The text from the end of a region to the start of a later one."""
    lines = text.lines[before.end_line - 1 : after.line]
    if not lines:
        return ""
    lines[-1] = lines[-1][: after.column - 1]
    lines[0] = lines[0][before.end_column - 1 :]
    return "\n".join(lines)
