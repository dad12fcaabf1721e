"""`sagactl cancel`"""

from __future__ import annotations

from sagactl.cli.acting import WAIT_S, WaitS, Who, Why, act
from sagactl.cli.options import ColorOption, Config
from sagactl.cli.stored import Format, RunId, StoreOption

EXAMPLES = """\b
Examples:
  sagactl cancel RUN --why "the customer called"
"""


def command(
    run: RunId,
    why: Why = None,
    who: Who = None,
    store: StoreOption = None,
    wait: WaitS = WAIT_S,
    format: Format = "text",
    color: ColorOption = "auto",
    config: Config = None,
) -> int:
    return act(run, "cancel", "", who=who, why=why, store=store, config=config, format=format, color=color, wait_s=wait)
