"""Colours for people: names for what a stretch of text means, and ANSI codes for it where a terminal is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

Style = Callable[[str, str], str]
"""(role, text) -> text"""

# Roles rather than colours; red and green never carry a meaning alone, a word or a sign always stands beside them.
ROLES: Final[dict[str, str]] = {
    "error": "1;31",
    "warning": "1;33",
    "info": "1;36",
    "code": "1",
    "path": "1",
    "frame": "34",
    "help": "1;36",
    "note": "1;34",
    "dim": "2",
    "good": "32",
    "bad": "31",
    "undo": "35",
    "fault": "1;33",
    "strong": "1",
    "heading": "1",
    "orchestration": "36",
    "choreography": "35",
}


def plain(role: str, text: str) -> str:
    """No colours."""
    return text


def coloured(role: str, text: str) -> str:
    """ANSI colours."""
    code = ROLES.get(role)
    return f"\x1b[{code}m{text}\x1b[0m" if code and text else text
