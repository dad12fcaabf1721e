"""The page of one definition: how it stands at a glance, and then part by part what the verbs say of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final, NamedTuple

from sagactl.durations import duration_text
from sagactl.model import Saga
from sagactl.reports.hypertext import asset, code, foot, head, sentence, text
from sagactl.reports.surveys import Surveyed
from sagactl.reports.surveys.entries import entry
from sagactl.reports.surveys.html import diagnosis, pictures, recommendation, rehearsals, verification
from sagactl.reports.surveys.html.layout import facts, section
from sagactl.reports.surveys.html.outcomes import outcomes
from sagactl.reports.traces.html.symbols import symbols

HERE: Final = "sagactl.reports.surveys.html"
BESIDE: Final = "sagactl.reports.hypertext"
DRAWINGS: Final = "sagactl.reports.traces.html"
INDEX: Final = "index.html"
GENERATOR: Final = "sagactl report"
"""By which a page of an earlier report is known."""


class Part(NamedTuple):
    """A part of the page: its name in addresses, its heading, and what it says."""

    name: str
    title: str
    content: Callable[[Surveyed], Iterator[str]]


PARTS: Final = (
    Part("diagnosis", "Diagnosis", diagnosis.diagnosis),
    Part("recommendation", "Recommendation", recommendation.recommendation),
    Part("pictures", "Pictures", pictures.pictures),
    Part("verification", "Verification", verification.verification),
    Part("outcomes", "Outcomes", outcomes),
    Part("rehearsals", "Rehearsals", rehearsals.rehearsals),
    Part("definition", "Definition", lambda surveyed: diagnosis.definition(surveyed.linted)),
)


def render(surveyed: Surveyed) -> str:
    """The whole page; the same survey gives the same text."""
    script = asset(HERE, "report.js")
    lines = [
        *head(title_of(surveyed), css() + _of_pictures(surveyed), script, GENERATOR),
        '<a class="skip" href="#main">Skip to the diagnosis</a>',
        symbols(),
        *_header(surveyed),
        *_contents(),
        '<main id="main" tabindex="-1">',
        *(line for part in PARTS for line in section(part.name, part.title, part.content(surveyed))),
        "</main>",
        *foot(script),
    ]
    return "\n".join(lines)


def css() -> str:
    """The style of every page of a report."""
    sheets = ((BESIDE, "colours.css"), (BESIDE, "words.css"), (DRAWINGS, "drawings.css"), (HERE, "report.css"))
    return "".join(asset(*sheet) for sheet in sheets)


def _of_pictures(surveyed: Surveyed) -> str:
    """What the pictures need for a dark screen."""
    return "".join(f"{style}\n" for style in dict.fromkeys(picture.style for picture in surveyed.pictures) if style)


def title_of(surveyed: Surveyed) -> str:
    """The id of the saga, or its file where there is none."""
    return surveyed.saga.id if surveyed.saga is not None else surveyed.linted.name


def _header(surveyed: Surveyed) -> Iterator[str]:
    saga = surveyed.saga
    version = f" <small>version {saga.version}</small>" if saga is not None and saga.version is not None else ""
    yield "<header>"
    yield f'<nav aria-label="Report"><a href="{INDEX}">All sagas</a></nav>'
    yield f"<h1>{text(title_of(surveyed))}{version}</h1>"
    if saga is not None and saga.description:
        yield f"<p>{sentence(saga.description)}</p>"
    yield from facts(_standing(surveyed), "standing")
    yield "</header>"


def _standing(surveyed: Surveyed) -> Iterator[tuple[str, str]]:
    """How it stands, each fact with the part that says more."""
    found = entry(surveyed)
    yield "Findings", _to("diagnosis", found.findings)
    if found.verdict:
        yield "Verdict", _to("verification", found.verdict)
    if found.rehearsed:
        yield "Rehearsed", _to("rehearsals", found.rehearsed)
    if found.recommended:
        yield "Recommended", _to("recommendation", found.recommended)
    if surveyed.saga is not None:
        yield "Saga", _about(surveyed.saga)
    yield "Definition", _to("definition", surveyed.linted.name)


def _about(saga: Saga) -> str:
    words = [f"{len(saga.steps)} steps"]
    words += [saga.style] if saga.style is not None else []
    words += [f"deadline {duration_text(saga.deadline.after_s)}"] if saga.deadline is not None else []
    words += [f"owned by {code(saga.owner)}"] if saga.owner else []
    return ", ".join(words)


def _to(part: str, words: str) -> str:
    return f'<a href="#{part}">{text(words)}</a>'


def _contents() -> Iterator[str]:
    yield '<nav class="contents" aria-label="On this page">'
    yield "<ul>"
    yield from (f"<li>{_to(part.name, part.title)}</li>" for part in PARTS)
    yield "</ul>"
    yield "</nav>"
