"""Traces as Mermaid: expected to the letter, of known forms whatever the names, and read by Mermaid itself."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from sagactl.reports.traces import mermaid
from sagactl.trace import Trace
from tests.mermaid import read_by_mermaid
from tests.reports.traces import TRACES, check, hostile, traces


@pytest.mark.parametrize("view", mermaid.VIEWS)
@pytest.mark.parametrize("name", TRACES)
def test_the_text_is_the_expected_one(name: str, view: str) -> None:
    """UPDATE=1 rewrites what is expected."""
    check(f"{name}.{view}.mmd", mermaid.render(TRACES[name], view))


LABEL: Final = r"[^:;\n<>\"'`%{}()\[\]|#]|#\d+;"
WORDS: Final = r"[\w .,\-]*"
DATE: Final = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}"
SEQUENCE: Final = re.compile(
    rf"sequenceDiagram|  acc(Title|Descr): {WORDS}|  rect rgba\(213, 94, 0, 0\.12\)|  end"
    rf"|  participant (o|p\d+) as ({LABEL})+|  Note over (o|p\d+)(,p\d+)?: ({LABEL})+"
    rf"|  (o(->>|-x)p\d+|p\d+(-->>|--x)o|p\d+-\)p\d+): ({LABEL})+"
)
GANTT: Final = re.compile(
    r"%%\{init: \{\"gantt\": \{\"leftPadding\": \d+\}\}\}%%|"
    rf"gantt|  (title|section) {WORDS}|  dateFormat YYYY-MM-DDTHH:mm:ss\.SSS|  axisFormat [%\w:. ]+"
    rf"|  ({LABEL})+ :((done|active|crit), )?{DATE}, {DATE}|  ({LABEL})+ :milestone, {DATE}, 0d"
)


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None)
@given(traces())
def test_every_line_has_one_of_the_known_forms(trace: Trace) -> None:
    for view, form in zip(mermaid.VIEWS, (SEQUENCE, GANTT), strict=True):
        for line in mermaid.render(trace, view).split("\n")[:-1]:
            assert form.fullmatch(line), line


def test_every_ground_of_the_way_back_is_closed() -> None:
    for trace in (*TRACES.values(), hostile(), hostile("choreography")):
        lines = mermaid.render(trace).splitlines()
        assert lines.count("  end") == sum(line.startswith("  rect ") for line in lines)


def test_mermaid_reads_it(tmp_path: Path) -> None:
    files, kinds = [], []
    for name, trace in {**TRACES, "hostile": hostile(), "hostile events": hostile("choreography")}.items():
        for view in mermaid.VIEWS:
            file = tmp_path / f"{name}.{view}.mmd"
            file.write_text(mermaid.render(trace, view), encoding="utf-8")
            files.append(file)
            kinds.append({"sequence": "sequence", "timeline": "gantt"}[view])
    assert read_by_mermaid(tmp_path, files) == kinds
