"""What users start from is as good as we say that definitions should be."""

from __future__ import annotations

from pathlib import Path

import pytest

import sagactl
from sagactl.cli.app import run
from sagactl.scaffolding.templates import TEMPLATES, definition


@pytest.fixture(params=TEMPLATES)
def path(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    file = tmp_path / "mine.saga.yaml"
    file.write_text(definition(request.param, "mine"), encoding="utf-8")
    return str(file)


def test_it_has_the_name_that_was_asked_for(path: str) -> None:
    assert sagactl.load(path).id == "mine"


def test_lint_finds_nothing(path: str) -> None:
    assert sagactl.lint(path) == ()


def test_no_failure_breaks_it(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert sagactl.verify(sagactl.load(path)).verdict == "safe"


def test_every_step_can_be_rehearsed_to_fail(path: str) -> None:
    saga = sagactl.load(path)
    choices = [f"{id}={choice.outcomes[0].id}" for id, choice in saga.choices.items()]
    for step in saga.steps:
        if step.kind != "retriable":
            assert sagactl.simulate(saga, fail=[step.id], choose=choices).outcome == "compensated"


def test_a_call_rehearses_it(path: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert run(["simulate", path]) == 0
    assert "run ends: completed" in capsys.readouterr().out
