"""Everything the documentation shows is run, everything generated is fresh, and every link leads somewhere.

`UPDATE=1` rewrites outputs and generated stretches in place; what a page claims in words, and how its calls exit, it
leaves alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import get_args

import pytest

from sagactl.machine.repair import TABLE as REPAIRS
from sagactl.machine.repair import ResolveStep, RetryStep, SkipStep
from sagactl.machine.state import Record
from sagactl.machine.transition import TABLE
from tests.docs import machine_map
from tests.docs.generate import REGIONS, rule_pages
from tests.docs.pages import ROOT, Block, fresh, pages, parts
from tests.docs.words import RECORDS

UPDATE = bool(os.environ.get("UPDATE"))
RULES = ROOT / "docs" / "rules"


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def written() -> tuple[Path, ...]:
    """The pages that are written by hand, with or without generated stretches."""
    return tuple(path for path in pages() if path.parent != RULES or path.name == "README.md")


# -- what is shown is true


def test_rule_pages_are_fresh() -> None:
    wanted = rule_pages()
    found = {path.name: path for path in RULES.glob("*.md") if path.name != "README.md"}
    if UPDATE:
        for name in found.keys() - wanted.keys():
            found[name].unlink()
        for name, text in wanted.items():
            (RULES / name).write_text(text, encoding="utf-8")
        return
    assert sorted(found) == sorted(wanted)
    assert {name: path.read_text(encoding="utf-8") for name, path in found.items()} == wanted


@pytest.mark.parametrize("path", written(), ids=name_of)
def test_a_page_shows_what_really_happens(path: Path, tmp_path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    wanted = fresh(text, tmp_path, REGIONS)
    if UPDATE and wanted != text:
        path.write_text(wanted, encoding="utf-8")
        return
    assert text == wanted


def test_every_generated_stretch_is_shown_somewhere() -> None:
    everything = "".join(path.read_text(encoding="utf-8") for path in written())
    assert [name for name in REGIONS if f"<!-- begin: {name} -->" not in everything] == []


def test_the_demonstration_runs_and_leaves_its_pictures(tmp_path: Path) -> None:
    call = ["sh", "docs/demo.sh", str(Path(sys.executable).parent), str(tmp_path)]
    done = subprocess.run(call, cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\x1b" not in done.stdout
    assert "run ends: compensated" in done.stdout
    assert (tmp_path / "order-fulfillment.svg").read_text(encoding="utf-8").startswith("<svg")
    assert (tmp_path / "order-fulfillment.png").read_bytes().startswith(b"\x89PNG")


# -- the pictures of the machine


def test_the_samples_show_every_cell_of_the_table() -> None:
    cells = {(event, record) for event, row in TABLE.items() for record in row}
    assert cells - machine_map.handled() == set()


def test_no_event_matters_outside_the_table() -> None:
    assert machine_map.handled() <= {(event, record) for event, row in TABLE.items() for record in row}


def test_every_record_has_words_and_is_reached() -> None:
    assert tuple(RECORDS) == get_args(Record)
    edges = machine_map.edges() | machine_map.repairs()
    reached = {record for edge in edges for record in (edge.before, edge.after)}
    assert reached == set(RECORDS)


def test_the_samples_show_every_repair() -> None:
    shown = {(edge.label.split()[0], edge.before) for edge in machine_map.repairs()}
    words = {RetryStep: "retry", SkipStep: "skip", ResolveStep: "resolve"}
    cells = {(words[kind], record) for kind, row in REPAIRS.items() for record in row}
    assert cells - shown == {("retry", "standing"), ("retry", "left")}, "refused, with a reason of their own"
    assert shown <= cells


# -- what must be said


def test_every_dependency_says_why_it_is_there_and_where_it_is_used() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    names = {re.split(r"[^a-z]", dependency)[0] for dependency in project["dependencies"]}
    _, _, section = (ROOT / "docs" / "architecture.md").read_text(encoding="utf-8").partition("## Dependencies\n")
    rows = [line.split("|") for line in section.split("\n## ")[0].split("\n") if line.startswith("| `")]
    assert {row[1].strip(" `") for row in rows} == names
    imported = {"pyyaml": "yaml"}
    for row in rows:
        package = row[1].strip(" `")
        for module in re.findall(r"`(sagactl/[a-z_/]+\.py)`", row[2]):
            assert imported.get(package, package) in (ROOT / module).read_text(encoding="utf-8"), module


def test_every_variable_of_the_environment_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "commands.md").read_text(encoding="utf-8")
    sources = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "sagactl").rglob("*.py"))
    used = re.findall(r"environ(?:\.get\(|\[)\"([A-Z_]+)\"", sources)
    assert [name for name in used if f"`{name}" not in page] == []


def test_every_key_of_the_json_is_documented() -> None:
    page = (ROOT / "docs" / "reference" / "json.md").read_text(encoding="utf-8")
    shown = {key for _, block in _blocks(page) for line in block.lines for key in re.findall(r'^ +"([a-z_]+)":', line)}
    explained = set(re.findall(r"`([a-z_]+)`", "\n".join(line for line in page.split("\n") if line.startswith("|"))))
    assert sorted(shown - explained - {"a", "b"}) == []


def test_fragments_of_the_changelog_have_a_kind() -> None:
    for path in (ROOT / "changes").glob("*.md"):
        if path.name != "README.md":
            assert re.fullmatch(r"[a-z0-9-]+\.(added|changed|fixed|removed)\.md", path.name), path.name


# -- links, sentences, paths

_link = re.compile(r"(?<!!)\[[^\]]+\]\((?P<target>[^)\s]+)\)")


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_links_lead_somewhere(path: Path) -> None:
    for line in _prose(path.read_text(encoding="utf-8")):
        for found in _link.finditer(line):
            target, _, anchor = found["target"].partition("#")
            if target.startswith(("http://", "https://")):
                continue
            file = (path.parent / target).resolve() if target else path
            assert file.exists(), found["target"]
            if anchor:
                assert anchor in set(_anchors(file.read_text(encoding="utf-8"))), found["target"]


def _anchors(text: str) -> Iterator[str]:
    """As code hosts make them of headings."""
    for line in _prose(text):
        if line.startswith("#"):
            heading = line.lstrip("#").strip().lower()
            yield re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


_ABBREVIATION = re.compile(r"\b(e\.g|i\.e|vs|cf|etc|ch|al|[A-Z])\.$")


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_a_line_holds_one_sentence(path: Path) -> None:
    """Roughly: tables, sources and headings are left out."""
    for line in _prose(path.read_text(encoding="utf-8")):
        if line.lstrip().startswith(("|", "#", "Source:", "<!--")):
            continue
        text = re.sub(r"^\s*([-*]|\d+\.)\s+", "", re.sub(r"`[^`]*`", "code", line))
        ends = [text[: found.start() + 1] for found in re.finditer(r"[.!?][)”\"]?\s+(?=[A-Z“(\[*])", text)]
        assert [end for end in ends if not _ABBREVIATION.search(end)] == [], line


PATHS = re.compile(r"(?<![\w.])/(?:work|home|root|Users|tmp|var)/\w")


@pytest.mark.parametrize("path", pages(), ids=name_of)
def test_no_page_holds_a_path_of_a_machine(path: Path) -> None:
    assert PATHS.findall(path.read_text(encoding="utf-8")) == []


def _blocks(text: str) -> Iterator[tuple[str, Block]]:
    return (part for part in parts(text) if not isinstance(part, str))


def _prose(text: str) -> Iterator[str]:
    return (part for part in parts(text) if isinstance(part, str))
