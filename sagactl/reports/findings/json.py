"""Findings for programs: JSON, version 1; fields may be added, never removed."""

from __future__ import annotations

import json
from typing import Any, Final

from sagactl.finding import Place, Region, Related
from sagactl.linter.lint import Linted, Located, locate
from sagactl.reports.findings import Report, page_of, summary
from sagactl.source.document import Document

VERSION: Final = 1


def render(report: Report) -> str:
    """The whole report as one JSON text; everything that is not ASCII is escaped."""
    data = {
        "version": VERSION,
        "findings": [_finding(file, located) for file, located in report.findings()],
        "summary": summary(report)._asdict(),
    }
    return json.dumps(data, indent=2) + "\n"


def _finding(file: Linted, located: Located) -> dict[str, Any]:
    finding, document = located.finding, file.reading.document
    return {
        "code": finding.code,
        "name": finding.name,
        "severity": finding.severity,
        "message": finding.message,
        "path": file.reading.name,
        "saga": finding.saga,
        "step": finding.step,
        "pointer": _pointer(document, finding.place),
        "range": _range(located.region),
        "related": [_related(file, related) for related in finding.related],
        "help": finding.help,
        "note": finding.note,
        "url": page_of(finding),
        "fix": _fix(located),
        "evidence": finding.evidence._asdict() if finding.evidence is not None else None,
    }


def _pointer(document: Document, place: Place | Region) -> str:
    """The place as a JSON pointer (RFC 6901), empty for the whole."""
    route = place.route if isinstance(place, Place) else document.route_at(place.line - 1, place.column - 1)
    return "".join("/" + str(part).replace("~", "~0").replace("/", "~1") for part in route)


def _range(region: Region) -> dict[str, dict[str, int]]:
    return {
        "start": {"line": region.line, "column": region.column},
        "end": {"line": region.end_line, "column": region.end_column},
    }


def _related(file: Linted, related: Related) -> dict[str, Any]:
    return {
        "message": related.message,
        "path": related.path or file.reading.name,
        "range": _range(locate(file.reading.document, related.place)),
    }


def _fix(located: Located) -> dict[str, Any] | None:
    fix = located.finding.fix
    if fix is None:
        return None
    edits = [{"range": _range(edit.region), "text": edit.text} for edit in fix.edits]
    return {"title": fix.title, "safe": fix.safe, "edits": edits}
