"""The characters that drawings in text are made of, in Unicode and in ASCII."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True, kw_only=True)
class Glyphs:
    """The characters that a drawing is made of."""

    start: str
    step: str
    wait: str
    saga: str
    pivot: str
    choice: str
    end: str
    done: str
    failing: str
    idle: str
    bar: str
    first: str
    middle: str
    last: str
    dash: str
    back: str
    forth: str
    leader: str
    dot: str
    more: str


UNICODE: Final = Glyphs(
    start="○", step="●", wait="◔", saga="▣", pivot="◆", choice="◇", end="◎", done="✓", failing="✗", idle="·",
    bar="│", first="┌", middle="├", last="└", dash="─", back="◀", forth="▶", leader="╌", dot="·", more="…",
)  # fmt: skip
ASCII: Final = Glyphs(
    start="o", step="*", wait="@", saga="&", pivot="#", choice="?", end="O", done="+", failing="X", idle="-",
    bar="|", first=".", middle="+", last="'", dash="-", back="<", forth=">", leader=".", dot="-", more="...",
)  # fmt: skip
