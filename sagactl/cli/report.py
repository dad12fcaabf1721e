"""`sagactl report`"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from typing import Annotated

import typer

from sagactl.cli.environment import write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.linting import shelved, words_of
from sagactl.cli.options import Config, Paths, Quiet, StdinName, one_of
from sagactl.cli.progress import watched
from sagactl.configuration import FAIL_ON, Configuration, configuration
from sagactl.errors import UnknownName, UsageError
from sagactl.escape import escape
from sagactl.finding import SEVERITIES
from sagactl.inspection import Inspected, Shelf, inspect, make_plan
from sagactl.recommender import weights_from
from sagactl.reports.findings.tail import plural
from sagactl.reports.hypertext import generated
from sagactl.reports.surveys import json
from sagactl.reports.surveys.entries import Entry
from sagactl.reports.surveys.html import GENERATOR, index
from sagactl.survey import Asked
from sagactl.survey.defects import HELP
from sagactl.survey.pages import Page, pages
from sagactl.verifier import Limits
from sagactl.world.explore import MAX_WORLDS

FOLDER = "sagactl-report"
HEAD_BYTES = 4096
"""Of a page, among which it says what has made it."""

FORMATS = ("html", "json")

EXAMPLES = """\b
Examples:
  sagactl report definitions/
  sagactl report definitions/ -o build/sagas
  sagactl report order.saga.yaml -o report --fail-on error
  sagactl report definitions/ --format json"""


def command(
    paths: Paths = None,
    output: Annotated[
        str, typer.Option("--output", "-o", help="Write into this folder; it is made if it is not there.")
    ] = FOLDER,
    format: Annotated[str, typer.Option("--format", "-f", help="html; json also prints what the pages say.")] = "html",
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="Exit 1 from this severity on: error, warning or info.")
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")] = False,
    max_states: Annotated[
        int, typer.Option("--max-states", help="Look at no more worlds in one exploration.")
    ] = MAX_WORLDS,
    jobs: Annotated[int, typer.Option("--jobs", "-j", help="Processes to use; 0 takes as many as help.")] = 0,
    config: Config = None,
    stdin_filename: StdinName = "<stdin>",
    quiet: Quiet = False,
) -> int:
    one_of("format", format, FORMATS)
    settings = configuration(config)
    threshold = one_of("severity", fail_on or settings.fail_on, FAIL_ON)
    _refuse_nonsense(max_states, jobs)
    files, shelf = shelved(paths or settings.paths or (".",), stdin_filename)
    found = _inspected(files, shelf, settings, jobs)
    made = pages(found, shelf, Asked(weights_from(settings.weights), Limits(max_states)), jobs)
    _make(output)
    entries = list(_written(watched(made, len(found.files), "surveying"), output))
    write(index.render(entries), os.path.join(output, "index.html"))
    _clear(entries, output)
    code = _code(entries, found, threshold, exit_zero)
    if format == "json":
        write(json.render(entries, output, lambda entry: _reasons(entry, threshold), code))
    elif not quiet:
        write("".join(f"{line}\n" for line in _told(entries, output, threshold)))
    for defect in (words for entry in entries for words in entry.defects):
        sys.stderr.write(f"{escape(defect)}\n  help: {HELP}\n")
    return code


def _refuse_nonsense(max_states: int, jobs: int) -> None:
    if max_states < 1:
        raise UsageError("`--max-states` must be at least 1")
    if jobs < 0:
        raise UsageError("`--jobs` takes a number from 0 on")


def _inspected(files: tuple[str, ...], shelf: Shelf, settings: Configuration, jobs: int) -> Inspected:
    """What lint says of the files, by the rules of the configuration."""
    try:
        plan = make_plan(words_of(settings))
    except UnknownName as error:
        raise settings.placed(error) from None
    return inspect(files, plan, shelf, jobs)


def _make(folder: str) -> None:
    try:
        os.makedirs(folder, exist_ok=True)
    except OSError as error:
        raise UsageError(f"cannot make the folder `{folder}`: {(error.strerror or str(error)).lower()}") from None


def _written(made: Iterable[Page], folder: str) -> Iterator[Entry]:
    """The rows of the index, as their pages get written."""
    for page in made:
        write(page.html, os.path.join(folder, f"{page.entry.page}.html"))
        yield page.entry


def _code(entries: Sequence[Entry], found: Inspected, threshold: str, exit_zero: bool) -> ExitStatus:
    """A defect of ours tells more than a finding, because something may have been missed."""
    if found.crashed or any(entry.defects for entry in entries):
        return ExitStatus.INTERNAL
    fails = any(_reasons(entry, threshold) for entry in entries)
    return ExitStatus.FINDINGS if fails and not exit_zero else ExitStatus.CLEAN


def _reasons(entry: Entry, threshold: str) -> tuple[str, ...]:
    """Why `lint`, `verify` or `simulate --all` would exit with 1, or the report with 3; empty if they would not."""
    reached = entry.worst and SEVERITIES.index(entry.worst) >= SEVERITIES.index(threshold)
    reasons = {
        "findings": bool(reached),
        "verdict": entry.verdict in ("unsafe", "incomplete"),
        "rehearsals": entry.unacceptable > 0,
        "defects": bool(entry.defects),
    }
    return tuple(name for name, holds in reasons.items() if holds)


def _told(entries: Sequence[Entry], folder: str, threshold: str) -> Iterator[str]:
    """Where the report is, and which definitions need somebody to look."""
    for entry in entries:
        if _reasons(entry, threshold):
            yield f"{escape(entry.path)}: {', '.join(_trouble(entry))}"
    yield f"{plural(len(entries), 'definition')}: see {escape(os.path.join(folder, 'index.html'))}"


def _trouble(entry: Entry) -> Iterator[str]:
    if entry.worst:
        yield entry.findings
    if entry.verdict is not None and entry.verdict != "safe":
        yield entry.verdict
    if entry.unacceptable:
        yield f"{plural(entry.unacceptable, 'end')} not acceptable"
    if entry.defects:
        yield "internal error"


def _clear(entries: Sequence[Entry], folder: str) -> None:
    """Takes away the pages of an earlier report, which the index does not know any more; nothing else is touched."""
    written = {"index.html", *(f"{entry.page}.html" for entry in entries)}
    for name in os.listdir(folder):
        path = os.path.join(folder, name)
        if name.endswith(".html") and name not in written and _is_ours(path):
            with suppress(OSError):
                os.remove(path)


def _is_ours(path: str) -> bool:
    """Whether an earlier report wrote this page."""
    if os.path.islink(path) or not os.path.isfile(path):
        return False
    try:
        with open(path, "rb") as file:
            return generated(GENERATOR).encode() in file.read(HEAD_BYTES)
    except OSError:
        return False
