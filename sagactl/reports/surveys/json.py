"""What a report holds, for programs: the shape of version 1, to which fields may be added."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence

from sagactl.reports.surveys.entries import Entry

VERSION = 1


def render(entries: Sequence[Entry], folder: str, reasons: Callable[[Entry], Sequence[str]], code: int) -> str:
    """One JSON document, all of it ASCII; `reasons` say why a definition makes the call end with `code`."""
    document = {
        "version": VERSION,
        "folder": folder,
        "index": "index.html",
        "definitions": [{**_entry(each), "reasons": list(reasons(each))} for each in entries],
        "exit": code,
    }
    return json.dumps(document, indent=2, ensure_ascii=True, allow_nan=False) + "\n"


def _entry(each: Entry) -> dict[str, object]:
    return {
        "page": f"{each.page}.html",
        "saga": each.saga,
        "path": each.path,
        "steps": each.steps,
        "findings": {f"{name}s": number for name, number in each.counted},
        "verdict": each.verdict,
        "recommendation": each.advice.recommendation if each.advice else None,
        "strength": each.advice.strength if each.advice else None,
        "rehearsals": None if each.runs is None else {"runs": each.runs, "not_acceptable": each.unacceptable},
        "defects": list(each.defects),
    }
