"""`sagactl retry`"""

from __future__ import annotations

from sagactl.cli.acting import WAIT_S, WaitS, Who, Why, act
from sagactl.cli.options import ColorOption, Config
from sagactl.cli.stored import Format, RunId, StepId, StoreOption

EXAMPLES = """\b
Examples:
  sagactl retry RUN charge-payment --why "the bank is back"
"""


def command(
    run: RunId,
    step: StepId,
    why: Why = None,
    who: Who = None,
    store: StoreOption = None,
    wait: WaitS = WAIT_S,
    format: Format = "text",
    color: ColorOption = "auto",
    config: Config = None,
) -> int:
    return act(
        run, "retry", step, who=who, why=why, store=store, config=config, format=format, color=color, wait_s=wait
    )
