"""Comments that suppress findings: `# sagactl: ignore[SG101] why this is right here`.

A comment reaches the whole entry that it stands beside or above: a step, a participant, a key; above `saga:` it
reaches the file.  It needs a reason and may end: `# sagactl: ignore[SG101] until 2027-01-31: why`.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from typing import NamedTuple, cast

from sagactl.errors import UnknownName
from sagactl.finding import Edit, Finding, Fix, Region
from sagactl.linter import crashes
from sagactl.linter.linted import Located, Suppressed
from sagactl.linter.rule import Rule
from sagactl.source.check import RULE_NAMES
from sagactl.source.document import Document
from sagactl.source.node import Comment, Node

MARK = "sagactl:"


@cache
def _comment() -> re.Pattern[str]:
    """What a suppression looks like; most files have none, so it is compiled when the first one is met."""
    return re.compile(
        r"\s*sagactl:\s*ignore\s*(?:\[(?P<names>[^\]]*)\])?"
        r"(?:\s*until\s+(?P<until>\d{4}-\d{2}-\d{2})\b)?\s*[:—–-]*\s*(?P<reason>.*)"
    )


class Ignore(NamedTuple):
    """One comment: which rules, where it stands, which lines it reaches (from one, the last included)."""

    names: tuple[str, ...]
    reason: str
    until: str
    place: Region
    first_line: int
    last_line: int


def apply_ignores(
    document: Document,
    findings: list[Located],
    rules: tuple[Rule, ...],
    today: str,
    judged: bool = True,
    known: tuple[Rule, ...] | None = None,
) -> tuple[list[Located], list[Suppressed]]:
    """The findings that stay, with those on the comments themselves, and those that were suppressed.

    A comment may name every rule that is `known`, whether it was chosen or not; if not said, those built in.
    `judged` says whether the rules have looked at the saga: only then can a suppression turn out to be unused.
    One of a rule over all sagas is never called unused: in a run with more files it may be needed.
    """
    if MARK not in document.text.string:
        return findings, []
    chosen = {rule.code: rule for rule in rules}
    decided = {rule.code for rule in rules if rule.check_all is None}
    kept, problems, suppressed = list(findings), _misspelt(document), list[Suppressed]()
    for ignore in read_ignores(document):
        codes, wrong = _resolve(ignore, known, today)
        problems += wrong
        if wrong:
            continue
        taken = [located for located in kept if _reaches(ignore, codes, located)]
        kept = [located for located in kept if located not in taken]
        suppressed += (Suppressed(located, "comment", ignore.reason) for located in taken)
        if not taken and judged and codes <= decided:
            note = _note("SG991", "this suppression suppresses nothing", ignore.place)
            problems.append(note._replace(finding=note.finding._replace(fix=_removed(document, ignore.place))))
    return kept + [_graded(problem, chosen) for problem in problems if problem.finding.code in chosen], suppressed


def _graded(problem: Located, chosen: Mapping[str, Rule]) -> Located:
    """The remark as grave as this run has it."""
    rule = chosen[problem.finding.code]
    return problem._replace(finding=problem.finding._replace(severity=rule.decided or rule.severity))


def read_ignores(document: Document) -> list[Ignore]:
    """The suppressions of a document, in the order of its lines."""
    found = []
    for comment in document.comments:
        matched = _comment().match(comment.text) if MARK in comment.text else None
        if matched is not None:
            found.append(_ignore(document, comment, matched))
    return found


def _misspelt(document: Document) -> list[Located]:
    """Comments that address sagactl in words it does not know; their author believes that they do something."""
    help = "write `# sagactl: ignore[SG101] why this is right here`"
    return [
        _note("SG992", "this comment is none that sagactl understands", _place(comment), help)
        for comment in document.comments
        if comment.text.lstrip().startswith(MARK) and not _comment().match(comment.text)
    ]


def _ignore(document: Document, comment: Comment, matched: re.Match[str]) -> Ignore:
    first, last = _reach(document, comment)
    names = tuple(name.strip() for name in (matched["names"] or "").split(",") if name.strip())
    return Ignore(names, matched["reason"].strip(), matched["until"] or "", _place(comment), first, last)


def _place(comment: Comment) -> Region:
    column = comment.column + 1
    return Region(comment.line + 1, column, comment.line + 1, column + len(comment.text) + 1)


def _reach(document: Document, comment: Comment) -> tuple[int, int]:
    """The lines of the outermost entry that starts beside or after the comment, from one."""
    target = comment.line
    if comment.own_line:
        target = _next_line_of_text(document.lines, comment.line + 1)
    entry = _entry_at(document.root, target)
    if entry is None:
        return target + 1, target + 1
    key, value = entry
    if key is not None and key.value == "saga" and document.root is not None and _is_root_entry(document.root, key):
        return 1, len(document.lines)
    start = key if key is not None else value
    return start.span.line + 1, max(value.span.end_line + (value.span.end_column > 0), start.span.line + 1)


def _next_line_of_text(lines: list[str], line: int) -> int:
    while line < len(lines) and (not lines[line].strip() or lines[line].lstrip().startswith("#")):
        line += 1
    return line


def _is_root_entry(root: Node, key: Node) -> bool:
    return root.kind == "mapping" and any(pair[0] is key for pair in cast("list[tuple[Node, Node]]", root.value))


def _entry_at(node: Node | None, line: int) -> tuple[Node | None, Node] | None:
    """The outermost entry that starts on the line: (key, value) of a mapping, or (None, item) of a list."""
    while node is not None and node.kind != "scalar":
        below: Node | None = None
        for key, value in _entries(node):
            start = (key or value).span.line
            if start == line:
                return key, value
            if start < line <= value.span.end_line:
                below = value
        node = below
    return None


def _entries(node: Node) -> list[tuple[Node | None, Node]]:
    if node.kind == "mapping":
        return [(key, value) for key, value in cast("list[tuple[Node, Node]]", node.value)]
    return [(None, item) for item in cast("list[Node]", node.value)]


def _reaches(ignore: Ignore, codes: frozenset[str], located: Located) -> bool:
    finding = located.finding
    if finding.code not in codes or stays(finding):
        return False
    return ignore.first_line <= located.region.line <= ignore.last_line


_VALIDITY = frozenset(RULE_NAMES)


def stays(finding: Finding) -> bool:
    """Whether nobody can accept a finding: a definition that cannot be built cannot be wished into one."""
    return finding.code == crashes.CODE or (finding.severity == "error" and finding.code in _VALIDITY)


def _resolve(ignore: Ignore, known: tuple[Rule, ...] | None, today: str) -> tuple[frozenset[str], list[Located]]:
    """The codes that a comment names, or what is wrong with it; a comment that is wrong suppresses nothing."""
    from sagactl.linter.registry import find

    codes: set[str] = set()
    problems: list[Located] = []
    for name in ignore.names:
        try:
            codes.add(find(name, known).code)
        except UnknownName as error:
            problems.append(_note("SG992", error.message, ignore.place, error.help))
    if not ignore.names:
        problems.append(_note("SG992", "this suppression names no rule", ignore.place, "write `ignore[SG101]`"))
    if not ignore.reason:
        help = "say after the bracket why the finding is right to be ignored here"
        problems.append(_note("SG000", "this suppression gives no reason", ignore.place, help))
    if ignore.until and today and ignore.until < today:
        problems.append(_note("SG993", f"this suppression ended on {ignore.until}", ignore.place))
    return frozenset(codes), problems


def _removed(document: Document, place: Region) -> Fix:
    """Without the comment: its line goes with it if it has one to itself, else the blanks before it."""
    line = document.lines[place.line - 1]
    column = len(line[: place.column - 1].rstrip()) + 1
    if column > 1:
        region = place._replace(column=column)
    elif place.line < len(document.lines):
        region = Region(place.line, 1, place.line + 1, 1)
    else:
        above = document.lines[place.line - 2] if place.line > 1 else ""
        region = Region(max(1, place.line - 1), len(above) + 1, place.line, place.end_column)
    return Fix("remove the comment", (Edit(region, ""),))


def _note(code: str, message: str, place: Region, help: str = "") -> Located:
    from sagactl.linter.registry import find

    rule = find(code)
    return Located(Finding(code, rule.name, rule.severity, message, place, help=help, note=rule.why), place)
