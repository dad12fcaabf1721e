"""The first thing that users copy works, whatever goes wrong, and its definition is as good as we say definitions should be."""

from __future__ import annotations

import re
import sqlite3
from pathlib import Path

import pytest

from examples.order_fulfillment.__main__ import main
from sagactl.cli.app import run
from tests.docs.pages import ROOT

FOLDER = ROOT / "examples" / "order_fulfillment"


def story(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """What a call tells, without its times."""
    assert main(arguments) == 0
    return re.sub(r" +\d+\.\d\ds", " TIME", capsys.readouterr().out)


def test_the_readme_tells_what_happens(capsys: pytest.CaptureFixture[str]) -> None:
    shown = (FOLDER / "README.md").read_text(encoding="utf-8").split("```text\n")[1].split("```")[0]
    assert story(capsys, "--fail", "payment") == re.sub(r" +\d+\.\d\ds", " TIME", shown)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ((), "1 completed"),
        (("--orders", "8"), "8 completed"),
        (("--fail", "inventory"), "1 compensated"),
        (("--fail", "shipping", "--orders", "3"), "3 compensated"),
        (("--fail", "notification"), "1 completed"),
        (("--timeout", "inventory", "--timeout", "payment", "--timeout", "shipping"), "1 completed"),
        (("--timeout", "payment", "--fail", "shipping"), "1 compensated"),
    ],
)
def test_the_books_are_right(arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    said = story(capsys, *arguments)
    assert told in said
    assert "The books are right." in said


def test_a_killed_process_is_taken_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(ROOT)
    said = story(capsys, "--kill", "--folder", str(tmp_path))
    assert "KILLED" in said
    assert "a new process takes over" in said
    assert "1 completed" in said
    with sqlite3.connect(tmp_path / "payment.db") as payment:
        assert payment.execute("SELECT amount FROM book").fetchall() == [(4900,)]
    payment.close()


def test_the_audit_sees_what_is_wrong(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("examples.order_fulfillment.payment.Payment.refund", lambda self, context: None)
    assert main(["--fail", "shipping", "--folder", str(tmp_path)]) == 1
    assert "money was taken: {'order-1': 4900}, and bought were []" in capsys.readouterr().out


@pytest.mark.parametrize("verb", ["lint", "verify"])
def test_the_definition_is_clean(verb: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run([verb, str(FOLDER)]) == 0
    assert "conditional" not in capsys.readouterr().out.lower()
