"""SVG in a page: names that never meet, colours that can be read in light and dark, and a page that needs nothing else."""

from __future__ import annotations

import re
import subprocess
from base64 import b64encode
from hashlib import sha256
from html.parser import HTMLParser
from pathlib import Path
from typing import Final
from xml.etree import ElementTree

import pytest

from sagactl.diagrams import Figure, colours, events_figure, flow_figure, html, rollbacks_figure, states_figure, svg
from sagactl.diagrams.colours import DARK, INK, NEUTRAL, NIGHT, PALETTE, PAPER, QUIET, dark, shade, tint
from sagactl.flow import flow
from tests.diagrams.sagas import ORDER, TRIP
from tests.diagrams.test_renderers import HOSTILE_SAGA
from tests.optional import need

DRAWN: Final[dict[str, Figure]] = {
    "flow": flow_figure(flow(ORDER)),
    "failures": rollbacks_figure(flow(TRIP)),
    "events": events_figure(flow(ORDER)),
    "states": states_figure(flow(ORDER)),
    "hostile": flow_figure(flow(HOSTILE_SAGA)),
    "hostile-events": events_figure(flow(HOSTILE_SAGA)),
}


# -- names


@pytest.mark.parametrize("name", DRAWN)
def test_every_name_in_an_svg_begins_with_the_one_it_is_given(name: str) -> None:
    root = ElementTree.fromstring(svg(DRAWN[name], "first"))
    ids = [each.get("id") or "" for each in root.iter() if each.get("id")]
    assert len(set(ids)) == len(ids)
    assert all(id == "first" or id.startswith("first-") for id in ids)
    named = (root.get("aria-labelledby") or "").split()
    assert set(named) <= set(ids) and len(named) == 2


def test_two_pictures_in_one_page_share_no_name() -> None:
    one, two = (set(re.findall(r' id="([^"]*)"', svg(DRAWN["flow"], name))) for name in ("a", "b"))
    assert one and two and not one & two


def test_where_the_pointer_rests_are_words_and_no_names_of_nodes() -> None:
    root = ElementTree.fromstring(svg(DRAWN["flow"]))
    tips = [each.text or "" for each in root.iter("{http://www.w3.org/2000/svg}title")]
    assert "charge-payment · payment · DoChargePayment" in tips
    assert not any(tip.startswith("step:") or "->" in tip for tip in tips)


# -- colours


def contrast(one: str, two: str) -> float:
    """The contrast of two colours.

    Source: W3C, Web Content Accessibility Guidelines 2.2, relative luminance and contrast ratio.
    """
    light, dim = sorted((_luminance(one), _luminance(two)), reverse=True)
    return (light + 0.05) / (dim + 0.05)


def _luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


GROUNDS: Final = (PAPER, *(tint(each) for each in (*PALETTE, NEUTRAL)))


@pytest.mark.parametrize("ground", GROUNDS)
@pytest.mark.parametrize("ink", [INK, QUIET])
def test_words_can_be_read_on_every_ground_in_light_and_dark(ink: str, ground: str) -> None:
    assert contrast(ink, ground) >= 4.5
    assert contrast(dark(ink), dark(ground)) >= 4.5


@pytest.mark.parametrize("ink", ["FAINT", "FAILURE", "BACK", "GOOD"])
def test_words_in_colour_can_be_read_on_paper_in_light_and_dark(ink: str) -> None:
    colour = getattr(colours, ink)
    assert contrast(colour, PAPER) >= 4.5
    assert contrast(dark(colour), NIGHT) >= 4.5


@pytest.mark.parametrize("colour", [*PALETTE, NEUTRAL])
def test_lines_stand_out_in_light_and_dark(colour: str) -> None:
    assert contrast(shade(colour), PAPER) >= (1.8 if colour == "#F0E442" else 2.5)
    assert contrast(dark(shade(colour)), NIGHT) >= 3


def test_every_colour_of_a_picture_has_one_for_the_dark() -> None:
    for drawn in DRAWN.values():
        for colour in set(re.findall(r'(?:fill|stroke)="(#[0-9a-f]{6})"', svg(drawn))):
            assert dark(colour) != colour, colour


def test_what_is_dark_is_dark() -> None:
    assert all(_luminance(DARK[each]) > _luminance(NIGHT) for each in DARK if each != PAPER)


# -- the page


class Page(HTMLParser):
    """The tags of a page, and what stands in its style and script."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.inside: list[str] = []
        self.assets: dict[str, list[str]] = {"style": [], "script": []}
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))
        self.inside.append(tag)

    def handle_endtag(self, tag: str) -> None:
        while self.inside and self.inside.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if self.inside and self.inside[-1] in self.assets:
            self.assets[self.inside[-1]].append(data)

    def policy(self) -> str:
        metas = [attrs for tag, attrs in self.tags if tag == "meta" and "content" in attrs and "http-equiv" in attrs]
        return metas[0]["content"] or ""


@pytest.mark.parametrize("name", DRAWN)
def test_the_policy_allows_what_the_page_holds_and_nothing_else(name: str) -> None:
    page = Page(html.render(DRAWN[name]))
    allowed = re.findall(r"'(sha256-[^']*)'", page.policy())
    held = [content for contents in page.assets.values() for content in contents]
    assert sorted(allowed) == sorted(f"sha256-{b64encode(sha256(each.encode()).digest()).decode()}" for each in held)
    assert page.policy().startswith("default-src 'none'")
    for tag, attrs in page.tags:
        assert tag not in ("img", "link", "iframe", "object", "a") or attrs.get("href", "").startswith("#")  # type: ignore[union-attr]
        assert not any(key.startswith("on") or key in ("src", "style") for key in attrs)


def test_the_same_figure_gives_the_same_page_with_the_words_beside_it() -> None:
    written = html.render(DRAWN["flow"])
    assert written == html.render(DRAWN["flow"])
    assert "Skip to the picture in words" in written and "● charge-payment" in written


SCRIPT: Final = "document.title = [errors.length, document.getElementById('size').textContent].join('|')"


def test_in_a_browser_the_keys_change_the_size_and_nothing_complains(tmp_path: Path) -> None:
    browser = need("chromium")
    page = html.render(DRAWN["failures"])
    press = "".join(f'document.dispatchEvent(new KeyboardEvent("keydown",{{key:"{key}"}}));' for key in "++-0-")
    before = "window.errors=[];addEventListener('error',e=>errors.push(e));addEventListener('securitypolicyviolation',e=>errors.push(e));"
    opened = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", page)
    opened = opened.replace("<style>", f"<script>{before}</script><style>", 1)
    opened = opened.replace("</body>", f"<script>{press}{SCRIPT}</script></body>")
    file = tmp_path / "page.html"
    file.write_text(opened, encoding="utf-8")
    call = [browser, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={tmp_path}/profile", "--dump-dom"]
    done = subprocess.run([*call, file.as_uri()], capture_output=True, text=True, timeout=120, check=False)
    found = re.search(r"<title>(\d+)\|(\d+) %</title>", done.stdout)
    assert found is not None, done.stderr[-2000:]
    assert found[1] == "0" and found[2] != "100"
