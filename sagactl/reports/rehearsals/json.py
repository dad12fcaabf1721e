"""Every fault at every step for programs: JSON, version 1; fields may be added, never removed."""

from __future__ import annotations

import json
from typing import Any, Final

from sagactl.reports.rehearsals import Shown, reproduction
from sagactl.simulator.matrix import Row

VERSION: Final = 1


def render(shown: Shown) -> str:
    """All rows, those of pairs after the others."""
    left_out = shown.singles.left_out + (shown.pairs.left_out if shown.pairs is not None else 0)
    rows = shown.rows
    data = {
        "version": VERSION,
        "saga": shown.singles.saga.id,
        "rows": [_row(shown, row) for row in rows],
        "summary": {
            **{end: sum(row.outcome == end for row in rows) for end in ("completed", "compensated", "parked")},
            "not_reached": sum(not row.is_reached for row in rows),
            "not_acceptable": sum(not row.is_acceptable for row in rows),
            "left_out": left_out,
        },
    }
    return json.dumps(data, indent=2) + "\n"


def _row(shown: Shown, row: Row) -> dict[str, Any]:
    return {
        "faults": [str(fault) for fault in row.case.faults],
        "beside": [str(fault) for fault in row.beside],
        "choices": dict(row.choices),
        "reached": row.is_reached,
        "acceptable": row.is_acceptable,
        "outcome": row.outcome,
        "compensated": list(row.compensated),
        "skipped": list(row.skipped),
        "dead_letters": [letter._asdict() for letter in row.dead_letters],
        "violations": [violation._asdict() for violation in row.violations],
        "duration_s": round(row.duration_s, 6),
        "command": reproduction(shown, row),
    }
