"""`sagactl show`"""

from __future__ import annotations

from typing import Annotated

import typer

from sagactl.cli.environment import write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Config, Output, one_of
from sagactl.cli.recorded import FORMATS, all_of, refuse_view, rendered
from sagactl.cli.stored import Redact, RunId, StoreOption, opened

EXAMPLES = """\b
Examples:
  sagactl show RUN
  sagactl show RUN --view timeline
  sagactl show RUN --format html -o run.html
  sagactl show RUN --format json -o run.json
  sagactl simulate order.saga.yaml --replay run.json"""


def command(
    run: RunId,
    redact: Redact = None,
    store: StoreOption = None,
    format: Annotated[str, typer.Option("--format", "-f", help="text, json, mermaid or html.")] = "text",
    view: Annotated[
        str | None, typer.Option("--view", help="As text or mermaid, once it has ended: timeline or sequence.")
    ] = None,
    output: Output = None,
    color: ColorOption = "auto",
    config: Config = None,
) -> int:
    shape = one_of("format", format, FORMATS)
    refuse_view(shape, view)
    with opened(store, config) as found:
        what = all_of(found, run, redact or ())
    write(rendered(what, shape, view, color, output), output)
    return ExitStatus.CLEAN
