"""The page of a trace: whole, self-contained, closed to what a definition may bring, and alive in a browser."""

from __future__ import annotations

import os
import re
import subprocess
from base64 import b64encode
from hashlib import sha256
from pathlib import Path
from typing import Final

import pytest
from hypothesis import HealthCheck, given, settings

from sagactl.reports.traces import html
from sagactl.reports.traces.html.symbols import SYMBOL_OF, SYMBOLS
from sagactl.reports.traces.spans import MARKS, RUN_MARKS
from sagactl.trace import Trace
from tests.optional import need
from tests.reports.pages import Page
from tests.reports.traces import TRACES, hostile, traces

ALL: Final = {**TRACES, "hostile": hostile(), "hostile events": hostile("choreography")}
PAGES: Final = {name: html.render(trace) for name, trace in ALL.items()}


@pytest.mark.parametrize("name", PAGES)
def test_tags_are_balanced_and_names_are_unique(name: str) -> None:
    page = Page(PAGES[name])
    assert page.faults == []
    ids = [attributes["id"] for _, attributes in page.tags if "id" in attributes]
    assert len(ids) == len(set(ids))


@settings(suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large], deadline=None, max_examples=40)
@given(traces())
def test_whatever_the_names_the_page_is_sound(trace: Trace) -> None:
    written = html.render(trace)
    page = Page(written)
    assert page.faults == [] and written == html.render(trace)
    assert len(page.all("script")) == len(page.all("style")) == len(page.all("h1")) == 1
    assert not any(key.startswith("on") or key in ("style", "src") for _, attrs in page.tags for key in attrs)


@pytest.mark.parametrize("name", TRACES)
def test_nothing_is_fetched(name: str) -> None:
    assert not re.search(r"https?:|url\((?!#)|@import|//\w", PAGES[name])
    page = Page(PAGES[name])
    assert {each.get("href", "#")[:1] for tag in ("a", "use") for each in page.all(tag)} == {"#"}  # type: ignore[index]
    assert not {"link", "img", "iframe", "object", "base"} & {tag for tag, _ in page.tags}


@pytest.mark.parametrize("name", PAGES)
def test_the_policy_allows_the_one_style_and_the_one_script(name: str) -> None:
    page = Page(PAGES[name])
    (policy,) = [
        each["content"] or "" for each in page.all("meta") if each.get("http-equiv") == "Content-Security-Policy"
    ]
    assert policy.startswith("default-src 'none'; ")
    for kind in ("style", "script"):
        content = "".join(page.text[kind])
        assert f"{kind}-src 'sha256-{b64encode(sha256(content.encode()).digest()).decode()}'" in policy
    assert "unsafe" not in policy


@pytest.mark.parametrize("name", PAGES)
def test_the_table_holds_all_moments_and_marks_the_way_back(name: str) -> None:
    trace, page = ALL[name], Page(PAGES[name])
    found = [each for each in page.all("tr") if each.get("id")]
    assert [each["id"] for each in found] == [f"m{place}" for place in range(len(trace.moments))]
    kinds = [(each.get("class") or "").split() for each in found]
    turn = next((at for at, moment in enumerate(trace.moments) if moment.what == "rollback"), len(trace.moments))
    assert ["back" in kind for kind in kinds] == [at >= turn for at in range(len(trace.moments))]
    assert PAGES[name].count('<span class="way">↩ back</span>') == len(trace.moments) - turn
    assert [bool(moment.fault) for moment in trace.moments] == ["fault" in kind for kind in kinds]


@pytest.mark.parametrize("name", PAGES)
def test_readers_who_do_not_see_find_their_way(name: str) -> None:
    page = Page(PAGES[name])
    assert page.all("html") == [{"lang": "en"}] and len(page.all("main")) == 1
    assert {each.get("scope") for each in page.all("th")} == {"col", "row"}
    ids = {attributes.get("id") for _, attributes in page.tags}
    named = [each[key] for _, each in page.tags for key in ("aria-labelledby", "aria-describedby") if key in each]
    assert named and set(named) <= ids
    drawings = [each for each in page.all("svg") if each.get("role") == "img"]
    assert [each["id"] for each in drawings] == ["timeline", "sequence"]
    assert all(each.get("role") == "img" or each.get("aria-hidden") == "true" for each in page.all("svg"))
    assert [each["aria-live"] for _, each in page.tags if "aria-live" in each] == ["polite"]


def test_every_mark_has_a_symbol() -> None:
    assert {*MARKS, *RUN_MARKS} <= set(SYMBOL_OF)
    assert {symbol for symbol, _ in SYMBOL_OF.values()} == set(SYMBOLS)


# -- in a browser


def dumped(page: str, *more: str) -> str:
    """The document as the browser has it after its scripts ran."""
    browser = need("chromium")
    # A font configuration that another test made for itself would leave the browser without letters.
    environment = {name: value for name, value in os.environ.items() if name != "FONTCONFIG_FILE"}
    command = [
        browser, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
        "--disable-component-update", "--disable-sync", "--virtual-time-budget=3000", *more, "--dump-dom", page,
    ]  # fmt: skip
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False, env=environment)
    assert done.returncode == 0, done.stderr
    return done.stdout


@pytest.mark.parametrize("name", ["order-parked", "hostile"])
def test_the_script_steps_to_the_moment_that_the_address_names(name: str, tmp_path: Path) -> None:
    file = tmp_path / "run.html"
    file.write_text(PAGES[name], encoding="utf-8")
    shown = dumped(f"{file.as_uri()}#m5")
    assert 'data-ready="yes"' in shown
    number = len(ALL[name].moments)
    assert f"{number} of {number} shown" in shown
    assert re.search(rf'<p id="told"[^>]*>6 of {number}, ', shown)
    assert re.search(r'<tr id="m5" [^>]*aria-current="step"', shown)
    assert '<form class="filters">' in shown and not re.search(r'<aside class="stepper"[^>]* hidden', shown)
    assert "alert(1)</script>" not in shown.partition("</style>")[2].replace("&lt;/script&gt;", "")


PROBE: Final = """<!doctype html><title>probe</title><iframe src="run.html" width="1000" height="900"></iframe><pre></pre>
<script>
document.querySelector("iframe").addEventListener("load", (event) => {
  const page = event.target.contentDocument, view = event.target.contentWindow, said = [];
  const press = (key, on) => on.dispatchEvent(new view.KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }));
  const told = () => said.push(page.getElementById("told").textContent);
  const choose = (id, value) => {
    page.getElementById(id).value = value;
    page.getElementById(id).dispatchEvent(new view.Event("change", { bubbles: true }));
    said.push(page.getElementById("count").textContent);
  };
  press("ArrowRight", page.body); press("ArrowRight", page.body); told();
  press("ArrowLeft", page.body); told();
  press("ArrowRight", page.getElementById("scrub")); told();
  choose("by-part", "back");
  page.getElementById("first").click(); told();
  page.getElementById("last").click(); told();
  said.push(String(page.getElementById("next").disabled), page.querySelectorAll("#sequence .later").length);
  choose("by-part", "fault"); choose("by-part", "forward"); choose("by-step", "1");
  document.querySelector("pre").textContent = said.join("\\n");
});
</script>
"""


def test_keys_buttons_and_filters_work(tmp_path: Path) -> None:
    (tmp_path / "run.html").write_text(PAGES["order-declined"], encoding="utf-8")
    (tmp_path / "probe.html").write_text(PROBE, encoding="utf-8")
    shown = dumped((tmp_path / "probe.html").as_uri(), "--allow-file-access-from-files")
    found = re.search(r"<pre>(.*?)</pre>", shown, re.DOTALL)
    assert found is not None
    assert found[1].split("\n") == [
        "2 of 12, 0.000s, reserve-items (inventory): ReserveItems. The run is STARTED.",
        "1 of 12, 0.000s, the run: run starts. The run is STARTED.",
        "1 of 12, 0.000s, the run: run starts. The run is STARTED.",
        "5 of 12 shown",
        "8 of 12, 0.380s, the run: ROLLBACK: CardDeclined. On the way back. The run is COMPENSATING.",
        "12 of 12, 0.460s, the run: run ends: compensated. On the way back. The run is FAILED.",
        "true",
        "0",
        "1 of 12 shown",
        "7 of 12 shown",
        "3 of 12 shown",
    ]


def test_without_script_nothing_dead_is_shown() -> None:
    page = Page(PAGES["order-parked"])
    assert [each for each in page.all("form") if "hidden" in each] and all(
        "hidden" in each for each in page.all("aside")
    )
