"""Traces of rehearsals, one file per format; a member is a module with `render(trace, ...) -> str`."""

from __future__ import annotations

from typing import Final

FORMATS: Final = ("text", "json")
