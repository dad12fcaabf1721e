"""A sequence as an SVG: expected to the letter, sound whatever the names, and at home in a page among others."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings

from sagactl.reports.traces import svg
from sagactl.trace import Trace
from tests.reports.traces import TRACES, check, hostile, traces

SPACE = "{http://www.w3.org/2000/svg}"


@pytest.mark.parametrize("name", TRACES)
def test_the_picture_is_the_expected_one(name: str) -> None:
    """UPDATE=1 rewrites what is expected."""
    check(f"{name}.svg", svg.render(TRACES[name]))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(traces())
def test_any_trace_is_a_sound_picture(trace: Trace) -> None:
    root = ElementTree.fromstring(svg.render(trace))
    assert root.get("role") == "img"
    assert [each.tag.removeprefix(SPACE) for each in root[:3]] == ["title", "desc", "style"]


@pytest.mark.parametrize("style", ["orchestration", "choreography"])
def test_no_name_breaks_out(style: str) -> None:
    root = ElementTree.fromstring(svg.render(hostile(style)))  # type: ignore[arg-type]
    assert {each.tag.removeprefix(SPACE) for each in root.iter()} <= {
        "svg", "title", "desc", "style", "defs", "marker", "path", "rect", "text", "line", "circle", "g"
    }  # fmt: skip
    assert not any("href" in key or key.startswith("on") for each in root.iter() for key in each.attrib)


def test_names_begin_with_the_one_that_is_given_and_every_reference_is_met() -> None:
    written = svg.render(TRACES["order-lost"], "run-7")
    ids = set(re.findall(r' id="([^"]*)"', written))
    assert all(id == "run-7" or id.startswith("run-7-") for id in ids)
    assert set(re.findall(r"url\(#([^)]*)\)", written)) <= ids


def test_the_style_speaks_of_nothing_outside() -> None:
    rules = re.sub(r"@media[^{]*\{", "", svg.style()).replace("}}", "}")
    assert all(rule.startswith(f".{svg.CLASS} ") for rule in rules.split("}") if rule)


def test_every_class_in_use_has_a_rule() -> None:
    for trace in TRACES.values():
        root = ElementTree.fromstring(svg.render(trace))
        used = {name for each in root.iter() for name in (each.get("class") or "").split()}
        ruled = {name for selector in svg.RULES for name in re.findall(r"[\w-]+", selector)}
        assert used - ruled <= {svg.CLASS, "row", "t-start", "r-ink", "r-strong"}, used - ruled
