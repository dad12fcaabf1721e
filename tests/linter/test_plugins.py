"""Plug-ins bring rules of their own where a configuration names them, and what is wrong with one is said."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sagactl.errors import UnknownName, UsageError
from sagactl.linter.pages import page
from sagactl.linter.plugins import known_rules
from sagactl.linter.registry import all_rules, find, module_of, select
from tests.runner import sagactl

ROOT = Path(__file__).parents[2]
SAGA = "saga: {0}\nowner: alice\nsteps:\n  - {{step: a, participant: p, action: DoA, kind: pivot}}\n"
RULE = """
from sagactl.linter.rule import Rule
RULE = Rule("{code}", "{name}", "warning", "Why.")
"""


@pytest.fixture(autouse=True)
def fresh() -> Iterator[None]:
    known_rules.cache_clear()
    yield
    known_rules.cache_clear()


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The example package, installed as pip does it."""
    target = tmp_path_factory.mktemp("site")
    call = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "--no-index"]
    subprocess.run([*call, "--target", str(target), str(ROOT / "examples" / "plug-in")], check=True)
    return target


@pytest.fixture
def acme(installed: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.syspath_prepend(str(installed))
    return installed


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sagas that break the house rules, and a configuration that names the plug-in."""
    for name in ("one", "two"):
        (tmp_path / f"{name}.saga.yaml").write_text(SAGA.format(name))
    (tmp_path / "sagactl.toml").write_text('plugins = ["acme"]\n')
    monkeypatch.chdir(tmp_path)
    return tmp_path


def codes(*call: str) -> list[str]:
    found = json.loads(sagactl("lint", "--format", "json", *call).out)["findings"]
    return [finding["code"] for finding in found]


def test_the_rules_of_a_plug_in_are_known_by_code_name_and_prefix(acme: Path) -> None:
    known = known_rules(("acme",))
    assert [rule.code for rule in known if not rule.code.startswith("SG")] == ["ACME001", "ACME002"]
    assert find("owner-without-team", known).code == "ACME001"
    assert [rule.code for rule in select(["ACME"], [], known)] == ["ACME001", "ACME002"]
    assert "ACME002" not in [rule.code for rule in select([], [], known)]
    assert "ACME002" not in [rule.code for rule in select(["pedantic"], [], known)]
    assert "ACME002" in [rule.code for rule in select(["ALL"], [], known)]


def test_a_rule_of_a_plug_in_has_a_page(acme: Path) -> None:
    rule = find("ACME001", known_rules(("acme",)))
    assert module_of(rule).__name__ == "acme_saga_rules.people.owner_without_team"
    assert page(rule).title == "an owner that is not a team."


def test_lint_applies_the_rules(acme: Path, repository: Path) -> None:
    assert codes("--select", "ACME001") == ["ACME001", "ACME001"]
    assert codes("--select", "ACME") == ["ACME001", "ACME001", "ACME002"]
    assert "ACME001" in codes()


def test_the_rules_are_those_of_the_configuration_alone(acme: Path, repository: Path) -> None:
    (repository / "sagactl.toml").write_text("")
    assert "ACME001" not in codes()
    assert sagactl("lint", "--select", "ACME001").code == 2


def test_a_comment_may_suppress_them(acme: Path, repository: Path) -> None:
    text = SAGA.format("one").replace("owner: alice", "owner: alice  # sagactl: ignore[ACME001] until the merger")
    (repository / "one.saga.yaml").write_text(text)
    assert codes("one.saga.yaml", "--select", "ACME001,SG991,SG992") == []
    assert codes("one.saga.yaml", "--select", "SG991,SG992") == []


def test_explain_knows_them(acme: Path, repository: Path) -> None:
    result = sagactl("explain", "ACME001")
    assert (result.code, result.out.split("\n")[0]) == (0, "ACME001 owner-without-team  warning, since 1.0")
    assert "same-action" in sagactl("explain").out


def test_sarif_explains_them(acme: Path, repository: Path) -> None:
    log = json.loads(sagactl("lint", "--select", "ACME001", "--format", "sarif").out)
    assert log["runs"][0]["tool"]["driver"]["rules"][0]["help"]["text"].startswith("ACME001 owner-without-team")


def test_they_run_in_other_processes(installed: Path, repository: Path) -> None:
    command = [str(Path(sys.executable).parent / "sagactl"), "lint", "--select", "ACME", "-f", "concise"]
    environment = {**os.environ, "PYTHONPATH": str(installed)}
    alone, many = (
        subprocess.run([*command, "-j", jobs], env=environment, capture_output=True, text=True, check=False).stdout
        for jobs in ("1", "2")
    )
    assert alone == many
    assert alone.count("ACME001") == 2


def test_python_may_name_them_too(acme: Path, repository: Path) -> None:
    from sagactl import lint

    assert [finding.code for finding in lint(".", select=["ACME001"], plugins=["acme"])] == ["ACME001"] * 2


# -- what is wrong with one


def plug_in(folder: Path, monkeypatch: pytest.MonkeyPatch, source: str, point: str = "x_rules") -> None:
    """A module that is installed as the plug-in `x`."""
    (folder / "x_rules.py").write_text(source)
    meta = folder / "x_rules-1.0.dist-info"
    meta.mkdir()
    (meta / "METADATA").write_text("Metadata-Version: 2.1\nName: x-rules\nVersion: 1.0\n")
    (meta / "entry_points.txt").write_text(f"[sagactl.rules]\nx = {point}\n")
    monkeypatch.syspath_prepend(str(folder))
    monkeypatch.delitem(sys.modules, "x_rules", raising=False)


@pytest.mark.parametrize(
    ("source", "message"),
    [
        ("raise ValueError('at import')", "cannot be imported: ValueError: at import"),
        ("import nothing_like_this", "cannot be imported: ModuleNotFoundError"),
        ("def broken(:", "cannot be imported: SyntaxError"),
        ("RULE = 3", "holds no rule"),
        ("", "holds no rule"),
        (RULE.format(code="SG777", name="x-y"), "the code `SG777` of the plug-in `x` cannot be used"),
        (RULE.format(code="acme1", name="x-y"), "the code `acme1`"),
        (RULE.format(code="ACME1", name="X y"), "the name `X y`"),
        (RULE.format(code="ACME1", name="missing-compensation"), "the rule `missing-compensation`"),
    ],
)
def test_a_plug_in_that_cannot_be_used_says_why(
    source: str, message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plug_in(tmp_path, monkeypatch, source)
    with pytest.raises(UsageError) as caught:
        known_rules(("x",))
    assert message in caught.value.message


def test_a_module_with_a_rule_is_a_plug_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(tmp_path, monkeypatch, RULE.format(code="ACME1", name="x-y"))
    assert find("x-y", known_rules(("x",))).module == "x_rules"


def test_a_rule_without_a_page_is_explained_in_a_sentence(repository: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(repository, monkeypatch, RULE.format(code="ACME1", name="x-y"))
    (repository / "sagactl.toml").write_text('plugins = ["x"]\n')
    assert sagactl("explain", "x-y").out == "ACME1 x-y  warning\n\nWhy.\n"
    assert json.loads(sagactl("explain", "x-y", "--format", "json").out)["why"] == "Why."
    assert sagactl("lint", "--format", "sarif", "--select", "ACME1").code == 0


def test_an_entry_point_that_is_no_module_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    plug_in(tmp_path, monkeypatch, "thing = 3", "x_rules:thing")
    with pytest.raises(UsageError, match="is no module"):
        known_rules(("x",))


def test_an_unknown_plug_in_comes_with_a_suggestion(
    acme: Path, repository: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (repository / "sagactl.toml").write_text('fail-on = "error"\nplugins = ["acmee"]\n')
    result = sagactl("lint")
    assert result.code == 2
    assert "unknown plug-in in `sagactl.toml:2`: `acmee`" in result.err
    assert "did you mean `acme`" in result.err
    with pytest.raises(UnknownName):
        known_rules(("acmee",))


def test_without_plug_ins_nothing_is_looked_for() -> None:
    assert known_rules(()) == all_rules()
