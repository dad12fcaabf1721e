"""Findings as workflow commands: GitHub shows each beside the line of the change that it is about.

A name in a file may hold anything, a line `::error::` of its own too; so what is not visible is written out first, and
then what the commands themselves need is escaped.

Source: GitHub Actions, workflow commands; actions/toolkit, packages/core/src/command.ts, for the escapes.
"""

from __future__ import annotations

from typing import Final

from sagactl.escape import escape, escape_lines
from sagactl.finding import Evidence
from sagactl.linter.linted import Located
from sagactl.reports.findings import Report, relative

COMMANDS: Final = {"error": "error", "warning": "warning", "info": "notice"}


def render(report: Report) -> str:
    """A line for each finding."""
    return "".join(_command(relative(report, file.name), located) + "\n" for file, located in report.findings())


def _command(path: str, located: Located) -> str:
    finding, region = located.finding, located.region
    properties = {
        "title": f"{finding.code} {finding.name}",
        "file": escape(path),
        "line": str(region.line),
        "col": str(region.column),
        "endLine": str(region.end_line),
        "endColumn": str(region.end_column),
    }
    said = ",".join(f"{name}={property_text(value)}" for name, value in properties.items())
    return f"::{COMMANDS[finding.severity]} {said}::{message_text(_message(path, located))}"


def _message(path: str, located: Located) -> str:
    """The log shows nothing but the message, so it says the place once more."""
    finding, region = located.finding, located.region
    parts = [f"{escape(path)}:{region.line}:{region.column}: {finding.code} {escape(finding.message)}"]
    parts += [
        f"{name}: {escape_lines(text)}" for name, text in (("help", finding.help), ("note", finding.note)) if text
    ]
    if finding.evidence is not None:
        parts.append(_story(finding.evidence))
    return "\n".join(parts)


def _story(evidence: Evidence) -> str:
    return "\n".join(["seen:", *(f"{number}. {escape(each)}" for number, each in enumerate(evidence.moments, 1))])


def message_text(text: str) -> str:
    """A message as it may stand after the second pair of colons."""
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def property_text(text: str) -> str:
    """A value as it may stand between the pairs of colons."""
    return message_text(text).replace(":", "%3A").replace(",", "%2C")
