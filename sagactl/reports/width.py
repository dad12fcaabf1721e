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
    while text and width(text) > columns - 1:
        text = text[:-1]
    return text + "…" + " " * (columns - 1 - width(text))
