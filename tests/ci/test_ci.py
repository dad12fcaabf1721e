"""What CI systems run is run here as they run it, as far as a machine without them can."""

from __future__ import annotations

import json
import os
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from tests.optional import need

ROOT = Path(__file__).parents[2]
BIN = Path(sys.executable).parent

LACKING = """\
saga: order
steps:
  - {step: pay, participant: bank, action: PayBill}
  - {step: ship, participant: post, action: ShipBox, kind: pivot}
"""
SOUND = LACKING.replace("PayBill", "PayBill, compensation: RefundBill").replace("saga:", "owner: team\nsaga:")


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    folder = tmp_path / "repository"
    folder.mkdir()
    (folder / "order.saga.yaml").write_text(LACKING)
    (folder / "readme.md").write_text("# nothing\n")
    return folder


def run(command: list[str], folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith(("GIT", "PIP"))}
    return subprocess.run(
        command, cwd=folder, env={**clean, **environment}, capture_output=True, text=True, check=False
    )


# -- pre-commit


def hooks() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text())
    return found


def test_the_hooks_have_what_pre_commit_asks_for() -> None:
    for hook in hooks():
        assert {"id", "name", "entry", "language", "files"} <= set(hook)
        assert hook["language"] == "python"
        assert re.search(hook["files"], "sagas/order.saga.yaml")
        assert not re.search(hook["files"], "sagas/order.scenarios.yaml")


@pytest.mark.parametrize("hook", hooks(), ids=lambda hook: hook["id"])
def test_a_hook_is_called_as_pre_commit_does(hook: dict[str, Any], repository: Path) -> None:
    """With the names of the files that match, unless it wants none."""
    entry = shlex.split(hook["entry"])
    names = ["order.saga.yaml"] if hook.get("pass_filenames", True) else []
    call = [str(BIN / entry[0]), *entry[1:], *hook.get("args", []), *names]
    assert run(call, repository).returncode == 1
    (repository / "order.saga.yaml").write_text(SOUND)
    done = run([*call, "--select", "SG101"], repository)
    assert (done.returncode, done.stderr) == (0, "")


# -- the GitHub Action


def action() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load((ROOT / "action.yml").read_text())
    return found


def step(name: str, inputs: dict[str, str], tmp_path: Path, folder: Path) -> subprocess.CompletedProcess[str]:
    """A step of the action, run by bash as the runner does, its expressions filled in."""
    need("bash")
    found = next(each for each in action()["runs"]["steps"] if each["name"] == name)
    values = {key: each["default"] for key, each in action()["inputs"].items()} | inputs
    environment = {
        key: re.sub(r"\$\{\{ inputs\.(\w+) \}\}", lambda match: values[match[1]], value)
        for key, value in found.get("env", {}).items()
    }
    script = tmp_path / "step.sh"
    script.write_text(found["run"])
    paths = {
        "RUNNER_TEMP": str(tmp_path),
        "GITHUB_ACTION_PATH": str(ROOT),
        "GITHUB_STEP_SUMMARY": str(tmp_path / "summary.md"),
    }
    offline = {
        # Builds the package from what is installed here: nothing is fetched.
        "PIP_NO_INDEX": "1",
        "PIP_NO_DEPS": "1",
        "PIP_NO_BUILD_ISOLATION": "0",
        "PYTHONPATH": next(path for path in sys.path if path.endswith("site-packages")),
    }
    call = ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)]
    return run(call, folder, **environment, **paths, **(offline if name.startswith("Install") else {}))


@pytest.fixture
def runner(tmp_path: Path) -> Path:
    """A runner on which sagactl is installed: this one."""
    (tmp_path / "sagactl" / "bin").mkdir(parents=True)
    (tmp_path / "sagactl" / "bin" / "sagactl").symlink_to(BIN / "sagactl")
    return tmp_path


def test_the_action_is_composite_and_says_its_shell() -> None:
    assert action()["runs"]["using"] == "composite"
    assert all(each["shell"] == "bash" for each in action()["runs"]["steps"])


def test_no_input_stands_in_a_script() -> None:
    """What somebody writes into an input could be run there."""
    assert not [each["run"] for each in action()["runs"]["steps"] if "${{" in each["run"]]


def test_the_action_installs_itself(tmp_path: Path, repository: Path) -> None:
    done = step("Install sagactl", {}, tmp_path, repository)
    assert done.returncode == 0, done.stderr
    found = run([str(tmp_path / "sagactl" / "bin" / "sagactl"), "--version"], repository)
    assert found.stdout.startswith("sagactl ")


def test_the_action_annotates_and_fails(runner: Path, repository: Path) -> None:
    done = step("Lint", {"sarif": "lint.sarif"}, runner, repository)
    assert done.returncode == 1
    assert "::error title=SG101 missing-compensation,file=order.saga.yaml,line=3," in done.stdout
    assert json.loads((repository / "lint.sarif").read_text())["version"] == "2.1.0"
    assert (runner / "summary.md").read_text().startswith("## sagactl lint\n")


def test_the_action_takes_paths_and_arguments_by_the_line(runner: Path, repository: Path) -> None:
    (repository / "a b.saga.yaml").write_text(SOUND)
    inputs = {"paths": "a b.saga.yaml\n", "arguments": "--select=SG101\n--fail-on=error\n", "summary": "false"}
    done = step("Lint", inputs, runner, repository)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert not (runner / "summary.md").exists()


@pytest.mark.parametrize("evil", ["$(touch was-run)", "`touch was-run`", "; touch was-run", "--output=was-run"])
def test_no_input_is_run(evil: str, runner: Path, repository: Path) -> None:
    done = step("Lint", {"paths": evil}, runner, repository)
    assert done.returncode == 2
    assert not (repository / "was-run").exists()


# -- the GitLab job


def test_the_gitlab_job_makes_the_reports_that_it_names(repository: Path) -> None:
    page = (ROOT / "docs" / "how-to" / "lint-in-ci.md").read_text()
    text = next(block for block in re.findall(r"```yaml\n(.*?)```", page, re.DOTALL) if "codequality" in block)
    (job,) = yaml.safe_load(text).values()
    calls = [line for line in job["script"] if line.startswith("sagactl ")]
    assert len(calls) == 1
    done = run(["bash", "-c", calls[0]], repository, PATH=f"{BIN}:{os.environ['PATH']}")
    assert done.returncode == 1
    reports = job["artifacts"]["reports"]
    issues = json.loads((repository / reports["codequality"]).read_text())
    assert "SG101" in {issue["check_name"] for issue in issues}
    assert (repository / reports["junit"]).read_text().startswith("<?xml")
    assert job["artifacts"]["when"] == "always"
