"""The formats and views of `simulate` at the command line."""

from __future__ import annotations

from pathlib import Path
from typing import Final

import pytest

from sagactl.reports.traces import FORMATS, VIEWS
from tests.runner import sagactl
from tests.simulator.rehearsals import DEFINITIONS

ORDER: Final = str(DEFINITIONS / "order-fulfillment.saga.yaml")
FAILS: Final = ("simulate", ORDER, "--fail", "charge-payment")

SHOWN: Final = (
    (("--view", "table"), "participant"),
    (("--view", "timeline"), "━━ action in flight"),
    (("--view", "sequence"), "├─ ReserveItems"),
    (("--format", "mermaid"), "sequenceDiagram"),
    (("--format", "mermaid", "--view", "sequence"), "sequenceDiagram"),
    (("--format", "mermaid", "--view", "timeline"), "gantt"),
    (("--format", "html"), "<!doctype html>"),
    (("--format", "json"), '"moments": ['),
)


@pytest.mark.parametrize(("options", "words"), SHOWN)
def test_a_run_is_shown_as_asked(options: tuple[str, ...], words: str) -> None:
    done = sagactl(*FAILS, *options)
    assert (done.code, done.err) == (0, "") and words in done.out


def test_every_format_and_view_is_tried_here() -> None:
    asked = {word for options, _ in SHOWN for word in options}
    assert {*FORMATS, *VIEWS} <= asked | {"text"}


REFUSED: Final = (
    (("--format", "json", "--view", "table"), "exclude each other"),
    (("--format", "html", "--view", "timeline"), "exclude each other"),
    (("--format", "mermaid", "--view", "table"), "mermaid draws no table"),
    (("--view", "tabel"), "did you mean `table`"),
    (("--format", "htm"), "did you mean `html`"),
)


@pytest.mark.parametrize(("options", "words"), REFUSED)
def test_what_makes_no_sense_is_refused(options: tuple[str, ...], words: str) -> None:
    done = sagactl(*FAILS, *options)
    assert (done.code, done.out) == (2, "") and words in done.err


def test_a_page_is_written_to_a_file(tmp_path: Path) -> None:
    done = sagactl(*FAILS, "--format", "html", "-o", str(tmp_path / "run.html"))
    assert (done.code, done.out) == (0, "")
    assert (tmp_path / "run.html").read_text(encoding="utf-8").endswith("</html>\n")
