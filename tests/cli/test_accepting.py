"""`--baseline` and `--since` at the command line: what they hide, what they say, and what they refuse."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from tests.optional import need
from tests.runner import sagactl

STEP = "  - {{step: {0}, participant: p, action: Do{0}}}\n"
SHIP = "  - {step: ship, participant: post, action: ShipBox, kind: pivot}\n"


def definition(*steps: str, id: str = "order") -> str:
    return f"saga: {id}\nsteps:\n{''.join(map(STEP.format, steps))}{SHIP}"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "order.saga.yaml").write_text(definition("a", "b"))
    return tmp_path


CALL = ("lint", "--select", "SG101", "--format", "concise", "--baseline", "b.json")
UPDATE = (*CALL, "--update-baseline")


def test_a_new_baseline_says_what_went_in() -> None:
    result = sagactl(*UPDATE)
    assert (result.code, result.out) == (0, "All clean: 1 file, no findings (2 in the baseline)\n")
    assert result.err.splitlines() == [
        "+ SG101 order a: nothing undoes `Doa`, and nothing says why",
        "+ SG101 order b: nothing undoes `Dob`, and nothing says why",
        "`b.json`: 2 findings added, 0 removed, 0 kept",
    ]


def test_what_is_new_counts_and_is_not_taken_in_by_an_update(folder: Path) -> None:
    sagactl(*UPDATE)
    (folder / "order.saga.yaml").write_text(definition("a", "c"))
    result = sagactl(*CALL)
    assert result.code == 1
    assert result.out.splitlines()[0].startswith("order.saga.yaml:4:12: E SG101")
    assert "(1 in the baseline, 1 stale there)" in result.out
    result = sagactl(*UPDATE)
    assert result.code == 1
    assert result.err.splitlines()[-1] == "`b.json`: 0 findings added, 1 removed, 1 kept"
    assert sagactl(*UPDATE, "--accept-new").code == 0
    assert len(json.loads((folder / "b.json").read_text())["findings"]) == 2


def test_an_update_that_changes_nothing_leaves_the_file_alone(folder: Path) -> None:
    sagactl(*UPDATE)
    before = (folder / "b.json").stat().st_mtime_ns
    sagactl(*UPDATE)
    assert (folder / "b.json").stat().st_mtime_ns == before


def test_stale_entries_are_shown(folder: Path) -> None:
    sagactl(*UPDATE)
    (folder / "order.saga.yaml").write_text(definition("a"))
    result = sagactl(*CALL)
    assert result.code == 0
    assert "  SG101 order b: nothing undoes `Dob`, and nothing says why" in result.out
    found = json.loads(sagactl(*CALL[:-2], "--baseline", "b.json", "--format", "json").out)
    assert (found["summary"]["baselined"], [entry["step"] for entry in found["stale"]]) == (1, ["b"])


def test_a_configured_baseline_is_found_beside_the_configuration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "sagactl.toml").write_text('baseline = "b.json"\n')
    sagactl("lint", "--update-baseline")
    (folder / "deep").mkdir()
    monkeypatch.chdir(folder / "deep")
    assert sagactl("lint", "../order.saga.yaml").code == 0


def test_a_baseline_cannot_forge_lines(folder: Path) -> None:
    entry = {"rule": "SG101", "saga": "order", "step": "\x1b[0m", "count": 1, "message": "x\n::error::y ##[error]z"}
    (folder / "b.json").write_text(json.dumps({"version": 1, "findings": [entry]}))
    result = sagactl(*CALL)
    assert "\x1b" not in result.out
    assert "\n::" not in result.out
    assert "##[" not in result.out


# -- since


def git(*arguments: str) -> None:
    need("git")
    identity = ("-c", "user.name=t", "-c", "user.email=t@example.com", "-c", "commit.gpgsign=false")
    subprocess.run(["git", *identity, *arguments], check=True, capture_output=True)


@pytest.fixture
def repository(folder: Path) -> Path:
    """Two files are committed on main; a branch changes one and adds another."""
    (folder / "other.saga.yaml").write_text(definition("o", id="other"))
    git("init", "-q", "-b", "main")
    git("add", ".")
    git("commit", "-q", "-m", "one")
    git("checkout", "-q", "-b", "work")
    (folder / "order.saga.yaml").write_text(definition("a", "b", "c"))
    git("commit", "-q", "-a", "-m", "two")
    (folder / "new.saga.yaml").write_text(definition("n", id="new"))
    return folder


def shown(*call: str) -> list[str]:
    result = sagactl("lint", "--select", "SG101", "--format", "json", *call)
    return sorted({finding["path"] for finding in json.loads(result.out)["findings"]})


def test_only_changed_and_new_files_are_shown(repository: Path) -> None:
    assert shown("--since", "main") == ["new.saga.yaml", "order.saga.yaml"]
    assert shown("--since", "HEAD") == ["new.saga.yaml"]
    assert shown() == ["new.saga.yaml", "order.saga.yaml", "other.saga.yaml"]


def test_what_changed_on_the_other_branch_does_not_count(repository: Path) -> None:
    (repository / "new.saga.yaml").unlink()
    git("checkout", "-q", "main")
    (repository / "other.saga.yaml").write_text(definition("p", id="other"))
    git("commit", "-q", "-a", "-m", "three")
    git("checkout", "-q", "work")
    assert shown("--since", "main") == ["order.saga.yaml"]


def test_it_works_from_a_folder_inside(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (repository / "deep").mkdir()
    monkeypatch.chdir(repository / "deep")
    assert shown("--since", "main", "..") == ["../new.saga.yaml", "../order.saga.yaml"]


def test_the_summary_counts_the_changed_files(repository: Path) -> None:
    assert json.loads(sagactl("lint", "--since", "main", "--format", "json").out)["summary"]["files"] == 2


@pytest.mark.parametrize(
    ("ref", "message"),
    [("nowhere", "git knows no commit `nowhere`"), ("--output=x", "git knows no commit"), ("", "git knows no commit")],
)
def test_a_ref_that_is_none_is_refused(repository: Path, ref: str, message: str) -> None:
    result = sagactl("lint", f"--since={ref}")
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert not (repository / "x").exists()


def test_branches_without_a_common_past_are_refused(repository: Path) -> None:
    git("checkout", "-q", "--orphan", "alone")
    git("commit", "-q", "-m", "alone")
    result = sagactl("lint", "--since", "main")
    assert (result.code, "fetch-depth" in result.err) == (2, True)


def test_outside_of_a_repository_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    need("git")
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", "/")
    monkeypatch.setenv("GIT_DIR", "/nonexistent")
    result = sagactl("lint", "--since", "main")
    assert (result.code, result.out) == (2, "")
    assert "needs a git repository" in result.err


def test_without_git_it_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "/nonexistent")
    result = sagactl("lint", "--since", "main")
    assert (result.code, "install git" in result.err) == (2, True)


def test_nothing_of_the_repository_is_run(repository: Path) -> None:
    script = repository / "watch"
    script.write_text("#!/bin/sh\ntouch was-run\n")
    script.chmod(0o755)
    for setting in ("core.fsmonitor", "diff.external"):
        git("config", setting, str(script))
    assert shown("--since", "main")
    assert not (repository / "was-run").exists()


# -- what makes no sense


@pytest.mark.parametrize(
    ("call", "message", "help"),
    [
        (("--baseline", "b.json"), "there is no baseline `b.json`", "`--update-baseline` makes it"),
        (("--update-baseline",), "needs a baseline", "--baseline FILE"),
        (("--accept-new",), "does nothing alone", "--update-baseline"),
        (("--baseline", "b.json", "--update-baseline", "--since", "main"), "does not go with `--since`", ""),
        (("--baseline", "."), "cannot read the baseline `.`", ""),
        (("--baseline", "order.saga.yaml"), "is not a baseline", ""),
        (("--statistics", "--format", "sarif"), "`--statistics` has no place", "json"),
        (("--jobs", "-1"), "from 0 on", ""),
        (("-o", "a.txt", "-o", "b.txt"), "two files for one format", "--output FORMAT=FILE"),
        (("-o", "sarif=a", "-o", "json=a"), "two formats go to `a`", ""),
        (("-o", "sarif=-"), "two formats go to standard output", ""),
        (("-o", "sarif="), "names no file", ""),
        (("-o", "sarf=x"), "unknown format `sarf`", "did you mean `sarif`"),
    ],
)
def test_a_call_that_makes_no_sense_is_refused(call: tuple[str, ...], message: str, help: str) -> None:
    result = sagactl("lint", *call)
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert help in result.err


def test_several_formats_come_from_one_run(folder: Path) -> None:
    result = sagactl("lint", "-f", "concise", "--output", "sarif=lint.sarif", "-o", "junit=lint.xml", "-q")
    assert result.code == 1
    assert "order.saga.yaml:3:12: E SG101" in result.out
    assert json.loads((folder / "lint.sarif").read_text())["version"] == "2.1.0"
    assert (folder / "lint.xml").read_text().startswith("<?xml")


def test_one_file_takes_the_format_of_the_call(folder: Path) -> None:
    result = sagactl("lint", "-f", "json", "-o", "out.json")
    assert result.out == ""
    assert json.loads((folder / "out.json").read_text())["version"] == 1
