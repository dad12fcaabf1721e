"""`sagactl lint`"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from importlib import import_module
from time import strftime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sagactl.cli.environment import style_for, terminal_columns, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Config, Output, Paths, Quiet, StdinName, load_paths, one_of
from sagactl.configuration import FAIL_ON, configuration
from sagactl.errors import NothingFound
from sagactl.linter import lint_all
from sagactl.linter.registry import select
from sagactl.model import Saga
from sagactl.reports.findings import FORMATS, Report, reaches
from sagactl.workspace import Workspace

if TYPE_CHECKING:
    from sagactl.recommender import Recommendation

EXAMPLES = """\b
Examples:
  sagactl lint definitions/
  sagactl lint order.saga.yaml --format json
  cat order.saga.yaml | sagactl lint - --stdin-filename order.saga.yaml"""


def command(
    paths: Paths = None,
    format: Annotated[str, typer.Option("--format", "-f", help="full, concise or json.")] = "full",
    select_: Annotated[
        list[str] | None, typer.Option("--select", help="Rules to run: codes, names, prefixes, or ALL.")
    ] = None,
    ignore: Annotated[list[str] | None, typer.Option("--ignore", help="Rules to leave out.")] = None,
    fail_on: Annotated[
        str | None, typer.Option("--fail-on", help="Exit 1 from this severity on: error, warning or info.")
    ] = None,
    exit_zero: Annotated[bool, typer.Option("--exit-zero", help="Exit 0 whatever is found.")] = False,
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="No definition at all is fine.")] = False,
    output: Output = None,
    color: ColorOption = "auto",
    config: Config = None,
    stdin_filename: StdinName = "<stdin>",
    quiet: Quiet = False,
) -> int:
    settings = configuration(config)
    shape = one_of("format", format, FORMATS)
    threshold: Any = one_of("severity", fail_on or settings.fail_on, FAIL_ON)
    rules = select(_words(select_) or settings.select, (*settings.ignore, *_words(ignore)))
    try:
        workspace = load_paths(paths or list(settings.paths) or ["."], stdin_filename)
    except NothingFound:
        if not allow_empty:
            raise
        workspace = Workspace((), {})
    today = strftime("%Y-%m-%d")
    files = lint_all(workspace.readings, rules, workspace.sagas, today, partial(_recommend, settings.weights))
    report = Report(files, style_for(color, output=output), terminal_columns())
    found = any(True for _ in report.findings())
    if found or not quiet or shape == "json":
        write(import_module(f"sagactl.reports.findings.{shape}").render(report), output)
    failed = any(reaches(located.finding, threshold) for _, located in report.findings())
    return ExitStatus.FINDINGS if failed and not exit_zero else ExitStatus.CLEAN


def _words(values: list[str] | None) -> tuple[str, ...]:
    return tuple(word.strip() for value in values or () for word in value.split(",") if word.strip())


def _recommend(weights: Mapping[str, Any], saga: Saga, sagas: Mapping[str, Saga]) -> Recommendation:
    """What suits a saga, for the one rule that asks: only then is the recommendation imported."""
    from sagactl.recommender import recommend, weights_from

    return recommend(saga, sagas, weights_from(weights))
