"""`sagactl cancel`, `retry`, `skip` and `resolve`: one act of a person on a run, with who did it and why."""

from __future__ import annotations

from typing import Annotated

import typer

from sagactl.cli.environment import style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import one_of
from sagactl.cli.stored import opened
from sagactl.errors import UsageError
from sagactl.reports.runs import FORMATS

Why = Annotated[str | None, typer.Option("--why", help="Why this is right; it is kept with the run.")]
Who = Annotated[str | None, typer.Option("--as", help="Who does it. Default: your login name.")]
WaitS = Annotated[float, typer.Option("--wait", help="Wait so many seconds for a worker to carry it out.")]
WAIT_S = 5.0


def act(
    run: str, what: str, step: str, *, who: str | None, why: str | None, store: str | None, config: str | None,
    format: str, color: str, wait_s: float, result: object = None,
) -> int:  # fmt: skip
    """Do it or leave it to a worker, and say which."""
    from importlib import import_module

    from sagactl.runtime.operators import request

    shape = one_of("format", format, FORMATS)
    if not why or not why.strip():
        raise UsageError("nobody says why", help='add `--why "…"`: it is kept with the run, for those who ask later')
    with opened(store, config) as found:
        done = request(found, run, what, step, who=who or _login(), why=why, wait_s=wait_s, result=result)
        renderer = import_module(f"sagactl.reports.runs.{shape}")
        write(renderer.done(done, what, step, style_for(color)))
    return ExitStatus.CLEAN


def _login() -> str:
    import getpass

    try:
        return getpass.getuser()
    except (OSError, KeyError):
        raise UsageError("your login name is not known here", help="say who you are: `--as NAME`") from None
