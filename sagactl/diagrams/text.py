"""How much room a text takes, and how it is broken into lines."""

from __future__ import annotations

from collections.abc import Iterator
from unicodedata import combining, east_asian_width


def cells(text: str) -> int:
    """The columns that a text takes on a terminal."""
    if text.isascii():
        return len(text)
    return sum(_cells(char) for char in text)


def clip(text: str, width: int, more: str = "…") -> str:
    """The text, cut off so that it takes no more than so many columns."""
    if cells(text) <= width:
        return text
    room = width - cells(more)
    if room < 0:
        return ""
    taken, used = 0, 0
    for char in text:
        used += _cells(char)
        if used > room:
            break
        taken += 1
    return text[:taken] + more


def wrap(text: str, width: int) -> list[str]:
    """The text in lines of at most so many columns, broken at spaces, and inside a word only where it must be."""
    lines: list[str] = []
    line = ""
    for word in _words(text, max(width, 1)):
        joined = f"{line} {word}" if line else word
        if cells(joined) <= width or not line:
            line = joined
        else:
            lines.append(line)
            line = word
    return [*lines, line] if line or not lines else lines


def _words(text: str, width: int) -> Iterator[str]:
    for word in text.split(" "):
        rest = word
        while cells(rest) > width:
            cut = _cut(rest, width)
            yield rest[:cut]
            rest = rest[cut:]
        if rest:
            yield rest


def _cut(word: str, width: int) -> int:
    """Where to break a word that is too long: behind a hyphen if one is near, else where the room ends."""
    used, fits = 0, 0
    for char in word:
        used += _cells(char)
        if used > width:
            break
        fits += 1
    hyphen = max(word.rfind(mark, 0, fits) for mark in "-_./")
    return hyphen + 1 if hyphen >= fits // 2 and hyphen > 0 else max(fits, 1)


def _cells(char: str) -> int:
    if combining(char):
        return 0
    return 2 if east_asian_width(char) in "WF" else 1
