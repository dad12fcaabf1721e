"""Sentences of ours in Markdown: names stand between backticks, and what they hold is shown as it is."""

from __future__ import annotations

import re

from sagactl.escape import escape

_SPECIAL = re.compile(r"([\\*_\[\]|~$@#])")
"""What would be layout, a mention or a reference; no line begins with a text from a definition."""


def sentence(text: str) -> str:
    """A sentence whose names stand between backticks."""
    pieces = escape(text).split("`")
    if len(pieces) % 2 == 0:
        return prose("".join(pieces))
    return "".join(f"`{code(piece)}`" if place % 2 else prose(piece) for place, piece in enumerate(pieces))


def prose(text: str) -> str:
    """Words that are no layout, whatever stands in them."""
    return _SPECIAL.sub(r"\\\1", text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;"))


def code(text: str) -> str:
    """What may stand between two backticks, in a table too."""
    return escape(text).replace("`", "'").replace("|", "\\|")
