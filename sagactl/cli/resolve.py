"""`sagactl resolve`"""

from __future__ import annotations

from typing import Annotated

import typer

from sagactl.cli.acting import WAIT_S, WaitS, Who, Why, act
from sagactl.cli.options import ColorOption, Config, one_of
from sagactl.cli.stored import Format, RunId, StepId, StoreOption
from sagactl.errors import UsageError

OUTCOMES = ("done", "not-done")

EXAMPLES = """\b
Examples:
  sagactl resolve RUN charge-payment done --why "seen in the bank's records"
  sagactl resolve RUN charge-payment not-done --why "the bank has no such charge"
  sagactl resolve RUN reserve-items done --result '{"reservation_id": "r-1"}' --why "seen in the warehouse"
"""


def command(
    run: RunId,
    step: StepId,
    outcome: Annotated[str, typer.Argument(help="done or not-done.", metavar="OUTCOME")],
    result: Annotated[str | None, typer.Option("--result", help="What the action answered: JSON, or @FILE.")] = None,
    why: Why = None,
    who: Who = None,
    store: StoreOption = None,
    wait: WaitS = WAIT_S,
    format: Format = "text",
    color: ColorOption = "auto",
    config: Config = None,
) -> int:
    found = one_of("outcome", outcome, OUTCOMES)
    data = _result(result) if result is not None else None
    if data is not None and found != "done":
        raise UsageError("what was not done has no result", help="leave out `--result`")
    return act(
        run, f"resolve {found}", step, who=who, why=why, store=store, config=config, format=format, color=color,
        wait_s=wait, result=data,
    )  # fmt: skip


def _result(text: str) -> object:
    from sagactl.workspace import read_json

    data: object = read_json(text)
    return data
