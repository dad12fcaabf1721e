"""A sequence in DOT: expected to the letter, accepted by Graphviz whatever the names, and with its rows in order."""

from __future__ import annotations

import re
import struct
import subprocess

import pytest
from hypothesis import HealthCheck, given, settings

from sagactl.diagrams import image
from sagactl.reports.traces import dot
from sagactl.reports.traces.messages import rows
from sagactl.trace import Trace
from tests.optional import need
from tests.reports.traces import TRACES, check, hostile, traces

PLACED = re.compile(r'^  (\w+) \[pos="[\d.-]+,([\d.-]+)!"', re.MULTILINE)


def drawn(source: str, program: str = "dot") -> str:
    """The places of all nodes, as the program sees them; it must not complain of anything."""
    call = [need(program), "-Tplain"]
    done = subprocess.run(call, input=source, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.mark.parametrize("name", TRACES)
def test_the_text_is_the_expected_one(name: str) -> None:
    """UPDATE=1 rewrites what is expected."""
    check(f"{name}.dot", dot.render(TRACES[name]))


@pytest.mark.parametrize("name", TRACES)
def test_every_program_of_graphviz_leaves_the_nodes_where_they_are(name: str) -> None:
    source = dot.render(TRACES[name])
    placed = drawn(source)
    assert placed == drawn(source, "neato") == drawn(source, "circo")
    inches = {words[1]: float(words[3]) for words in map(str.split, placed.splitlines()) if words[0] == "node"}
    points = {found[1]: float(found[2]) for found in PLACED.finditer(source)}
    assert inches.keys() == points.keys()
    moved = {round(inches[id] - points[id] / 72, 2) for id in points}
    assert len(moved) == 1, "all are moved by the same, or their order is lost"


@pytest.mark.parametrize("name", TRACES)
def test_there_is_a_row_for_every_message_and_note(name: str) -> None:
    """The rows stand below each other in their order."""
    heights = [float(found[2]) for found in PLACED.finditer(dot.render(TRACES[name])) if found[1].startswith("words")]
    assert len(heights) == len(rows(TRACES[name]))
    assert heights == sorted(heights, reverse=True)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=20)
@given(traces())
def test_graphviz_accepts_any_trace(trace: Trace) -> None:
    drawn(dot.render(trace))


@pytest.mark.parametrize("style", ["orchestration", "choreography"])
def test_no_name_breaks_out(style: str) -> None:
    source = dot.render(hostile(style))  # type: ignore[arg-type]
    assert all(line.isprintable() for line in source.splitlines())
    ids = {line.split()[1] for line in drawn(source).splitlines() if line.startswith("node")}
    assert all(re.fullmatch(r"(ground|life|head|words|clock|dot|from|to|lost)\d+", id) for id in ids)


def test_it_becomes_a_picture() -> None:
    source = dot.render(TRACES["order-declined"])
    png = image.draw(source, "png")
    width, height = struct.unpack(">II", png[16:24])
    assert png.startswith(b"\x89PNG") and width > 1000 and height > 800
    assert image.draw(source, "pdf").startswith(b"%PDF")
    assert image.draw(source, "png") == png
