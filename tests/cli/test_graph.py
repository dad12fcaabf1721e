"""Pictures by the command line: every view of every definition in every format, and definitions with mistakes."""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

import pytest

from tests.runner import sagactl

DEFINITIONS = sorted(Path(__file__).parents[2].joinpath("definitions").glob("*.saga.yaml"))
ORDER = "definitions/order-fulfillment.saga.yaml"
VIEWS = ("flow", "rollback", "sequence", "events", "states")

BROKEN = """\
saga: broken
deadline: soon
steps:
  - step: pay
    participant: payment
    action: Pay
    compensation: Refund
  - step: ship
    participant: shipping
    action: Ship
    after: [pack]
    kind: pivot
"""


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name.partition(".")[0])
def test_every_view_of_every_definition_is_drawn(path: Path) -> None:
    for view in VIEWS:
        for format in ("text", "mermaid", "dot", *(["svg"] if view == "sequence" else [])):
            result = sagactl("graph", str(path), "--view", view, "--format", format)
            assert (result.code, result.err) == (0, ""), (view, format)
            assert result.out


@pytest.mark.parametrize("view", ["flow", "rollback", "events", "states"])
def test_a_definition_with_mistakes_is_drawn_and_says_so(view: str, tmp_path: Path) -> None:
    path = tmp_path / "broken.saga.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    result = sagactl("graph", str(path), "--view", view)
    assert result.code == 1
    assert "NOT VALID, 2 mistakes" in result.out
    assert "see `sagactl lint`" in result.err
    if view in ("flow", "events"):
        assert "! there is no step `pack`" in result.out


def test_a_sequence_needs_a_valid_definition(tmp_path: Path) -> None:
    path = tmp_path / "broken.saga.yaml"
    path.write_text(BROKEN, encoding="utf-8")
    result = sagactl("graph", str(path), "--view", "sequence")
    assert result.code == 1
    assert "pack" in result.out + result.err


def test_the_ending_of_the_file_decides_on_the_format(tmp_path: Path) -> None:
    pytest.importorskip("pygraphviz")
    for ending, start in (("svg", "<svg"), ("html", "<!doctype html>"), ("mmd", "flowchart"), ("gv", "digraph")):
        file = tmp_path / f"picture.{ending}"
        assert sagactl("graph", ORDER, "--view", "rollback", "-o", str(file)).code == 0
        assert file.read_text(encoding="utf-8").startswith(start)


def test_a_sequence_shows_the_fault_that_was_asked_for() -> None:
    result = sagactl("graph", ORDER, "--view", "sequence", "--fault", "charge-payment:reply-lost", "-f", "svg")
    words = " ".join(ElementTree.fromstring(result.out).itertext())
    assert "with charge-payment:reply-lost" in words and "done, lost" in words


def test_a_fault_that_was_not_reached_is_told() -> None:
    result = sagactl("graph", ORDER, "--view", "sequence", "--fail", "book-express")
    assert result.code == 1
    assert "not in the picture" in result.err


def test_events_as_an_orchestration_are_commands() -> None:
    result = sagactl("graph", ORDER, "--view", "events", "--style", "orchestration")
    assert "ProcessPayment → ChargePaymentDone or CardDeclined" in result.out


def test_stated_contexts_are_boxes_with_events_between_them() -> None:
    stated = [path for path in DEFINITIONS if "context:" in path.read_text(encoding="utf-8")]
    for path in stated:
        result = sagactl("graph", str(path), "--view", "hybrid")
        assert result.code == 0
        assert "led by one service" in result.out
