"""A generated service passes the checks of its language and its own tests, whatever the definition calls things."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import pytest

from sagactl.errors import UsageError
from sagactl.scaffolding.service import service
from sagactl.scaffolding.templates import TEMPLATES, definition
from sagactl.source.build import read
from tests.docs.pages import ROOT

LED = [name for name in TEMPLATES if name != "choreography"]

HOSTILE = r"""
saga: class
description: "ends \u0022\u0022\u0022 here \\N{DASH} {x} %s"
input: {order_id: string, many: {type: array, items: {type: string}}}
participants:
  do: {idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true}
  any: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
  participant: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
steps:
  - {step: first, participant: do, action: 'X"); raise SystemExit #', compensation: "start", rejects: ["it's \"no\""]}
  - {step: second, participant: any, action: "class", compensation: "\u0041\u0301 \U0001f4a5", output: {print: string}}
  - {step: third, participant: participant, action: "class", compensation: "print", rejects: [Full, "'''"]}
  - {step: fourth, participant: do, action: "123", compensation: "run", local: true}
  - {step: fifth, participant: any, action: "\\", rejects: ["a\nb"], kind: pivot, no_compensation: "never"}
"""


def written(folder: Path, text: str, package: str) -> None:
    """The package for a definition, beside it."""
    (folder / f"{package}.saga.yaml").write_text(text, encoding="utf-8")
    saga = read(text.encode(), "x.saga.yaml").saga
    assert saga is not None
    (folder / package).mkdir()
    for name, content in service(saga, {}, package, f"../{package}.saga.yaml").items():
        (folder / package / name).write_text(content, encoding="utf-8")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A service for every template that somebody leads, for some definitions, and for names that are no names."""
    made = tmp_path_factory.mktemp("services")
    for name in LED:
        written(made, definition(name, f"my-{name}"), f"my_{name}")
    for name in ("ftgo-revise-order", "number-porting", "stock-transfer"):
        text = (ROOT / "definitions" / f"{name}.saga.yaml").read_text(encoding="utf-8")
        written(made, text, name.replace("-", "_"))
    written(made, HOSTILE, "hostile")
    return made


def call(folder: Path, *arguments: str) -> None:
    done = subprocess.run([sys.executable, "-m", *arguments], cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def test_ruff_finds_nothing(folder: Path) -> None:
    call(
        folder, "ruff", "check", "--isolated", "--no-cache", "--select", "E,F,W,I,B,UP,SIM,RET", "--ignore", "E501", "."
    )


@pytest.mark.parametrize("name", [f"my_{name}" for name in LED])
def test_ruff_would_format_it_so(name: str, folder: Path) -> None:
    call(folder, "ruff", "format", "--isolated", "--no-cache", "--check", name)


def test_types_are_right(folder: Path) -> None:
    packages = [word for path in sorted(folder.iterdir()) if path.is_dir() for word in ("-p", path.name)]
    call(folder, "mypy", "--strict", "--cache-dir", str(folder / ".types"), *packages)


def test_its_own_tests_pass(folder: Path) -> None:
    call(folder, "pytest", "-q", "-W", "error", "-p", "no:cacheprovider", ".")


def test_a_rollback_is_among_them(folder: Path) -> None:
    for name in [*(f"my_{name}" for name in LED), "ftgo_revise_order", "hostile"]:
        assert "def test_a_no_takes_everything_back(" in (folder / name / "test_rollback.py").read_text("utf-8")


def test_nothing_of_a_name_becomes_code(folder: Path) -> None:
    for path in (folder / "hostile").glob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
        assert "SystemExit" not in names


def test_a_stub_says_that_nobody_has_written_it(folder: Path) -> None:
    text = (folder / "my_order" / "participants.py").read_text("utf-8")
    assert 'raise NotImplementedError("write what charge_payment does")' in text
    assert "# Returns payment_id." in text
    assert "# A business no: raise Rejected('CardDeclined')." in text


def test_nobody_leads_a_choreography() -> None:
    saga = read(definition("choreography", "mine").encode(), "x.saga.yaml").saga
    assert saga is not None
    with pytest.raises(UsageError, match="nobody leads `mine`"):
        service(saga, {}, "mine", "../mine.saga.yaml")
