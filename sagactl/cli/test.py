"""`sagactl test`"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from sagactl.cli.environment import columns, is_ascii, style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Config, Output, Paths, StdinName, Verbose, load_suites, one_of
from sagactl.cli.suites import judge, linted
from sagactl.configuration import configuration
from sagactl.errors import NothingFound, UsageError
from sagactl.reports.scenarios import FORMATS, Run
from sagactl.workspace import Suite

EXAMPLES = """\b
Examples:
  sagactl test
  sagactl test definitions/ -k refund
  sagactl test definitions/order-fulfillment.scenarios.yaml -v
  sagactl test definitions/ --format junit -o scenarios.xml"""


def command(
    paths: Paths = None,
    keyword: Annotated[str, typer.Option("-k", help="Only scenarios whose name holds these letters.")] = "",
    allow_empty: Annotated[bool, typer.Option("--allow-empty", help="No scenario at all is fine.")] = False,
    format: Annotated[str, typer.Option("--format", "-f", help="text, json or junit.")] = "text",
    output: Output = None,
    color: ColorOption = "auto",
    config: Config = None,
    stdin_filename: StdinName = "<stdin>",
    verbose: Verbose = False,
) -> int:
    shape = one_of("format", format, FORMATS)
    suites = _suites(paths or list(configuration(config).paths) or ["."], stdin_filename, allow_empty)
    judged = [judge(suite, keyword) for suite in suites]
    run = Run(
        results=tuple(result for one in judged for result in one.results),
        broken=linted(reading for one in judged for reading in one.broken),
        deselected=sum(one.deselected for one in judged),
        style=style_for(color, output=output),
        width=columns(),
        ascii=is_ascii(),
        verbose=verbose,
    )
    if not run.results and not run.broken and not allow_empty:
        raise UsageError(f"no scenario is called anything like `{keyword}`", help="leave out `-k` to play all")
    write(import_module(f"sagactl.reports.scenarios.{shape}").render(run), output)
    return ExitStatus.FINDINGS if run.failed or run.broken else ExitStatus.CLEAN


def _suites(paths: list[str], stdin_name: str, allow_empty: bool) -> list[Suite]:
    try:
        return load_suites(paths, stdin_name)
    except NothingFound:
        if not allow_empty:
            raise
        return []
