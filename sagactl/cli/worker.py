"""`sagactl worker`"""

from __future__ import annotations

import asyncio
import signal
import sys
from typing import TYPE_CHECKING, Annotated

import typer

from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import Config
from sagactl.cli.orchestrators import NoLint, Orchestrator, imported, refuse_errors
from sagactl.cli.stored import StoreOption, address_of
from sagactl.escape import escape

if TYPE_CHECKING:
    from sagactl.runtime.orchestrator import SagaOrchestrator

EXAMPLES = """\b
Examples:
  sagactl worker shop.orders:OrderFulfillment --store sagas.db
  sagactl worker shop.orders:OrderFulfillment --store postgres://db/sagas"""


def command(
    orchestrator: Orchestrator,
    store: StoreOption = None,
    lease: Annotated[float, typer.Option("--lease", help="Seconds after which a silent worker counts as dead.")] = 30.0,
    no_lint: NoLint = False,
    config: Config = None,
) -> int:
    from sagactl.runtime.stores.addresses import store_at

    kind = imported(orchestrator)
    if not no_lint and refuse_errors(kind):
        return ExitStatus.FINDINGS
    made = kind(store=store_at(address_of(store, config), create=True), lease_s=lease)
    asyncio.run(_drive(made, orchestrator))
    return ExitStatus.CLEAN


async def _drive(orchestrator: SagaOrchestrator, name: str) -> None:
    """Until SIGTERM or SIGINT; what is under way is left to whoever shares the store, or to the next start."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for sign in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(sign, stop.set)
    async with orchestrator:
        sys.stderr.write(f"{escape(name)} drives its runs; Ctrl-C stops it\n")
        sys.stderr.flush()
        await stop.wait()
    sys.stderr.write("stopped\n")
