"""No file crashes, hangs or fills the memory of the reader, and each gets an answer with a place in the text."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sagactl.source.characters import MAX_PROBLEMS
from sagactl.source.document import Document, parse
from sagactl.source.events import MAX_NODES
from sagactl.source.node import Node, Problem, Span
from sagactl.source.opening import read_file
from tests.hostile.cases import CASES, POSSIBLE, Case

# Guards, not benchmarks: they catch what is exponential or quadratic.
LIMIT_S = 10
LIMIT_MB = 200

GUARDED = """
import resource, sys, time
from sagactl.source.document import parse
from sagactl.source.opening import read_file
import sagactl.source.events, sagactl.source.framing, sagactl.source.parser, sagactl.source.syntax
parse(b"saga: a  # b").comments
with open("/proc/self/statm") as statm:
    used = int(statm.read().split()[0]) * resource.getpagesize()
limit = used + int(sys.argv[2]) * 1024 * 1024
resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
data = read_file(sys.argv[1])
if isinstance(data, bytes):
    document = parse(data)
    document.lines, document.comments
    print(len(document.problems), document.root is None)
"""


def walk(document: Document) -> Iterator[Node]:
    """Every node of a document once."""
    seen: set[int] = set()
    todo: list[Any] = [document.root] if document.root else []
    while todo:
        node = todo.pop()
        if id(node) not in seen:
            seen.add(id(node))
            yield node
            if node.kind == "sequence":
                todo.extend(node.value)
            elif node.kind == "mapping":
                for pair in node.value:
                    todo.extend(pair)


def is_within(span: Span, lines: list[str]) -> bool:
    """A span starts and ends in the text, and does not end before it starts."""
    starts = 0 <= span.line < len(lines) and 0 <= span.column <= len(lines[span.line])
    ends = 0 <= span.end_line < len(lines) and 0 <= span.end_column <= len(lines[span.end_line])
    return starts and ends and (span.line, span.column) <= (span.end_line, span.end_column)


def answer(case: Case, folder: Path) -> Document | Problem:
    """What the reader makes of a case."""
    data = read_file(str(case.write(folder)))
    return data if isinstance(data, Problem) else parse(data)


@pytest.mark.parametrize("case", POSSIBLE, ids=lambda case: case.name)
def test_every_hostile_file_gets_its_answer(case: Case, tmp_path: Path) -> None:
    got = answer(case, tmp_path)
    if isinstance(got, Problem):
        assert case.expect == "unopened", got
        assert case.says in got.message
        return
    assert ("accepted" if got.root else "refused") == case.expect, got.problems
    assert (got.root is None) == bool(got.problems)
    assert len(got.problems) <= MAX_PROBLEMS
    assert sum(1 for _ in walk(got)) <= MAX_NODES
    if got.problems:
        assert case.says in got.problems[0].message
    for problem in got.problems:
        for span in (problem.span, *(span for _, span in problem.related)):
            assert is_within(span, got.lines), problem
        # A message is printable: only then is it safe to keep in a log.
        assert len(problem.message) < 300
        problem.message.encode()


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs RLIMIT_AS and /proc")
@pytest.mark.parametrize("case", POSSIBLE, ids=lambda case: case.name)
def test_every_hostile_file_is_answered_within_limits_of_time_and_memory(case: Case, tmp_path: Path) -> None:
    path = case.write(tmp_path)
    command = [sys.executable, "-c", GUARDED, str(path), str(LIMIT_MB)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=LIMIT_S, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_names_of_cases_are_unique() -> None:
    names = [case.name for case in CASES]
    assert len(set(names)) == len(names)
