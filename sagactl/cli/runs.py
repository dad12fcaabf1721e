"""`sagactl runs`"""

from __future__ import annotations

from importlib import import_module
from typing import Annotated

import typer

from sagactl.cli.environment import columns, style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Config, Output, one_of
from sagactl.cli.stored import Format, StoreOption, opened
from sagactl.errors import UsageError
from sagactl.reports.runs import FORMATS, Listed

STATUSES = ("STARTED", "PENDING", "COMPENSATING", "COMPLETED", "FAILED")
OUTCOMES = ("completed", "compensated", "parked")
MOST = 100_000

EXAMPLES = """\b
Examples:
  sagactl runs
  sagactl runs --saga order-fulfillment --status parked
  sagactl runs --stuck --format json"""


def command(
    saga: Annotated[str, typer.Option("--saga", help="Runs of this saga alone.")] = "",
    status: Annotated[
        str | None, typer.Option("--status", help="STARTED, PENDING, COMPENSATING …, or how a run ended: parked …")
    ] = None,
    stuck: Annotated[bool, typer.Option("--stuck", help="Those that last longer than `limits.stuck_after`.")] = False,
    limit: Annotated[int, typer.Option("--limit", "-n", help="The youngest so many.")] = 100,
    store: StoreOption = None,
    format: Format = "text",
    output: Output = None,
    color: ColorOption = "auto",
    config: Config = None,
) -> int:
    shape = one_of("format", format, FORMATS)
    if not 1 <= limit <= MOST:
        raise UsageError(f"`--limit` is from 1 to {MOST:,}")
    wanted = "" if status is None else one_of("status", status, (*STATUSES, *OUTCOMES))
    by_status = wanted if wanted in STATUSES else ""
    with opened(store, config) as found:
        everything = found.runs(saga, by_status, MOST if stuck or wanted in OUTCOMES else limit + 1)
    fitting = [run for run in everything if (not stuck or run.stuck) and (by_status or wanted in ("", run.outcome))]
    shown = Listed(tuple(fitting[:limit]), len(fitting) > limit)
    renderer = import_module(f"sagactl.reports.runs.{shape}")
    write(renderer.listed(shown, style_for(color, output=output), columns()), output)
    return ExitStatus.CLEAN
