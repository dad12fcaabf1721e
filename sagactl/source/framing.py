"""What surrounds the one document of a file is checked here: directives before it, and whatever follows it.

The parser is not asked about either: a long run of `%TAG` lines takes it quadratic time.
"""

from __future__ import annotations

from sagactl.source.node import Problem, Span, Text

_VERSION = "1.2"
# Python strips more than what is blank in YAML, U+0085 for one.
_BLANKS = " \t"


def directive_problems(text: Text) -> list[Problem]:
    """`%YAML 1.2` is the only directive of a saga, and `---` ends the directives."""
    if "%" not in text.string:
        return []
    seen: Span | None = None
    for number, line in enumerate(text.lines):
        if _is_blank(line):
            continue
        span = Span(number, 0, number, len(line.rstrip(_BLANKS)))
        if not line.startswith("%"):
            return [] if seen is None or _is_marker(line, "---") else [_unended(seen)]
        if problem := _directive(line.split(), span, seen):
            return [problem]
        seen = span
    return [] if seen is None else [_unended(seen)]


def trailing_problems(text: Text, end: int) -> list[Problem]:
    """After the document only comments and `...` may follow."""
    if not text.string[end:].strip(_BLANKS + "\r\n"):
        return []
    row, column = text.place(end)
    first, lines = row, text.lines
    for row in range(first, len(lines)):
        if row > first:
            column = 0
        line = lines[row][column:]
        if _is_blank(line) or (column == 0 and _is_marker(line, "...") and _is_blank(line[3:])):
            continue
        shift = len(line) - len(line.lstrip(_BLANKS))
        span = Span(row, column + shift, row, column + len(line.rstrip(_BLANKS)))
        if column == 0 and (_is_marker(line, "---") or line.startswith("%")):
            return [Problem("a second document starts here", span, help="put each saga in a file of its own")]
        if line[shift] in "]}":
            return [Problem(f"this `{line[shift]}` closes nothing", span, help="remove it")]
        return [Problem("the saga has ended before this text", span, help="remove it, or indent it as what is above")]
    return []


def _directive(words: list[str], span: Span, seen: Span | None) -> Problem | None:
    if words[0] != "%YAML":
        name = words[0] if len(words[0]) < 60 else words[0][:60] + "…"
        return Problem(f"the directive `{name}` is not supported", span, help="remove it")
    if seen is not None:
        return Problem("the version of YAML is stated twice", span, related=(("first stated here", seen),))
    if words[1:2] != [_VERSION] or (len(words) > 2 and not words[2].startswith("#")):
        return Problem(f"a saga is YAML {_VERSION}", span, help=f"write `%YAML {_VERSION}`, or remove the line")
    return None


def _unended(seen: Span) -> Problem:
    return Problem("the directive has no `---` after it", seen, help="write `---` on the next line, or remove it")


def _is_blank(line: str) -> bool:
    bare = line.lstrip(_BLANKS)
    return not bare or bare.startswith("#")


def _is_marker(line: str, marker: str) -> bool:
    return line.startswith(marker) and line[3:4] in ("", " ", "\t")
