"""How a text is changed, for people and for `patch`: lines that go and lines that come."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Final

from sagactl.escape import escape
from sagactl.finding import Edit
from sagactl.reports.style import Style
from sagactl.source.edit import apply
from sagactl.source.node import Text

MAX_LINES: Final = 8
"""Of a change that is shown beside a finding; of a longer one the beginning is."""

_ROLES: Final = {"-": "bad", "+": "good", "@": "code"}


def change_lines(text: Text, edits: Iterable[Edit], style: Style) -> list[str]:
    """The lines that edits take out and put in, without those around them and what all of them are indented by."""
    changed = [line for line in _difference(text, Text(apply(text, edits)), 0) if line.startswith(("+", "-"))]
    indent = min((len(line) - len(line[1:].lstrip(" ")) for line in changed if line[1:].strip()), default=1)
    more = [f"… {len(changed) - MAX_LINES} more lines"] if len(changed) > MAX_LINES else []
    return [_shown(f"{line[0]} {line[indent:]}", style) for line in changed[:MAX_LINES]] + more


def unified(name: str, before: Text, after: Text, style: Style) -> str:
    """The difference in the unified format; nothing where there is none."""
    lines = list(_difference(before, after, 3))
    if not lines:
        return ""
    heads = [style("bad", f"--- {escape(name)}"), style("good", f"+++ {escape(name)}")]
    return "\n".join([*heads, *(_shown(line, style) for line in lines)]) + "\n"


def _difference(before: Text, after: Text, around: int) -> Iterator[str]:
    from difflib import unified_diff

    lines = unified_diff(_lines(before), _lines(after), n=around, lineterm="")
    for line in list(lines)[2:]:
        yield from line.split("\n")


def _lines(text: Text) -> list[str]:
    """The lines without their ends; a last one without an end says so, as `diff` does."""
    *lines, last = text.lines
    return [*lines, last + "\n\\ No newline at end of file"] if last else lines


def _shown(line: str, style: Style) -> str:
    """A line with its sign in the colour of what becomes of it; tabs stay, as in the file."""
    role = _ROLES.get(line[:1])
    shown = "\t".join(map(escape, line.split("\t")))
    return style(role, shown) if role is not None else shown
