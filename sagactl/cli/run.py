"""`sagactl run`"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Annotated, Any

import typer

from sagactl.cli.environment import write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Config, Output, one_of
from sagactl.cli.orchestrators import NoLint, Orchestrator, imported, refuse_errors
from sagactl.cli.recorded import FORMATS, all_of, rendered
from sagactl.cli.stored import Redact, StoreOption, address_of, opened
from sagactl.errors import UsageError

if TYPE_CHECKING:
    from sagactl.reports.runs import Shown
    from sagactl.runtime.orchestrator import SagaOrchestrator

EXAMPLES = """\b
Examples:
  sagactl run shop.orders:OrderFulfillment --store sagas.db --input '{"order_id": "o-1"}' --key o-1
  sagactl run shop.orders:OrderFulfillment --store sagas.db --input @order.json --format json"""


def command(
    orchestrator: Orchestrator,
    input: Annotated[str | None, typer.Option("--input", help="Input of the run: JSON, or @FILE.")] = None,
    key: Annotated[str, typer.Option("--key", help="The same key again is the same run.")] = "",
    store: StoreOption = None,
    no_lint: NoLint = False,
    redact: Redact = None,
    format: Annotated[str, typer.Option("--format", "-f", help="text, json, mermaid or html.")] = "text",
    output: Output = None,
    color: ColorOption = "auto",
    config: Config = None,
) -> int:
    from sagactl.runtime.stores.addresses import store_at

    shape = one_of("format", format, FORMATS)
    kind, address, data = imported(orchestrator), address_of(store, config), _input(input)
    if not no_lint and refuse_errors(kind):
        return ExitStatus.FINDINGS
    run = asyncio.run(_finished(kind(store=store_at(address, create=True), poll_s=0.1), data, key))
    with opened(address, config) as found:
        what = all_of(found, run, redact or ())
    write(rendered(what, shape, None, color, output), output)
    return ExitStatus.CLEAN if _is_acceptable(what) else ExitStatus.FINDINGS


async def _finished(orchestrator: SagaOrchestrator, data: dict[str, Any], key: str) -> str:
    """The id of the run, once it has ended."""
    async with orchestrator:
        return (await orchestrator.run(data, key=key)).run


def _input(text: str | None) -> dict[str, Any]:
    if text is None:
        return {}
    from sagactl.workspace import read_json

    data = read_json(text)
    if not isinstance(data, dict):
        raise UsageError("the input of a run is a mapping", help="""such as --input '{"order_id": "o-1"}'""")
    return data


def _is_acceptable(what: Shown) -> bool:
    """Completed, compensated, or parked where the definition accepts that."""
    run, summary, definition = what.found
    if summary.outcome != "parked":
        return True
    accepted = definition.flow(run.input).accepted
    left = any(step.record == "left" for step in run.state.steps)
    return not left and all(letter.step in accepted for letter in what.letters if not letter.closed)
