"""What the renderers write: expected to the letter for known sagas, and sound for any words whatever."""

from __future__ import annotations

import os
import re
import struct
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sagactl.diagrams import (
    Figure,
    commands_figure,
    dot,
    events_figure,
    flow_figure,
    fonts,
    hybrid_figure,
    image,
    labels,
    mermaid,
    rollback_figure,
    rollbacks_figure,
    states_figure,
    svg,
    terminal,
)
from sagactl.diagrams.figure import STATE_TEXTS
from sagactl.diagrams.text import cells, clip, wrap
from sagactl.errors import SagactlError
from sagactl.escape import escape
from sagactl.flow import Flow, flow
from sagactl.model import Saga
from tests.diagrams.sagas import ALL, CHILD, CLAIM, CYCLE, HOSTILE, LONG, NET, ORDER, TRIP, sagas, sequence, step, texts
from tests.mermaid import read_by_mermaid
from tests.optional import need

EXPECTED: Final = Path(__file__).parent / "expected"
UPDATE: Final = bool(os.environ.get("UPDATE"))

WRITERS: Final[dict[str, Callable[[Figure], str]]] = {
    "txt": terminal.render,
    "ascii.txt": lambda drawn: terminal.render(drawn, ascii=True, width=60),
    "mmd": mermaid.render,
    "dot": dot.render,
}

HOSTILE_SAGA: Final = Saga(
    id=HOSTILE[0], steps=tuple(step(id, participant=id, action=id, rejects=(id,)) for id in HOSTILE[:8])
)

GOLDEN: Final[dict[str, Figure]] = {
    "order": flow_figure(flow(ORDER)),
    "order-fails": rollback_figure(flow(ORDER), "create-shipment"),
    "order-parked": rollback_figure(flow(ORDER), "send-confirmation"),
    "trip": flow_figure(flow(TRIP)),
    "trip-fails": rollback_figure(flow(TRIP), "charge"),
    "claim": flow_figure(flow(CLAIM)),
    "net-fails": rollback_figure(flow(NET), "e"),
    "cycle": flow_figure(flow(CYCLE)),
    "child": flow_figure(flow(CHILD)),
    "order-failures": rollbacks_figure(flow(ORDER)),
    "trip-failures": rollbacks_figure(flow(TRIP)),
    "order-events": events_figure(flow(ORDER)),
    "trip-events": events_figure(flow(TRIP)),
    "order-commands": commands_figure(flow(ORDER)),
    "order-states": states_figure(flow(ORDER)),
    "claim-states": states_figure(flow(CLAIM)),
    "trip-hybrid": hybrid_figure(flow(TRIP), {"travel": ("hold-flight", "hold-hotel", "hold-car", "issue-tickets")}),
    "hostile-events": events_figure(flow(HOSTILE_SAGA)),
    "hostile-commands": commands_figure(flow(HOSTILE_SAGA)),
    "hostile-failures": rollbacks_figure(flow(HOSTILE_SAGA)),
    "hostile": flow_figure(
        flow(Saga(id=HOSTILE[0], steps=tuple(step(id, participant=id, action=id) for id in HOSTILE)))
    ),
}


def check(name: str, written: str) -> None:
    """The text is that of the expected file; `UPDATE=1` writes the file anew."""
    file = EXPECTED / name
    if UPDATE:
        file.write_text(written, encoding="utf-8")
    assert written == file.read_text(encoding="utf-8")


@pytest.mark.parametrize("suffix", WRITERS)
@pytest.mark.parametrize("name", GOLDEN)
def test_the_text_is_the_expected_one(name: str, suffix: str) -> None:
    check(f"{name}.{suffix}", WRITERS[suffix](GOLDEN[name]))


@pytest.mark.parametrize("write", WRITERS.values(), ids=WRITERS)
@pytest.mark.parametrize("name", ALL)
def test_every_step_and_every_compensation_is_in_the_text_and_twice_gives_the_same(
    name: str, write: Callable[[Figure], str]
) -> None:
    written = write(flow_figure(flow(ALL[name])))
    assert written == write(flow_figure(flow(ALL[name])))
    joined = re.sub(r"[^A-Za-z0-9-]|BR|br", "", written)
    for node in flow_figure(flow(ALL[name])).nodes:
        if name != "long":
            assert node.title.replace(" ", "") in joined


# -- terminal


@given(sagas(texts=texts), st.integers(1, 130), st.booleans())
def test_no_line_is_wider_than_asked_for(saga: Saga, width: int, ascii: bool) -> None:
    found = flow(saga)
    others = (rollbacks_figure(found), events_figure(found), commands_figure(found), states_figure(found))
    for drawn in (flow_figure(found), *(rollback_figure(found, each.id) for each in found.steps[:2]), *others):
        written = terminal.render(drawn, width=width, ascii=ascii)
        assert all(cells(line) <= width for line in written.splitlines())
        assert written.isascii() or not ascii
        assert all(line.isprintable() for line in written.split("\n"))


@pytest.mark.parametrize("width", [72, 80, 120])
@pytest.mark.parametrize("name", sorted(ALL.keys() - {"long"}))
def test_no_name_is_cut_at_usual_widths(name: str, width: int) -> None:
    written = terminal.render(flow_figure(flow(ALL[name])), width=width)
    for each in ALL[name].steps:
        assert each.id in written
        assert each.compensation is None or each.compensation.command in written


def test_long_names_are_folded_and_not_cut() -> None:
    written = terminal.render(flow_figure(flow(LONG)), width=40)
    assert "…" not in written
    assert "z" * 30 in written


def test_numbers_stand_on_the_compensations() -> None:
    lines = terminal.render(rollback_figure(flow(ORDER), "create-shipment")).splitlines()
    found = [match[0] for line in lines if (match := re.search(r"\[\d\] \w+", line))]
    assert found[:3] == ["[3] UndoReserveItems", "[2] UndoChargePayment", "[1] UndoBookExpress"]


# -- dot


VIEWS: Final = (flow_figure, rollbacks_figure, events_figure, commands_figure, states_figure)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None, max_examples=60)
@given(sagas(texts=texts, most=5), st.sampled_from(VIEWS))
def test_graphviz_reads_what_is_written_whatever_the_words(saga: Saga, view: Callable[[Flow], Figure]) -> None:
    pygraphviz = pytest.importorskip("pygraphviz")
    drawn = view(flow(saga))
    graph = pygraphviz.AGraph(string=dot.render(drawn))
    parts = drawn.panels or (drawn,)
    assert len(graph.nodes()) == sum(len(part.nodes) for part in parts)
    hidden = sum(edge.attr["style"] == "invis" for edge in graph.edges())
    assert len(graph.edges()) - hidden == sum(len(part.edges) for part in parts)


@pytest.mark.parametrize("name", GOLDEN)
def test_the_installed_graphviz_reads_it_without_a_word(name: str) -> None:
    source = dot.render(GOLDEN[name]).encode(errors="surrogatepass")
    done = subprocess.run([need("dot"), "-Tsvg"], input=source, capture_output=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, b"")


def test_panels_stand_in_the_order_of_the_steps_and_do_not_overlap() -> None:
    need("dot")
    root = ElementTree.fromstring(svg(rollbacks_figure(flow(sequence(12)))))
    space = "{http://www.w3.org/2000/svg}"
    boxes = [_box(each.find(f"{space}path")) for each in root.iter(f"{space}g") if each.get("class") == "cluster"]
    boxes = [box for box in boxes if box is not None]
    assert len(boxes) == 12
    for place, (left, top, right, bottom) in enumerate(boxes):
        for other in boxes[place + 1 :]:
            assert right <= other[0] or other[2] <= left or bottom <= other[1] or other[3] <= top
    assert boxes == sorted(boxes, key=lambda box: (round(box[1] / 100), box[0]))


def _box(path: ElementTree.Element | None) -> tuple[float, float, float, float] | None:
    if path is None:
        return None
    found = [tuple(map(float, pair.split(","))) for pair in re.findall(r"-?[\d.]+,-?[\d.]+", path.get("d", ""))]
    return min(x for x, _ in found), min(y for _, y in found), max(x for x, _ in found), max(y for _, y in found)


# -- mermaid

PARTS = r'"[^"`<>]*(?:</?[bi]>|<br/>|[^"`<>])*"'
NODE = re.compile(rf"  (  )?\w*n\d+(\(\(|\(\[|\[\[|\(|\[|\{{|>){PARTS}(\)\)|\]\)|\]\]|\)|\]|\}})")
EDGE = re.compile(
    r'  (  )?\w*n\d+ (-->|-\.->|==>|<-->|-\. "undone by" \.->|(-->|-\.->|<-->)\|"(?:<br/>|[^"`<>])*"\|) \w*n\d+'
)
OTHER = re.compile(
    rf"flowchart (TB|LR)|  acc(Title|Descr): [\w .,-]*|  (  )?classDef \w+ [\w:#,; -]+|  (  )?class \w+ \w+"
    rf"|  subgraph \w+\[{PARTS}\]|  end"
)


@settings(suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(sagas(texts=texts, most=5), st.sampled_from(VIEWS))
def test_every_line_of_a_flowchart_has_one_of_the_known_forms(saga: Saga, view: Callable[[Flow], Figure]) -> None:
    for line in mermaid.render(view(flow(saga))).splitlines():
        assert NODE.fullmatch(line) or EDGE.fullmatch(line) or OTHER.fullmatch(line), line


def test_what_mermaid_would_not_draw_is_refused_with_what_can() -> None:
    with pytest.raises(SagactlError, match="Mermaid draws up to 500 arrows") as caught:
        mermaid.render(rollbacks_figure(flow(sequence(40))))
    assert "svg" in caught.value.help


def test_mermaid_reads_it(tmp_path: Path) -> None:
    files = []
    for name, drawn in GOLDEN.items():
        files.append(tmp_path / f"{name}.mmd")
        files[-1].write_text(mermaid.render(drawn), encoding="utf-8", errors="surrogatepass")
    assert read_by_mermaid(tmp_path, files) == ["flowchart-v2"] * len(files)


# -- pictures

needs_graphviz = pytest.mark.skipif(not fonts.provide(), reason="no font to draw with")


@pytest.mark.parametrize("name", GOLDEN)
def test_an_svg_is_sound_named_and_closed(name: str) -> None:
    pytest.importorskip("pygraphviz")
    written = image.render(GOLDEN[name], "svg")
    assert written == image.render(GOLDEN[name], "svg")
    root = ElementTree.fromstring(written)
    space = "{http://www.w3.org/2000/svg}"
    assert root.tag == f"{space}svg" and root.get("role") == "img"
    assert [each.tag for each in root[:3]] == [f"{space}{tag}" for tag in ("title", "desc", "style")]
    assert {each.tag.removeprefix(space) for each in root.iter()} <= {
        "svg", "title", "desc", "style", "g", "path", "polygon", "polyline", "text", "ellipse"
    }  # fmt: skip
    assert not any("href" in key or key.startswith("on") for each in root.iter() for key in each.attrib)
    assert b"<!--" not in written and b"Generated" not in written
    drawn = "".join(each.text or "" for each in root.iter(f"{space}text")).replace("\xa0", " ")
    for node in GOLDEN[name].nodes:
        assert "".join(wrap(escape(node.title), labels.TITLE_WIDTH)) in drawn or node.role == "choice"
        if node.state in ("failing", "maybe"):
            assert STATE_TEXTS[node.state] in drawn


@needs_graphviz
@pytest.mark.parametrize("name", ["order", "order-fails", "hostile"])
def test_a_png_has_a_plausible_size(name: str) -> None:
    pytest.importorskip("pygraphviz")
    written = image.render(GOLDEN[name], "png")
    width, height = struct.unpack(">II", written[16:24])
    assert written.startswith(b"\x89PNG") and len(written) > 10_000
    assert 300 < width < 6000 and 300 < height < 12000
    assert written == image.render(GOLDEN[name], "png")


@needs_graphviz
def test_a_pdf_does_not_say_when_it_was_made() -> None:
    pytest.importorskip("pygraphviz")
    written = image.render(GOLDEN["order"], "pdf")
    assert written.startswith(b"%PDF")
    dates = re.findall(rb"/CreationDate \(D:([^)]*)\)", written)
    assert all(date.startswith(b"19800101") for date in dates)


def test_without_graphviz_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(image, "find_spec", lambda name: None)
    with pytest.raises(SagactlError, match="needs Graphviz") as caught:
        image.render(GOLDEN["order"], "svg")
    assert "apt install graphviz" in caught.value.help and "mermaid" in caught.value.help


def test_what_graphviz_complains_about_is_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pygraphviz")
    monkeypatch.setattr("shutil.which", lambda name: None)
    monkeypatch.setattr(dot, "render", lambda drawn: "no graph")
    with pytest.raises(SagactlError, match="could not draw"):
        image.render(GOLDEN["order"], "svg")


def test_without_any_font_png_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fonts, "provide", lambda: False)
    with pytest.raises(SagactlError, match="no font is installed") as caught:
        image.render(GOLDEN["order"], "png")
    assert "ziafont" in caught.value.help


def test_a_font_of_a_package_is_used_where_the_system_has_none(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "font.ttf").write_bytes(b"")
    monkeypatch.delenv("FONTCONFIG_FILE", raising=False)
    monkeypatch.setattr("sys.platform", "linux")
    monkeypatch.setattr(fonts, "places", lambda: iter(()))
    monkeypatch.setattr(fonts, "carried", lambda: iter(()))
    assert not fonts.provide()
    monkeypatch.setattr(fonts, "carried", lambda: iter((tmp_path,)))
    assert fonts.provide()
    assert str(tmp_path) in Path(os.environ["FONTCONFIG_FILE"]).read_text(encoding="utf-8")
    del os.environ["FONTCONFIG_FILE"]


# -- text


@given(st.text(), st.integers(1, 40))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrap(text, width)
    assert "".join("".join(lines).split(" ")) == "".join(text.split(" "))
    assert all(cells(line) <= width or len(line) == 1 for line in lines)


@given(st.text(), st.integers(0, 40))
def test_clipped_text_fits(text: str, width: int) -> None:
    assert cells(clip(text, width)) <= width
