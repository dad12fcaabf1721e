"""`sagactl verify`"""

from __future__ import annotations

from importlib import import_module
from time import perf_counter
from typing import Annotated

import typer

from sagactl.cli.environment import columns, style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Output, Paths, StdinName, Verbose, load_paths, one_of
from sagactl.cli.refusals import refuse_invalid
from sagactl.errors import UsageError
from sagactl.reports.verdicts import FORMATS, Shown, Verified
from sagactl.verifier import Limits, verify
from sagactl.workspace import Workspace
from sagactl.world.explore import MAX_WORLDS

EXAMPLES = """\b
Examples:
  sagactl verify order.saga.yaml
  sagactl verify definitions/ --strict
  sagactl verify order.saga.yaml --outcomes
  sagactl verify order.saga.yaml --format json"""


def command(
    paths: Paths = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for `conditional`, too.")] = False,
    outcomes: Annotated[bool, typer.Option("--outcomes", help="Every way in which a run may end.")] = False,
    max_states: Annotated[
        int, typer.Option("--max-states", help="Look at no more worlds in one exploration.")
    ] = MAX_WORLDS,
    format: Annotated[str, typer.Option("--format", "-f", help="text or json.")] = "text",
    output: Output = None,
    color: ColorOption = "auto",
    stdin_filename: StdinName = "<stdin>",
    verbose: Verbose = False,
) -> int:
    shape = one_of("format", format, FORMATS)
    if max_states < 1:
        raise UsageError("`--max-states` must be at least 1")
    workspace = load_paths(paths or ["."], stdin_filename)
    refused = tuple(reading for reading in workspace.readings if not reading.valid or reading.saga is None)
    if refused:
        return refuse_invalid(refused, "verify", color, shape)
    verified = tuple(_verified(workspace, Limits(max_states, outcomes)))
    shown = Shown(verified, style_for(color, output=output), columns(), verbose, outcomes)
    write(import_module(f"sagactl.reports.verdicts.{shape}").render(shown), output)
    bad = ("unsafe", "incomplete", "conditional") if strict else ("unsafe", "incomplete")
    return ExitStatus.FINDINGS if any(each.verdict.verdict in bad for each in verified) else ExitStatus.CLEAN


def _verified(workspace: Workspace, limits: Limits) -> list[Verified]:
    found = []
    for reading in workspace.readings:
        assert reading.saga is not None
        start_s = perf_counter()
        verdict = verify(reading.saga, workspace.sagas, limits)
        found.append(Verified(verdict, reading.name, perf_counter() - start_s))
    return found
