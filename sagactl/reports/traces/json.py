"""A trace for programs: JSON, version 1; fields may be added, never removed."""

from __future__ import annotations

import json

from sagactl.trace import Trace, to_json


def render(trace: Trace) -> str:
    """The trace as one JSON text."""
    return json.dumps(to_json(trace), indent=2) + "\n"
