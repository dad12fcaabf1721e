"""Findings for people: where, what, the line with the token underlined, what to do, and why it hurts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from sagactl.escape import escape, escape_lines
from sagactl.finding import SEVERITIES, Evidence, Finding, Fix, Region, Related
from sagactl.linter.linted import Linted, Located
from sagactl.reports.findings import Report, page_of, region_of
from sagactl.reports.findings.tail import ending
from sagactl.reports.style import Style
from sagactl.reports.width import fit, width
from sagactl.source.node import Text

MAX_COLUMNS = 200
"""Of a source line that is shown where there is no terminal; a longer one is cut around the place."""

LETTERS = {"error": "E", "warning": "W", "info": "I"}


class Look(NamedTuple):
    """How a finding is shown: its colours, and how wide a line may be."""

    style: Style
    width: int


def render(report: Report) -> str:
    """All findings, or only how many of each rule, then a line with the counts."""
    if report.statistics:
        from sagactl.reports.findings.statistics import table

        return "\n".join([*table(report, report.style), *ending(report)]) + "\n"
    look = Look(report.style, report.width or MAX_COLUMNS)
    texts = {**report.texts, **{file.name: file.text for file in report.files if file.findings}}
    blocks = [_block(file, located, texts, look) for file, located in report.findings()]
    return "\n".join([*blocks, *ending(report), *_more(report)]) + "\n"


def _more(report: Report) -> list[str]:
    """Where more is said of a rule: once, with the gravest finding as the example, rather than under each."""
    known = {rule.code for rule in report.rules}
    codes = (located.finding for _, located in report.findings() if located.finding.code in known)
    gravest = max(codes, key=lambda finding: SEVERITIES.index(finding.severity), default=None)
    if gravest is None:
        return []
    page = f" or at {page_of(gravest, report.pages)}" if report.pages else ""
    return [f"more on a rule with `sagactl explain {gravest.code}`{page}"]


def _block(file: Linted, located: Located, texts: Mapping[str, Text], look: Look) -> str:
    style, finding = look.style, located.finding
    gutter = len(str(max(region.line for region in _regions(located))))
    lines = [header(file.name, located, style)]
    if file.text.string:
        lines += _snippet(file.text, located.region, "", finding.severity, gutter, look)
        for related in sorted(finding.related, key=_is_elsewhere):
            lines += _related(texts.get(related.path, file.text), related, gutter, look)
        lines.append(_bar(gutter, style))
    lines += _remarks(finding, gutter, style)
    if finding.fix is not None:
        lines += _fix(file.text, finding.fix, gutter, style)
    return "\n".join(lines) + "\n"


def header(name: str, located: Located, style: Style) -> str:
    """`path:line:column: E SG101 missing-compensation: message`"""
    finding, region = located.finding, located.region
    place = style("path", f"{spot(name, region)}:")
    grade = style(finding.severity, LETTERS[finding.severity])
    return f"{place} {grade} {style('code', finding.code)} {finding.name}: {escape(finding.message)}"


def spot(path: str, region: Region) -> str:
    """`path:line:column`"""
    return f"{escape(path)}:{region.line}:{region.column}"


def _regions(located: Located) -> list[Region]:
    return [located.region, *map(region_of, located.finding.related)]


def _is_elsewhere(related: Related) -> bool:
    """Whether a place stands in another file; those come last, so that the lines of this one stay together."""
    return bool(related.path)


def _related(text: Text, related: Related, gutter: int, look: Look) -> list[str]:
    region = region_of(related)
    snippet = _snippet(text, region, related.message, "note", gutter, look, mark="-")
    if not related.path:
        return snippet
    frame = look.style("frame", " " * gutter + " :::")
    return [f"{frame} {look.style('path', spot(related.path, region))}", *snippet]


def _snippet(text: Text, region: Region, label: str, role: str, gutter: int, look: Look, mark: str = "^") -> list[str]:
    """The source line with its number, and a mark under the token; a long line is cut around it."""
    if region.line > len(text.lines):
        return []
    style, room = look.style, max(look.width - gutter - 4, 20)
    source = text.lines[region.line - 1]
    start = min(region.column - 1, len(source))
    end = region.end_column - 1 if region.end_line == region.line else len(source)
    end = max(min(end, len(source), start + room // 2), start)
    is_long = len(source) > room or width(escape(source)) > room
    left = max(0, start - room // 3) if is_long else 0
    # Of a line of millions of characters only what can be shown is looked at.
    before, token, after = source[left:start], source[start:end], source[end : end + room]
    shown = ("…" if left else "") + escape(before)
    line = f"{shown}{escape(token)}{escape(after)}".rstrip()
    number = style("frame", f"{region.line:>{gutter}} |")
    marks = style(role, mark * max(1, width(escape(token)))) + (f" {style(role, escape(label))}" if label else "")
    return [
        f"{number} {line if width(line) <= room else fit(line, room).rstrip()}",
        f"{_bar(gutter, style)} {' ' * width(shown)}{marks}",
    ]


def _bar(gutter: int, style: Style) -> str:
    return style("frame", " " * gutter + " |")


def _remarks(finding: Finding, gutter: int, style: Style) -> list[str]:
    lines = []
    for role, text in (("help", finding.help), ("note", finding.note)):
        if text:
            first, *more = escape_lines(text).split("\n")
            lead = f"{' ' * gutter} {style('frame', '=')} {style(role, role + ':')} "
            lines.append(lead + first)
            lines += [" " * (gutter + 9) + line for line in more]
    if finding.evidence is not None:
        lines.append(f"{' ' * gutter} {style('frame', '=')} {style('note', 'seen:')} {_with(finding.evidence)}")
        lines += [f"{' ' * (gutter + 9)}{number}. {escape(m)}" for number, m in enumerate(finding.evidence.moments, 1)]
    return lines


def _fix(text: Text, fix: Fix, gutter: int, style: Style) -> list[str]:
    """What would be changed, and by which option: the lines as they are and as they would be."""
    from sagactl.reports.differences import change_lines

    option = "--fix" if fix.safe else "--unsafe-fixes"
    lead = f"{' ' * gutter} {style('frame', '=')} {style('help', 'fix:')} {escape(fix.title)} (`{option}`)"
    return [lead, *(" " * (gutter + 9) + line for line in change_lines(text, fix.edits, style))]


def _with(evidence: Evidence) -> str:
    """What has to go wrong for the story that follows, as `simulate --fault` takes it."""
    return f"with {escape(', '.join(evidence.faults))}" if evidence.faults else "how it happens"
