"""How wide text is on a terminal: wide characters take two columns, combining ones none."""

from __future__ import annotations


def width(text: str) -> int:
    """Columns that the text takes."""
    if text.isascii():
        return len(text)
    from unicodedata import combining, east_asian_width

    return sum(0 if combining(char) else 2 if east_asian_width(char) in "WF" else 1 for char in text)


def fit(text: str, columns: int) -> str:
    """The text padded with blanks, or cut with an ellipsis, to so many columns."""
    missing = columns - width(text)
    if missing >= 0:
        return text + " " * missing
    taken, used = 0, 0
    for char in text:
        if used + width(char) > columns - 1:
            break
        taken, used = taken + 1, used + width(char)
    return text[:taken] + "…" + " " * (columns - 1 - used)
