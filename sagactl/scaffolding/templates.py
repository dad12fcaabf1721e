"""Commented definitions to start from: each is a file in `templates`, clean for lint and safe for verify."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Final

TEMPLATES: Final[Mapping[str, str]] = {
    "order": "steps one after the other, with a pivot and a mail behind it",
    "travel": "branches side by side that meet before the pivot, and a choice",
    "transfer": "money between two banks that share no transaction",
    "approval": "people who decide within days, and what their silence means",
    "choreography": "services that hear each other's events, and nobody in charge",
}
"""Each template with what it shows."""

_ID: Final = re.compile(r"(?m)^saga: .*$")
_FOLDER: Final = os.path.join(os.path.dirname(__file__), "templates")


def definition(template: str, name: str) -> str:
    """The definition of the template under another name."""
    with open(os.path.join(_FOLDER, f"{template}.saga.yaml"), encoding="utf-8") as file:
        return _ID.sub(f"saga: {name}", file.read(), count=1)
