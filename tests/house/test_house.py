"""The house is in order: types, style, layers, sizes, and no word that does not belong here."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import pytest

ROOT = Path(__file__).parents[2]
SOURCES = sorted((ROOT / "sagactl").rglob("*.py"))

MAX_LINES = 400
LONG_FILES = {
    "sagactl/predicates.py": "one small language: reading, evaluating and writing share its types",
    "sagactl/source/check.py": "one function per shape of the language",
    "sagactl/recommender/factors.py": "one table",
    "sagactl/machine/transition.py": "the machine and its table belong on one page",
}
"""Files that may be longer, each with the reason why it is one idea."""

MAX_FUNCTION_LINES = 50
LONG_FUNCTIONS = {
    "sagactl/cli/simulate.py:command": "the declaration of its options",
    "sagactl/cli/lint.py:command": "the declaration of its options",
    "sagactl/cli/verify.py:command": "the declaration of its options",
    "sagactl/source/events.py:build": "the one pass over the events, where a call per event would double its time",
}


def _run(*command: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", *command], cwd=ROOT, capture_output=True, text=True, check=False)


def test_types() -> None:
    done = _run("mypy")
    assert done.returncode == 0, done.stdout


def test_style() -> None:
    done = _run("ruff", "check", "--no-cache", ".")
    assert done.returncode == 0, done.stdout


def test_format() -> None:
    done = _run("ruff", "format", "--check", "--no-cache", ".")
    assert done.returncode == 0, done.stdout


def test_layers() -> None:
    script = "import sys; from importlinter.cli import lint_imports_command; sys.argv=['lint-imports','--no-cache']; lint_imports_command()"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_files_are_small() -> None:
    lines = {str(path.relative_to(ROOT)): len(path.read_text(encoding="utf-8").splitlines()) for path in SOURCES}
    long = {name for name, number in lines.items() if number > MAX_LINES}
    assert long <= set(LONG_FILES), {name: lines[name] for name in long - set(LONG_FILES)}
    assert median(lines.values()) <= 130


def test_functions_are_small() -> None:
    sizes = dict(_function_sizes())
    long = {name for name, size in sizes.items() if size > MAX_FUNCTION_LINES}
    assert long <= set(LONG_FUNCTIONS), {name: sizes[name] for name in long - set(LONG_FUNCTIONS)}
    assert median(sizes.values()) <= 9


def _function_sizes() -> Iterator[tuple[str, int]]:
    for path in SOURCES:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                size = (node.end_lineno or node.lineno) - node.lineno + 1
                yield f"{path.relative_to(ROOT)}:{node.name}", size


def test_no_drawer_for_everything() -> None:
    drawers = {"utils", "util", "helpers", "helper", "common", "base", "manager", "misc"}
    assert not [path for path in SOURCES if path.stem in drawers or set(path.parts) & drawers]


def test_every_module_says_what_it_is() -> None:
    silent = [str(path.relative_to(ROOT)) for path in SOURCES if not ast.get_docstring(ast.parse(path.read_text()))]
    assert silent == []


TEXTS = [
    path
    for path in subprocess.run(
        ["git", "ls-files", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=False,
    ).stdout.splitlines()
    if (ROOT / path).is_file() and not path.endswith((".png", ".lock", ".svg", ".pdf"))
]  # fmt: skip

FORBIDDEN = {
    "an unfinished mark": re.compile(r"\b(TODO|FIXME|XXX)\b(?!`|,|\)|\"|'|\s*/)"),
    "a path of a machine": re.compile(r"(?<![\w.])/(?:work|home|root|Users)/\w"),
    "a registry host": re.compile(r"(pypi\.org|pythonhosted|registry\.npmjs|deb\.debian)"),
}


@pytest.mark.parametrize("what", FORBIDDEN)
def test_no_text_holds(what: str) -> None:
    found = []
    for name in TEXTS:
        if name == str(Path(__file__).relative_to(ROOT)) or Path(name).stem.replace("_", "-") == "unexplained-omission":
            continue
        text = (ROOT / name).read_text(encoding="utf-8", errors="replace")
        found += [f"{name}: {match[0]}" for match in FORBIDDEN[what].finditer(text)]
    assert found == []


def test_locks_name_no_host_and_pin_everything() -> None:
    for lock in ROOT.glob("requirements*.lock"):
        text = lock.read_text()
        assert "://" not in text
        assert text.count("==") <= text.count("--hash=")
