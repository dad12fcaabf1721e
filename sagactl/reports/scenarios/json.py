"""Played scenarios for programs: JSON, version 1; fields may be added, never removed."""

from __future__ import annotations

import json
from typing import Any, Final

from sagactl.reports.findings import Report
from sagactl.reports.findings import json as findings
from sagactl.reports.scenarios import Result, Run, reproduction
from sagactl.trace import to_json

VERSION: Final = 1


def render(run: Run) -> str:
    """The whole run as one JSON text; traces only when they are asked for."""
    data = {
        "version": VERSION,
        "scenarios": [_result(result, run.verbose) for result in run.results],
        "findings": json.loads(findings.render(Report(run.broken)))["findings"],
        "summary": {
            "passed": len(run.results) - run.failed,
            "failed": run.failed,
            "files_with_errors": len(run.broken),
            "deselected": run.deselected,
        },
    }
    return json.dumps(data, indent=2) + "\n"


def _result(result: Result, verbose: bool) -> dict[str, Any]:
    played = result.played
    shown = {
        "name": played.scenario.name,
        "path": result.path,
        "line": result.line,
        "saga": played.trace.saga,
        "definition": result.definition,
        "passed": played.passed,
        "outcome": played.trace.outcome,
        "duration_s": round(played.trace.duration_s, 6),
        "differences": [difference._asdict() for difference in played.differences],
        "command": reproduction(result),
    }
    return shown | ({"trace": to_json(played.trace)} if verbose else {})
