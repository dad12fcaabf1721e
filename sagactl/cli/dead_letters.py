"""`sagactl dead-letters`"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from sagactl.cli.environment import style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Config, Output, one_of
from sagactl.cli.stored import Format, Redact, StoreOption, opened
from sagactl.reports.runs import FORMATS, redacted

EXAMPLES = """\b
Examples:
  sagactl dead-letters
  sagactl dead-letters --saga order-fulfillment --redact card_number
  sagactl dead-letters --run RUN --all --format json"""


def command(
    saga: Annotated[str, typer.Option("--saga", help="Those of this saga alone.")] = "",
    run: Annotated[str, typer.Option("--run", help="Those of this run alone.")] = "",
    every: Annotated[bool, typer.Option("--all", help="Those that are closed, too.")] = False,
    redact: Redact = None,
    store: StoreOption = None,
    format: Format = "text",
    output: Output = None,
    color: ColorOption = "auto",
    config: Config = None,
) -> int:
    from sagactl.runtime.operators import find

    shape = one_of("format", format, FORMATS)
    with opened(store, config) as found:
        if run:
            find(found, run)
        letters = found.letters(run, saga, every)
    shown = tuple(letter._replace(body=redacted(letter.body, frozenset(redact or ()))) for letter in letters)
    renderer = import_module(f"sagactl.reports.runs.{shape}")
    write(renderer.letters(shown, style_for(color, output=output)), output)
    return ExitStatus.CLEAN
