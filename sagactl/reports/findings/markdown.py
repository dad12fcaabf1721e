"""Findings in Markdown, for a comment on a change or the summary of a CI job: a table, and what to do below it."""

from __future__ import annotations

from collections.abc import Iterator

from sagactl.escape import escape_lines
from sagactl.linter.linted import Located
from sagactl.reports.findings import Report, page_of, relative
from sagactl.reports.findings.tail import tail
from sagactl.reports.markup import code, sentence
from sagactl.reports.style import plain


def render(report: Report) -> str:
    """A heading with the counts, a row for each finding, and a closed section with what each needs."""
    return "\n".join(_lines(report)) + "\n"


def _lines(report: Report) -> Iterator[str]:
    yield "## sagactl lint"
    yield ""
    yield f"{tail(report._replace(style=plain))}."
    rows = [(relative(report, file.name), located) for file, located in report.findings()]
    if not rows:
        return
    yield ""
    yield "| where | severity | rule | what |"
    yield "| --- | --- | --- | --- |"
    for path, located in rows:
        yield f"| {_place(path, located)} | {located.finding.severity} | {_rule(report, located)} | {_what(located)} |"
    yield ""
    yield "<details><summary>What to do</summary>"
    for path, located in rows:
        yield from _remedy(path, located)
    yield ""
    yield "</details>"


def _place(path: str, located: Located) -> str:
    return f"`{code(path)}:{located.region.line}`"


def _rule(report: Report, located: Located) -> str:
    finding = located.finding
    name = f"{finding.code} {finding.name}"
    return f"[{name}]({page_of(finding, report.pages)})" if report.pages else name


def _what(located: Located) -> str:
    return sentence(located.finding.message)


def _remedy(path: str, located: Located) -> Iterator[str]:
    finding = located.finding
    yield ""
    yield f"**{_place(path, located)} {finding.name}**: {sentence(finding.message)}"
    if finding.help:
        yield ""
        # No line of a text from a file is a fence of four, and none of ours is longer.
        yield "````yaml"
        yield escape_lines(finding.help).replace("````", "'```")
        yield "````"
    if finding.note:
        yield ""
        yield sentence(finding.note)
    if finding.evidence is not None:
        yield ""
        yield from (f"{number}. {sentence(moment)}" for number, moment in enumerate(finding.evidence.moments, 1))
