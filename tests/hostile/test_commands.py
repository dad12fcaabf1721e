"""Every hostile file ends every reading command in a clear answer: no traceback, nothing raw on the terminal."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from sagactl.reports.findings import FORMATS
from tests.hostile.cases import CASES
from tests.runner import sagactl

RAW = re.compile(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")
FORGED = re.compile(r"^\s*::|##\w*\[", re.MULTILINE)
FOLDERS_AND_NOTHING = {"missing", "directory", "link-to-directory"}
"""A folder is searched and a path that is not there is a mistake of the call: both exit 2 (tests/cli)."""
FAST = [case for case in CASES if case.possible() and case.name not in FOLDERS_AND_NOTHING]
READ = [case for case in FAST if case.expect not in ("refused", "unopened")]
"""The others are refused before anything is made of them, by every command in the same words."""


@pytest.mark.parametrize("case", FAST, ids=lambda case: case.name)
def test_lint_answers(case, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = str(case.write(tmp_path))
    for format in some(case, FORMATS):
        result = sagactl("lint", path, "--format", format)
        assert result.code in (0, 1), result.err
        assert result.err == ""
        assert not RAW.search(result.out)
        assert format == "github" or not FORGED.search(result.out)
        if case.expect in ("refused", "unopened"):
            assert result.code == 1
            assert "SG018" in result.out


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_fixes_answer(case, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = str(case.write(tmp_path))
    shown = sagactl("lint", path, "--diff", "--unsafe-fixes")
    assert shown.code in (0, 1), shown.err
    assert not RAW.search(shown.out + shown.err)
    assert sagactl("lint", path, "--fix", "--unsafe-fixes").code in (0, 1)


@pytest.mark.parametrize("case", FAST, ids=lambda case: case.name)
def test_a_report_answers(case, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = str(case.write(tmp_path))
    result = sagactl("report", path, "-o", str(tmp_path / "report"), "--max-states", "20000", "--jobs", "1")
    assert result.code in (0, 1), result.err
    assert result.err == ""
    assert not RAW.search(result.out)
    written = {page.name: page.read_text(encoding="utf-8") for page in (tmp_path / "report").iterdir()}
    assert len(written) == 2
    assert not any(map(RAW.search, written.values()))


@pytest.mark.parametrize("case", FAST, ids=lambda case: case.name)
def test_every_other_verb_answers(case, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = str(case.write(tmp_path))
    verify = ("verify", path, "--max-states", "20000")
    for call in some(case, (("simulate", path), ("recommend", path), ("graph", path), verify)):
        answers(*call)


@pytest.mark.parametrize("case", READ, ids=lambda case: case.name)
def test_every_view_answers(case, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    path = str(case.write(tmp_path))
    answers("graph", path, "-f", "mermaid")
    for view in ("rollback", "sequence", "events", "states", "hybrid"):
        answers("graph", path, "--view", view)


def some(case, what):  # type: ignore[no-untyped-def]
    """All of it for a file that is read; one of three, each with its turn, for one that is refused."""
    return what if case in READ else [each for place, each in enumerate(what) if (place - FAST.index(case)) % 3 == 0]


def answers(*call: str) -> None:
    result = sagactl(*call)
    assert result.code in (0, 1, 2), result.err
    assert "internal error" not in result.err
    assert not RAW.search(result.out + result.err)
