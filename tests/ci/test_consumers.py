"""Those for whom reports and snippets are written read them: programs of others, skipped where a machine has them not."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.optional import need

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "how-to" / "lint-in-ci.md").read_text()

LACKING = """\
saga: order
resources: {stock: {participant: shop}}
steps:
  - {step: look, participant: shop, action: Löschen, kind: read-only, reads: stock, output: {n: number}}
  - {step: pay, participant: bank, action: PayBill}
  - {step: take, participant: shop, action: TakeItems, input: {n: steps.look.output.n}, writes: stock, kind: pivot}
"""


@pytest.fixture(scope="module")
def reports(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a defective saga, an unreadable file, and a report of both in each format."""
    folder = tmp_path_factory.mktemp("reports")
    (folder / "order.saga.yaml").write_text(LACKING, encoding="utf-8")
    (folder / "half.saga.yaml").write_text("saga: half\nsteps: [\n")
    outputs = [f"--output={name}=out.{name}" for name in ("sarif", "junit", "gitlab", "json")]
    done = subprocess.run([sys.executable, "-m", "sagactl", "lint", ".", *outputs], cwd=folder, capture_output=True)
    assert done.returncode == 1, done.stderr
    return folder


def number(reports: Path) -> int:
    return sum(
        json.loads((reports / "out.json").read_text())["summary"][each] for each in ("errors", "warnings", "infos")
    )


def run(program: str, *arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([need(program), *arguments], cwd=folder, capture_output=True, text=True, check=False)


def snippet(word: str) -> str:
    """The YAML block of the page on CI in which the word stands."""
    blocks: list[str] = re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL)
    return next(block for block in blocks if word in block)


def test_sarif_tools_count_as_many_findings(reports: Path) -> None:
    done = run("sarif", "summary", "out.sarif", folder=reports)
    assert done.returncode == 0, done.stderr
    assert sum(map(int, re.findall(r"^(?:error|warning|note): (\d+)$", done.stdout, re.MULTILINE))) == number(reports)


def test_junitparser_reads_the_failures(reports: Path) -> None:
    done = run("junitparser", "verify", "out.junit", folder=reports)
    assert done.returncode == 1, "a report with failures does not verify"
    assert done.stderr == ""


def test_the_manifest_is_one_for_pre_commit() -> None:
    assert run("pre-commit", "validate-manifest", str(ROOT / ".pre-commit-hooks.yaml"), folder=ROOT).returncode == 0


def test_the_configuration_shown_is_one_for_pre_commit(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(snippet("hooks:"))
    assert run("pre-commit", "validate-config", "config.yaml", folder=tmp_path).returncode == 0


@pytest.mark.parametrize(
    ("schema", "word"),
    [("github-actions", ""), ("github-workflows", "runs-on"), ("gitlab-ci", "codequality")],
)
def test_what_ci_systems_read_is_valid(schema: str, word: str, tmp_path: Path) -> None:
    file = tmp_path / "file.yaml"
    file.write_text(snippet(word) if word else (ROOT / "action.yml").read_text())
    done = run("check-jsonschema", "--builtin-schema", f"vendor.{schema}", str(file), folder=tmp_path)
    assert done.returncode == 0, done.stdout
