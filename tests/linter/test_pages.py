"""Pages are read from docstrings and written for people."""

from __future__ import annotations

import pytest

from sagactl.linter.pages import BadPage, explain_text, markdown, page, parse_page
from sagactl.linter.registry import all_rules, find
from sagactl.linter.rule import Rule

RULE = Rule("SG999", "lost-sock", "warning", "Feet get cold.", default=False)

DOCSTRING = """SG999 lost-sock: a sock without its partner.

A paragraph about `socks` that
goes over two lines. It has a second sentence.

Another one.

Source: Every washing machine,
since 1907.
Since: 0.1

Bad:
    saga: laundry
    steps:
      - step: wash

Good:
    saga: laundry
"""


def test_a_docstring_becomes_a_page() -> None:
    shown = parse_page(RULE, DOCSTRING)
    assert shown.title == "a sock without its partner."
    assert shown.paragraphs == (
        "A paragraph about `socks` that goes over two lines. It has a second sentence.",
        "Another one.",
    )
    assert shown.source == "Every washing machine, since 1907."
    assert shown.since == "0.1"
    assert shown.bad == "saga: laundry\nsteps:\n  - step: wash\n"
    assert shown.good == "saga: laundry\n"


@pytest.mark.parametrize("part", ["Source: ", "Since: ", "Bad:\n", "Good:\n", "SG999 lost-sock: "])
def test_a_docstring_that_lacks_a_part_is_no_page(part: str) -> None:
    with pytest.raises(BadPage, match="SG999"):
        parse_page(RULE, DOCSTRING.replace(part, "", 1))


def test_markdown_has_one_sentence_a_line() -> None:
    assert markdown(parse_page(RULE, DOCSTRING)) == (
        "# SG999 lost-sock\n\nwarning, off by default, since 0.1\n\nA sock without its partner.\n\n"
        "A paragraph about `socks` that goes over two lines.\nIt has a second sentence.\n\nAnother one.\n\n"
        "In production: feet get cold.\n\n"
        "## Bad\n\n```yaml\nsaga: laundry\nsteps:\n  - step: wash\n```\n\n"
        "## Good\n\n```yaml\nsaga: laundry\n```\n\n"
        "Source: Every washing machine, since 1907.\n"
    )


def test_explain_text_says_the_same_on_a_terminal() -> None:
    assert explain_text(parse_page(RULE, DOCSTRING)) == (
        "SG999 lost-sock  warning, off by default, since 0.1\n\nA sock without its partner.\n\n"
        "A paragraph about `socks` that goes over two lines. It has a second sentence.\n\nAnother one.\n\n"
        "Feet get cold.\n\n"
        "Bad\n\n    saga: laundry\n    steps:\n      - step: wash\n\nGood\n\n    saga: laundry\n\n"
        "Source  Every washing machine, since 1907.\n"
        "Suppress  # sagactl: ignore[SG999] <why it is right here>\n"
    )


def test_a_style_dresses_each_part_by_its_role() -> None:
    dressed = explain_text(parse_page(RULE, DOCSTRING), lambda role, text: f"<{role}>{text}</>")
    assert "<title>SG999 lost-sock</>" in dressed
    assert "    <code>saga: laundry</>" in dressed
    assert "<heading>Bad</>" in dressed


@pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
def test_every_page_can_be_written(rule: Rule) -> None:
    shown = page(rule)
    assert shown.bad in markdown(shown)
    assert max(len(line) for line in explain_text(shown).splitlines()) <= 120


def test_a_page_is_read_once() -> None:
    assert page(find("SG101")) is page(find("missing-compensation"))
