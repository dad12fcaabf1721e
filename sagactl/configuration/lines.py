"""Where a key stands in a TOML text; the parser of the standard library reads values and forgets their lines.

The text has been parsed before, so lines that look like keys nearly always are; the answer only guides the eye.
"""

from __future__ import annotations

import re

_word = re.compile(r"\"([^\"]*)\"|'([^']*)'|([A-Za-z0-9_-]+)")


def line_of(text: str, route: tuple[str, ...]) -> int:
    """The line, from one, of a key or of the table that holds it; 0 when neither is found."""
    table: tuple[str, ...] = ()
    best, depth = 0, 0
    for number, line in enumerate(text.split("\n"), 1):
        start = line.strip()
        if start.startswith("["):
            table = found = _keys(start.strip("[] ").partition("]")[0])
        elif "=" in start and not start.startswith("#"):
            found = (*table, *_keys(start.partition("=")[0]))
        else:
            continue
        common = len(found) if found == route[: len(found)] else 0
        if found[: len(route)] == route:
            return number
        if common > depth:
            best, depth = number, common
    return best


def line_of_word(text: str, word: str) -> int:
    """The line, from one, that first holds a word as a key or as a text; 0 when none does."""
    for number, line in enumerate(text.split("\n"), 1):
        if not line.lstrip().startswith("#") and word in _keys(line):
            return number
    return 0


def _keys(text: str) -> tuple[str, ...]:
    return tuple(double or single or bare for double, single, bare in _word.findall(text))
