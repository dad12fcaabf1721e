"""The pages of a report: whole, closed to what a definition may bring, and usable by those who do not see them."""

from __future__ import annotations

import re
from base64 import b64encode
from hashlib import sha256
from importlib.resources import files
from pathlib import Path
from typing import Final

import pytest

from sagactl.reports.surveys.html import page
from tests.reports.pages import Page
from tests.runner import sagactl
from tests.survey.definitions import BROKEN, DRAFT, NOTHING, written

ROOT: Final = Path(__file__).parents[2]
HOSTILE: Final = """\
saga: odd
description: "</title><script>alert(1)</script> \\u202e `x` \\x1b[31m"
deadline: 5m
defaults: {timeout: 5s}
steps:
  - step: pay
    participant: "bank"
    action: "<img src=x onerror=alert(2)>"
    rejects: ["\\"><svg onload=alert(3)>"]
    compensation: "javascript:alert(4)"
    no_such_key: "<!-- ]]> -->"
"""
SHOWN: Final = ("loan-approval", "travel-booking", "stock-transfer", "order-fulfillment")


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Every page of a report on good and bad definitions, by its name."""
    folder = tmp_path_factory.mktemp("report")
    bad = written(folder / "bad", trip=DRAFT, broken=BROKEN, nothing=NOTHING, odd=HOSTILE)
    good = [str(ROOT / "definitions" / f"{name}.saga.yaml") for name in SHOWN]
    done = sagactl("report", str(bad), *good, "-o", str(folder / "out"), "--jobs", "1")
    assert (done.code, done.err) == (1, "")
    return {path.name: path.read_text(encoding="utf-8") for path in sorted((folder / "out").iterdir())}


@pytest.fixture(scope="module")
def parsed(report: dict[str, str]) -> dict[str, Page]:
    return {name: Page(text) for name, text in report.items()}


def test_there_is_a_page_for_each_and_an_index(report: dict[str, str]) -> None:
    wanted = {"index.html", "trip.html", "broken.html", "nothing.html", "odd.html", *(f"{name}.html" for name in SHOWN)}
    assert set(report) == wanted


def test_tags_are_balanced_and_ids_are_unique(parsed: dict[str, Page]) -> None:
    for name, found in parsed.items():
        assert found.faults == [], name
        assert len(found.ids) == len(set(found.ids)), name


def test_every_link_and_every_name_leads_somewhere(parsed: dict[str, Page]) -> None:
    for name, found in parsed.items():
        ids = set(found.ids)
        for target in (each.get("href") or "" for tag in ("a", "use") for each in found.all(tag)):
            file, _, anchor = target.partition("#")
            assert not file or file in parsed, (name, target)
            assert not anchor or anchor in (set(parsed[file].ids) if file else ids), (name, target)
        assert set(found.named("aria-labelledby", "aria-describedby")) <= ids, name


def test_nothing_is_fetched(report: dict[str, str], parsed: dict[str, Page]) -> None:
    for name, found in parsed.items():
        assert not {"link", "img", "iframe", "object", "embed", "base", "form"} & {tag for tag, _ in found.tags}, name
        assert not any(
            key in ("src", "srcset", "style", "ping") or key.startswith("on") for _, each in found.tags for key in each
        )
        assert not re.search(r"url\((?!#)|@import", report[name]), name


def test_the_policy_allows_the_one_style_and_the_one_script(parsed: dict[str, Page]) -> None:
    for name, found in parsed.items():
        (policy,) = [each["content"] or "" for each in found.all("meta") if "http-equiv" in each]
        assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
        assert len(found.all("style")) == len(found.all("script")) == 1, name
        for kind in ("style", "script"):
            content = "".join(found.text[kind])
            assert f"{kind}-src 'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'" in policy, name


def test_what_a_definition_says_is_text(report: dict[str, str]) -> None:
    odd = report["odd.html"]
    assert "alert(1)" in odd and "<script>alert" not in odd
    assert "&lt;img src=x onerror=alert(2)&gt;" in odd and "<img" not in odd
    assert "\u202e" not in odd and "\x1b" not in odd and "\\u202e" in odd


def test_those_who_do_not_see_find_their_way(parsed: dict[str, Page]) -> None:
    for name, found in parsed.items():
        assert found.all("html") == [{"lang": "en"}], name
        assert len(found.all("main")) == len(found.all("header")) == len(found.all("h1")) == 1, name
        assert found.levels[0] == 1
        assert all(after - before <= 1 for before, after in zip(found.levels, found.levels[1:], strict=False)), name
        assert all(each.get("scope") in ("col", "row") for each in found.all("th")), name
        assert len(found.all("table")) == len(found.all("caption")), name
        regions = [each for _, each in found.tags if each.get("role") == "region"]
        assert regions and all(each.get("aria-label") and each.get("tabindex") == "0" for each in regions), name
        assert all(each.get("role") == "img" or each.get("aria-hidden") == "true" for each in found.all("svg")), name
        (skip,) = [each for each in found.all("a") if each.get("class") == "skip"]
        assert skip["href"] == "#main" and "main" in found.ids


def test_every_part_is_there_and_in_the_list_of_contents(parsed: dict[str, Page]) -> None:
    for name, found in parsed.items():
        if name != "index.html":
            assert [each["id"] for each in found.all("section")] == [part.name for part in page.PARTS], name


def test_findings_lead_to_their_lines(report: dict[str, str]) -> None:
    assert re.search(r'<a href="#L10">[^<]*broken\.saga\.yaml:10:\d+</a>', report["broken.html"])
    assert re.search(r'<span id="L10" class="marked">', report["broken.html"])


def test_the_index_says_how_each_stands(report: dict[str, str]) -> None:
    index = report["index.html"]
    rows = {
        re.search(r'href="(.*?)\.html"', row)[1]: row for row in re.findall(r"<tr><th scope=\"row\">.*?</tr>", index)
    }  # type: ignore[index]
    assert "unsafe" in rows["trip"] and "not acceptable" in rows["trip"]
    assert "not verified" in rows["broken"] and "1 error" in rows["broken"] and "not rehearsed" in rows["nothing"]
    assert "✓</span> safe" in rows["order-fulfillment"] and "all acceptable" in rows["order-fulfillment"]


def test_a_violation_is_told_drawn_and_mended(report: dict[str, str]) -> None:
    trip = report["trip.html"]
    assert '<article class="finding error" id="violation-1"' in trip
    assert 'id="violation-1-sequence"' in trip and "status_query: true" in trip
    assert "<code>hotel</code> has to promise" in trip and "! owed" in trip
    assert "the bank is asked by hand" in trip


def test_every_end_of_the_grid_leads_to_its_run(report: dict[str, str], parsed: dict[str, Page]) -> None:
    for name in ("trip.html", "loan-approval.html"):
        ends = re.findall(r'<a class="end (\w+)" href="#(run-\d+)"', report[name])
        assert len({run for _, run in ends}) == len(ends) > 20
        assert {run for _, run in ends} | {"run-0"} == {id for id in parsed[name].ids if re.fullmatch(r"run-\d+", id)}


# -- colours

TEXTS: Final = ("ink", "quiet", "good", "bad", "undo", "fault-ink", "forward")
GROUNDS: Final = ("ground", "card", "way-back", "now")
ENOUGH: Final = 4.5
"""Source: Web Content Accessibility Guidelines 2.2, success criterion 1.4.3, level AA."""


def palettes() -> dict[str, dict[str, str]]:
    """The colours by what they are for: light, dark, and for paper, which lacks those that are light anyway."""
    sheet = files("sagactl.reports.hypertext").joinpath("colours.css").read_text(encoding="utf-8")
    light, dark, paper = (dict(re.findall(r"--([\w-]+): (#\w{6})", part)) for part in sheet.split("@media"))
    return {"light": light, "dark": {**light, **dark}, "print": {**light, **paper}}


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("scheme", ["light", "dark", "print"])
def test_text_stands_out_from_every_ground(scheme: str) -> None:
    colours = palettes()[scheme]
    found = {(text, ground): contrast(colours[text], colours[ground]) for text in TEXTS for ground in GROUNDS}
    assert {pair: round(value, 2) for pair, value in found.items() if value < ENOUGH} == {}


def test_contrast_is_counted_as_the_guidelines_do() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)
