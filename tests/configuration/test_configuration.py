"""The configuration is found, checked key by key, and what is wrong with it is told with file and line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sagactl.configuration import Configuration, configuration
from sagactl.configuration.lines import line_of, line_of_word
from sagactl.configuration.settings import SETTINGS
from sagactl.errors import SagactlError
from tests.runner import sagactl

SAGA = "saga: order\nsteps:\n  - {step: a, participant: p, action: DoA}\n  - {step: b, participant: p, action: DoB, kind: pivot}\n"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def written(text: str, name: str = "sagactl.toml") -> Configuration:
    Path(name).write_text(text)
    return configuration()


def test_every_setting_is_a_field() -> None:
    assert {setting.key.replace("-", "_") for setting in SETTINGS} == set(Configuration._fields) - {"file", "text"}


def test_every_example_is_accepted(folder: Path) -> None:
    text = "".join(f"{setting.key} = {setting.example}\n" for setting in SETTINGS)
    found = written(text)
    assert found.severity == {"no-owner": "warning"}
    assert found.per_path_severity == {"drafts": {"missing-compensation": "warning"}}
    assert found.baseline == "sagactl-baseline.json"


def test_the_nearest_file_that_says_something_counts(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "deep" / "er").mkdir(parents=True)
    (folder / "sagactl.toml").write_text('paths = ["sagas"]\n')
    (folder / "deep" / "pyproject.toml").write_text("[project]\nname = 'x'\n")
    monkeypatch.chdir(folder / "deep" / "er")
    found = configuration()
    assert (found.file, found.paths, found.folder) == ("../../sagactl.toml", ("../../sagas",), str(folder))


def test_a_store_is_a_file_seen_from_the_configuration_or_an_address(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "inner").mkdir()
    written('store = "data/sagas.db"\n')
    monkeypatch.chdir(folder / "inner")
    assert configuration().store == str(Path("..") / "data" / "sagas.db")
    assert written('store = "postgres://host/db"\n').store == "postgres://host/db"


def test_without_a_file_the_defaults_hold(folder: Path) -> None:
    assert configuration() == Configuration()


WRONG = [
    # text, message, help
    ("paths = ['x']\nselct = []\n", "unknown setting in `sagactl.toml:2`: `selct`", "did you mean `select`?"),
    ("\nselect = 'SG1'\n", "`select` in `sagactl.toml:2` must be a list of texts", ""),
    ("ignore = [1]\n", "`ignore` in `sagactl.toml:1` must be a list of texts", ""),
    ("fail-on = 'warn'\n", "unknown `fail-on` in `sagactl.toml:1`: `warn`", "did you mean `warning`?"),
    ("severity = 3\n", "`severity` in `sagactl.toml:1` must be a table", ""),
    ("[severity]\n# a\nSG101 = 'eror'\n", "unknown severity in `sagactl.toml:3`: `eror`", "did you mean `error`?"),
    ("severity.SG101 = ['error']\n", "unknown severity in `sagactl.toml:1`", "known"),
    ("[per-path-ignores]\n'a/**' = 'SG1'\n", "`a/**` in `sagactl.toml:2` must be a list of texts", ""),
    ("[per-path-severity.'a/**']\n\nSG101 = 'x'\n", "unknown severity in `sagactl.toml:3`: `x`", "known"),
    ("plugins = 'acme'\n", "`plugins` in `sagactl.toml:1` must be a list of texts", ""),
    ("baseline = ''\n", "`baseline` in `sagactl.toml:1` must be a text", ""),
    ("rule-pages = 'docs'\n", "`rule-pages` in `sagactl.toml:1` must be an address", ""),
    ("weights = []\n", "`weights` in `sagactl.toml:1` must be a table", ""),
    ("select = [\n", "the configuration `sagactl.toml` is not TOML", ""),
    # words that mean no rule
    (
        "select = [\n  'SG1',\n  'missing-compensaton',\n]\n",
        "unknown rule in `sagactl.toml:3`: `missing-compensaton`",
        "did you mean `missing-compensation`?",
    ),
    ("ignore = ['SG77']\n", "unknown rule in `sagactl.toml:1`: `SG77`", ""),
    ("[severity]\nSG77 = 'info'\n", "unknown rule in `sagactl.toml:2`: `SG77`", ""),
    ("[per-path-ignores]\n'a' = ['SG1', 'SG77']\n", "unknown rule in `sagactl.toml:2`: `SG77`", ""),
    ("[severity]\nSG001 = 'info'\n", "the severity of `unknown-key` cannot be changed", "mend the files"),
]


@pytest.mark.parametrize(("text", "message", "help"), WRONG)
def test_what_is_wrong_is_told_with_its_line(text: str, message: str, help: str) -> None:
    Path("sagactl.toml").write_text(text)
    Path("a.saga.yaml").write_text(SAGA)
    result = sagactl("lint")
    assert (result.code, result.out) == (2, "")
    assert message in result.err
    assert help in result.err


def test_in_pyproject_the_line_is_that_of_the_whole_file() -> None:
    text = "[project]\nname = 'x'\nselct = 1\n\n[tool.sagactl]\nselct = []\n"
    with pytest.raises(SagactlError, match=r"pyproject\.toml:6"):
        written(text, "pyproject.toml")
    with pytest.raises(SagactlError, match=r"`tool.sagactl` in `pyproject\.toml:2` is not a table"):
        written("[tool]\nsagactl = 3\n", "pyproject.toml")


def test_a_hostile_key_is_printed_harmlessly() -> None:
    Path("sagactl.toml").write_text('"\\u001b[31m\\n::error::x" = 1\n')
    Path("a.saga.yaml").write_text(SAGA)
    result = sagactl("lint")
    assert result.code == 2
    assert "\x1b" not in result.err
    assert "\n::" not in result.err


# -- lines


@pytest.mark.parametrize(
    ("text", "route", "line"),
    [
        ("a = 1\nb = 2\n", ("b",), 2),
        ("[t]\na = 1\n[u]\na = 2\n", ("u", "a"), 4),
        ("[t]\na = 1\n[u.v]\n'x y' = 2\n", ("u", "v", "x y"), 4),
        ("t.u.a = 1\n", ("t", "u", "a"), 1),
        ("\nt = {a = 1}\n", ("t", "a"), 2),
        ("[[t]]\n", ("t",), 1),
        ("# a = 1\na = 1\n", ("a",), 2),
        ("a = 1\n", ("b",), 0),
        ("[t.u]\na = 1\n", ("t",), 1),
    ],
)
def test_a_key_has_its_line(text: str, route: tuple[str, ...], line: int) -> None:
    assert line_of(text, route) == line


def test_a_word_has_the_first_line_that_holds_it() -> None:
    assert line_of_word("# 'x'\na = ['y',\n 'x']\n", "x") == 3
    assert line_of_word("a = 1\n", "x") == 0


# -- what it does


def found(*call: str) -> list[tuple[str, str]]:
    data = json.loads(sagactl("lint", "--format", "json", *call).out)
    return [(finding["code"], finding["severity"]) for finding in data["findings"] if finding["code"] == "SG101"]


def test_a_severity_changes_findings_and_exit_code(folder: Path) -> None:
    (folder / "a.saga.yaml").write_text(SAGA)
    written("select = ['SG101']\n[severity]\nmissing-compensation = 'info'\n")
    assert found() == [("SG101", "info")]
    assert sagactl("lint").code == 0
    assert sagactl("lint", "--fail-on", "info").code == 1
    written("select = ['SG101']\n[severity]\nmissing-compensation = 'off'\n")
    assert found() == []


def test_patterns_are_seen_from_the_configuration(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (folder / "drafts").mkdir()
    (folder / "drafts" / "a.saga.yaml").write_text(SAGA)
    (folder / "b.saga.yaml").write_text(SAGA.replace("order", "other"))
    written("select = ['SG101']\n[per-path-ignores]\n'drafts' = ['SG1']\n")
    assert found() == [("SG101", "error")]
    monkeypatch.chdir(folder / "drafts")
    assert found("a.saga.yaml") == []
    assert found("../b.saga.yaml") == [("SG101", "error")]


def test_published_pages_are_linked(folder: Path) -> None:
    (folder / "a.saga.yaml").write_text(SAGA)
    written("rule-pages = 'https://example.com/rules/'\n")
    data = json.loads(sagactl("lint", "--format", "json", "--select", "SG101").out)
    assert data["findings"][0]["url"] == "https://example.com/rules/missing-compensation.md"
