"""A report in a real browser: it loads from the file system, asks for nothing, complains of nothing, and obeys keys."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.reports.browser import Browser, browser
from tests.runner import sagactl
from tests.survey.definitions import BROKEN, DRAFT, NOTHING, written

TAB, ENTER = ("Tab", 9), ("Enter", 13)
FOCUS = "document.activeElement.getAttribute('href') || document.activeElement.tagName.toLowerCase()"


@pytest.fixture(scope="module")
def report(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("report")
    bad = written(folder / "bad", trip=DRAFT, broken=BROKEN, nothing=NOTHING)
    sagactl("report", str(bad), "definitions/loan-approval.saga.yaml", "-o", str(folder / "out"), "--jobs", "1")
    return folder / "out"


@pytest.fixture(scope="module")
def tab() -> Iterator[Browser]:
    with browser() as found:
        yield found


@pytest.mark.parametrize("name", ["index", "trip", "broken", "nothing", "loan-approval"])
@pytest.mark.parametrize(("dark", "width"), [(False, 1280), (True, 1280), (False, 360)])
def test_a_page_loads_and_asks_for_nothing(tab: Browser, report: Path, name: str, dark: bool, width: int) -> None:
    address = (report / f"{name}.html").as_uri()
    tab.looks(dark=dark, width=width)
    tab.open(address)
    assert tab.value("document.documentElement.dataset.ready") == "yes"
    assert tab.fetched == [address]
    assert tab.complaints == []
    # What is wider than the page scrolls inside its own frame.
    assert tab.value("document.documentElement.scrollWidth") <= width


def test_keys_reach_every_link_from_the_top(tab: Browser, report: Path) -> None:
    tab.looks()
    tab.open((report / "trip.html").as_uri())
    reached = []
    for _ in range(15):
        tab.press(*TAB)
        reached.append(tab.value(FOCUS))
    assert reached == [
        "#main", "index.html",
        "#diagnosis", "#verification", "#rehearsals", "#recommendation", "#definition",
        "#diagnosis", "#recommendation", "#pictures", "#verification", "#outcomes", "#rehearsals", "#definition",
        reached[-1],
    ]  # fmt: skip
    assert reached[-1].startswith("#L")


def test_what_has_the_focus_can_be_seen(tab: Browser, report: Path) -> None:
    tab.looks()
    tab.open((report / "trip.html").as_uri())
    tab.press(*TAB)
    assert tab.value("document.activeElement.getBoundingClientRect().left") >= 0
    tab.press(*TAB)
    assert tab.value("getComputedStyle(document.activeElement).outlineWidth") == "3px"


def test_an_end_of_the_grid_opens_its_run(tab: Browser, report: Path) -> None:
    tab.open((report / "trip.html").as_uri())
    assert tab.value("document.getElementById('run-5').closest('details').open") is False
    tab.value("document.querySelector('a.end[href=\"#run-5\"]').focus()")
    tab.press(*ENTER)
    assert tab.value("new Promise((done) => setTimeout(() => done(location.hash), 100))") == "#run-5"
    assert tab.value("document.getElementById('run-5').closest('details').open") is True


def test_a_run_that_the_address_names_is_open(tab: Browser, report: Path) -> None:
    tab.open((report / "trip.html").as_uri() + "#run-7")
    assert tab.value("document.getElementById('run-7').closest('details').open") is True


def test_buttons_open_and_close_all_runs(tab: Browser, report: Path) -> None:
    tab.open((report / "trip.html").as_uri())
    number = tab.value("document.querySelectorAll('details.run').length")
    for button, expected in ((0, number), (1, 0)):
        tab.value(f"document.querySelectorAll('#rehearsals button')[{button}].click()")
        assert tab.value("document.querySelectorAll('details.run[open]').length") == expected


def test_dark_screens_and_paper_have_their_own_colours(tab: Browser, report: Path) -> None:
    ground = "getComputedStyle(document.body).backgroundColor"
    paper = "getComputedStyle(document.querySelector('.picture polygon')).fill"
    tab.looks()
    tab.open((report / "trip.html").as_uri())
    light = tab.value(ground), tab.value(paper)
    tab.looks(dark=True)
    dark = tab.value(ground), tab.value(paper)
    tab.looks(dark=True, media="print")
    printed = tab.value(ground), tab.value(paper)
    assert light[0] == printed[0] == "rgb(255, 255, 255)" != dark[0]
    assert light[1] == printed[1] != dark[1]


def test_pictures_have_names_for_those_who_do_not_see_them(tab: Browser, report: Path) -> None:
    tab.looks()
    tab.open((report / "loan-approval.html").as_uri())
    tab.tell("Accessibility.enable")
    nodes = tab.tell("Accessibility.getFullAXTree")["nodes"]
    roles = [
        (node["role"]["value"], node.get("name", {}).get("value", "")) for node in nodes if not node.get("ignored")
    ]
    images = [name for role, name in roles if role in ("image", "img")]
    assert len(images) >= 5 and all(images)
    assert {"main", "navigation", "region", "banner"} <= {role for role, _ in roles}
    assert all(name for role, name in roles if role in ("link", "button", "region", "heading"))
