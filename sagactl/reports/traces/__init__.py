"""Traces of rehearsals, one file per format; a member is a module with `render(trace, ...) -> str`.

The views `timeline` and `sequence` are members too: `text` and `mermaid` can show a trace as either.
"""

from __future__ import annotations

from typing import Final

FORMATS: Final = ("text", "json", "mermaid", "html")
VIEWS: Final = ("table", "timeline", "sequence")
