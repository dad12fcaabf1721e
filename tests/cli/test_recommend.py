"""`sagactl recommend`: what one call shows beside its opinion, and the calls that it names."""

from __future__ import annotations

import json
import re
import shlex
from pathlib import Path

from tests.recommender.designs import DESIGNS
from tests.runner import sagactl

TRAVEL = "definitions/travel-booking.saga.yaml"
RIDE = "definitions/ride-hailing.saga.yaml"

RING = """\
saga: ring
steps:
  - {step: a, participant: x, action: DoA, after: [b], compensation: UndoA}
  - {step: b, participant: y, action: DoB, after: [a], when: {none: such}, compensation: UndoB}
  - {step: c, saga: ring}
"""


def test_the_calls_that_it_names_play_the_same_runs() -> None:
    shown = sagactl("recommend", TRAVEL).out
    found = json.loads(sagactl("recommend", TRAVEL, "--format", "json").out)["sagas"][0]["evidence"]
    calls = [shlex.split(line) for line in shown.splitlines() if line.startswith("  sagactl simulate ")]
    assert len(calls) == 2
    for call, style in zip(calls, ("orchestration", "choreography"), strict=True):
        trace = json.loads(sagactl(*call[1:], "--format", "json").out)
        worst = found[style]["worst_failure"]
        assert trace["style"] == style
        assert (trace["duration_s"], trace["compensated"]) == (worst["duration_s"], worst["undone"])


def test_markdown_holds_pictures_of_the_recommended_style() -> None:
    shown = sagactl("recommend", TRAVEL, "--format", "markdown").out
    assert shown.count("```mermaid\nsequenceDiagram\n") == 2
    assert "The worst failure (orchestration):" in shown
    assert "as orchestrator" in shown


def test_markdown_draws_the_cut_of_a_hybrid(tmp_path: Path) -> None:
    design = next(each for each in DESIGNS if each.verdict == "hybrid")
    path = tmp_path / "design.saga.yaml"
    path.write_text(design.text)
    shown = sagactl("recommend", str(path), "--format", "markdown").out
    assert "Where it is cut:\n\n```mermaid\nflowchart TB\n" in shown
    assert "<b>logistics</b>" in shown


def test_the_pictures_that_it_names_can_be_drawn() -> None:
    shown = sagactl("recommend", TRAVEL).out
    calls = [shlex.split(line) for line in shown.splitlines() if line.startswith("  sagactl graph ")]
    assert len(calls) == 2
    assert all(sagactl(*call[1:]).code == 0 for call in calls)


def test_several_sagas_are_a_table_without_evidence_unless_it_is_asked_for() -> None:
    assert "Both styles" not in sagactl("recommend", TRAVEL, RIDE).out
    assert sagactl("recommend", TRAVEL, RIDE, "--verbose").out.count("Both styles, compiled and rehearsed") == 2
    found = json.loads(sagactl("recommend", TRAVEL, RIDE, "--format", "json").out)["sagas"]
    assert all(each["evidence"] for each in found)


def test_what_cannot_be_choreographed_is_named() -> None:
    found = json.loads(sagactl("recommend", RIDE, "--format", "json").out)["sagas"][0]["evidence"]
    assert found["choreography"]["happy_path"] is None
    assert found["choreography"]["refused"].startswith("`rollback` asks for a saga that is tried again as a whole")
    assert found["orchestration"]["happy_path"]["outcome"] == "completed"


def test_parts_of_a_broken_definition_are_compiled_only(tmp_path: Path) -> None:
    path = tmp_path / "ring.saga.yaml"
    path.write_text(RING)
    result = sagactl("recommend", str(path))
    assert result.code == 1
    assert "not valid yet" in " ".join(result.out.split())
    assert re.search(r"`DoA` to `x`: `ADone`", result.out)
