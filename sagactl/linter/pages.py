"""The page of a rule, read from the docstring of its file: for `explain`, the documentation and the tests.

Nothing here is needed to lint; the docstrings are read only when somebody asks for a page.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from inspect import cleandoc
from typing import Final, NamedTuple

from sagactl.finding import Severity
from sagactl.linter.registry import module_of
from sagactl.linter.rule import Rule

Style = Callable[[str, str], str]
"""Dresses a text for its role: "title", "heading", "severity", "text" or "code"."""


FIX_OPTIONS: Final = {"safe": "--fix", "unsafe": "--unsafe-fixes"}
"""Which option of lint makes which kind of fix."""


class Page(NamedTuple):
    """What is to be said about a rule; `bad` and `good` are whole definitions that the tests lint.

    `fixes` says whether the fixes that it offers are safe or unsafe; none for a rule that fixes nothing.
    """

    code: str
    name: str
    severity: Severity
    title: str
    paragraphs: tuple[str, ...]
    why: str
    source: str
    since: str
    fixes: tuple[str, ...]
    bad: str
    good: str
    default: bool


class BadPage(AssertionError):
    """A docstring of ours that is not in the form of a page."""


@cache
def page(rule: Rule) -> Page:
    """The page of a rule."""
    return parse_page(rule, module_of(rule).__doc__ or "")


def parse_page(rule: Rule, docstring: str) -> Page:
    """The page that a docstring holds; raises BadPage when a part of it is missing."""
    text, _, examples = cleandoc(docstring).partition("\nBad:\n")
    bad, _, good = examples.partition("\nGood:\n")
    blocks = [" ".join(block.split("\n")) for block in text.split("\n\n")]
    source, since, fixes = _origin(rule, text)
    head = f"{rule.code} {rule.name}: "
    if not blocks[0].startswith(head):
        raise BadPage(f"the docstring of {rule.code} starts with {head!r}")
    paragraphs = tuple(block for block in blocks[1:] if not block.startswith("Source: "))
    if not (paragraphs and bad.strip() and good.strip()):
        raise BadPage(f"the docstring of {rule.code} needs a paragraph, `Bad:` and `Good:`")
    return Page(
        code=rule.code,
        name=rule.name,
        severity=rule.severity,
        title=blocks[0].removeprefix(head),
        paragraphs=tuple(paragraph.strip() for paragraph in paragraphs),
        why=rule.why,
        source=source,
        since=since,
        fixes=fixes,
        bad=_example(bad),
        good=_example(good),
        default=rule.default,
    )


def markdown(page: Page) -> str:
    """The page for the documentation, one sentence a line."""
    lines = [f"# {page.code} {page.name}", "", _about(page), ""]
    for paragraph in (_capital(page.title), *page.paragraphs):
        lines += [*_sentences(paragraph), ""]
    lines += [f"In production: {_lower(page.why)}", ""]
    lines += ["## Bad", "", "```yaml", page.bad.rstrip(), "```", ""]
    lines += ["## Good", "", "```yaml", page.good.rstrip(), "```", ""]
    return "\n".join([*lines, f"Source: {page.source}", ""])


def plain(role: str, text: str) -> str:
    """A style that leaves every text as it is."""
    return text


def explain_text(page: Page, style: Style = plain) -> str:
    """The page for a terminal."""
    from textwrap import fill

    lines = [style("title", f"{page.code} {page.name}") + "  " + style("severity", _about(page)), ""]
    for paragraph in (_capital(page.title), *page.paragraphs, page.why):
        lines += [style("text", fill(paragraph, 88, break_long_words=False, break_on_hyphens=False)), ""]
    for heading, example in (("Bad", page.bad), ("Good", page.good)):
        lines += [style("heading", heading), ""]
        lines += ["    " + style("code", line) if line else "" for line in example.rstrip().split("\n")]
        lines.append("")
    lines.append(style("heading", "Source") + "  " + fill(page.source, 80, subsequent_indent="        "))
    lines.append(style("heading", "Suppress") + f"  # sagactl: ignore[{page.code}] <why it is right here>")
    return "\n".join(lines) + "\n"


def _origin(rule: Rule, text: str) -> tuple[str, str, tuple[str, ...]]:
    """The source, the version and the kinds of fixes, which end the text before the examples."""
    _, found, rest = text.partition("\nSource: ")
    source, dated, since = rest.partition("\nSince: ")
    if not found or not dated:
        raise BadPage(f"the docstring of {rule.code} needs `Source:` and, on the next line, `Since:`")
    since, _, fixes = since.partition("\nFix: ")
    return " ".join(source.split()), since.strip(), tuple(word.strip() for word in fixes.split(",") if word.strip())


def _example(block: str) -> str:
    return cleandoc("\n" + block.rstrip()) + "\n"


def _about(page: Page) -> str:
    off = "" if page.default else ", off by default"
    options = " or ".join(f"`{FIX_OPTIONS[kind]}`" for kind in page.fixes)
    return f"{page.severity}{off}, since {page.since}" + (f", fixable with {options}" if options else "")


def _sentences(paragraph: str) -> Iterator[str]:
    """The sentences of a paragraph, each for a line of its own."""
    start = 0
    for at in range(len(paragraph) - 2):
        if (
            paragraph[at] in ".?!"
            and paragraph[at + 1] == " "
            and (paragraph[at + 2].isupper() or paragraph[at + 2] == "`")
        ):
            yield paragraph[start : at + 1]
            start = at + 2
    yield paragraph[start:]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _lower(text: str) -> str:
    return text[:1].lower() + text[1:]
