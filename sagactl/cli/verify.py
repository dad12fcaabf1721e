"""`sagactl verify`"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from importlib import import_module
from time import perf_counter
from typing import Annotated

import typer

from sagactl.cli import verifying
from sagactl.cli.environment import columns, style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Output, Paths, StdinName, Verbose, load_paths, one_of, single
from sagactl.cli.progress import watched
from sagactl.cli.refusals import refuse_invalid
from sagactl.errors import UsageError
from sagactl.model import Saga
from sagactl.reports.verdicts import AS_FINDINGS, FORMATS, Shown, Verified
from sagactl.unfold import unfold
from sagactl.verdict import Word
from sagactl.verifier import Limits, Memory, verify
from sagactl.workspace import Workspace
from sagactl.world.explore import MAX_WORLDS

EXAMPLES = """\b
Examples:
  sagactl verify order.saga.yaml
  sagactl verify definitions/ --strict
  sagactl verify order.saga.yaml --outcomes
  sagactl verify order.saga.yaml --max-faults 2 --timeout 60
  sagactl verify order.saga.yaml --save-counterexamples runs
  sagactl verify order.saga.yaml --export promela --step charge-payment -o model.pml
  sagactl verify order.saga.yaml --format json"""


def command(
    paths: Paths = None,
    strict: Annotated[bool, typer.Option("--strict", help="Exit 1 for `conditional`, too.")] = False,
    outcomes: Annotated[bool, typer.Option("--outcomes", help="Every way in which a run may end.")] = False,
    max_faults: Annotated[
        int | None, typer.Option("--max-faults", help="All steps together, too, with so many faults at most.")
    ] = None,
    max_states: Annotated[
        int, typer.Option("--max-states", help="Look at no more worlds in one exploration.")
    ] = MAX_WORLDS,
    timeout: Annotated[
        float | None, typer.Option("--timeout", help="Stop after so many seconds, and say what was covered.")
    ] = None,
    with_: Annotated[
        list[str] | None, typer.Option("--with", help="Other definitions whose runs may meet these.")
    ] = None,
    save: Annotated[
        str | None,
        typer.Option("--save-counterexamples", help="Keep each one in this folder, for `simulate --replay`."),
    ] = None,
    export: Annotated[
        str | None, typer.Option("--export", help="promela: the model, for Spin; itf: the first counterexample.")
    ] = None,
    step: Annotated[str | None, typer.Option("--step", help="With `--export promela`: this step alone.")] = None,
    skeleton: Annotated[
        bool, typer.Option("--skeleton", help="With `--export promela`: order, pivot and ends, without messages.")
    ] = False,
    format: Annotated[
        str, typer.Option("--format", "-f", help="text, json, or a format of findings: sarif, github, junit …")
    ] = "text",
    output: Output = None,
    color: ColorOption = "auto",
    stdin_filename: StdinName = "<stdin>",
    verbose: Verbose = False,
) -> int:
    shape = one_of("format", format, FORMATS)
    _refuse_nonsense(max_faults, max_states, timeout)
    _refuse_no_model(export, step, skeleton)
    workspace = load_paths(paths or ["."], stdin_filename)
    refused = tuple(reading for reading in workspace.readings if not reading.valid or reading.saga is None)
    if refused:
        return refuse_invalid(refused, "verify", color, shape)
    if export is not None:
        single(workspace, (paths or ["."])[0])
    if export == "promela":
        flow = unfold(_sagas(workspace)[0], workspace.sagas).flow
        model = verifying.promela_skeleton if skeleton else partial(verifying.promela, step=step)
        write(model(flow, limit=max_states), output)
        return ExitStatus.CLEAN
    others = _others(with_, stdin_filename)
    with verifying.stopping(timeout) as is_over:
        verified = tuple(_verified(workspace, Limits(max_states, max_faults, outcomes, is_over), others))
    if save is not None:
        _save(workspace, verified, save, others)
    if export == "itf":
        flow = unfold(_sagas(workspace)[0], workspace.sagas).flow
        write(verifying.itf(flow, verified[0].verdict), output)
    elif shape in AS_FINDINGS:
        verdicts = [each.verdict for each in verified]
        write(verifying.as_findings(workspace, verdicts, shape, style_for(color, output=output)), output)
    else:
        shown = Shown(verified, style_for(color, output=output), columns(), verbose, outcomes)
        write(import_module(f"sagactl.reports.verdicts.{shape}").render(shown), output)
    bad: tuple[Word, ...] = ("unsafe", "incomplete", "conditional") if strict else ("unsafe", "incomplete")
    return ExitStatus.FINDINGS if any(each.verdict.verdict in bad for each in verified) else ExitStatus.CLEAN


def _refuse_nonsense(max_faults: int | None, max_states: int, timeout: float | None) -> None:
    if max_faults is not None and max_faults < 0:
        raise UsageError("`--max-faults` must be at least 0")
    if max_states < 1:
        raise UsageError("`--max-states` must be at least 1")
    if timeout is not None and not timeout > 0:
        raise UsageError("`--timeout` must be more than 0 seconds")


def _refuse_no_model(export: str | None, step: str | None, skeleton: bool) -> None:
    if export is not None:
        one_of("export", export, verifying.EXPORTS)
    if step is not None and export != "promela":
        raise UsageError("`--step` needs `--export promela`", help="without it every step is verified")
    if skeleton and export != "promela":
        raise UsageError("`--skeleton` needs `--export promela`", help="without it everything is verified")
    if skeleton and step is not None:
        raise UsageError("`--skeleton` and `--step` exclude each other", help="a skeleton is of all steps")


def _sagas(workspace: Workspace) -> list[Saga]:
    return [reading.saga for reading in workspace.readings if reading.saga is not None]


def _others(paths: list[str] | None, stdin_filename: str) -> list[Saga]:
    """The definitions whose runs may meet; those that are not valid are refused like any other input."""
    if not paths:
        return []
    workspace = load_paths(paths, stdin_filename)
    for reading in workspace.readings:
        if not reading.valid or reading.saga is None:
            raise UsageError(f"`{reading.name}` is not valid", help=f"see `sagactl lint {reading.name}`")
    return _sagas(workspace)


def _verified(workspace: Workspace, limits: Limits, others: list[Saga]) -> Iterator[Verified]:
    """Each saga of the call, its runs beside those of all others."""
    together, memory = [*_sagas(workspace), *others], Memory()
    found = ((reading.name, reading.saga) for reading in workspace.readings if reading.saga is not None)
    verified = (_verify(path, saga, workspace, limits, together, memory) for path, saga in found)
    yield from watched(verified, len(workspace.readings), "verifying")


def _verify(
    path: str, saga: Saga, workspace: Workspace, limits: Limits, together: list[Saga], memory: Memory
) -> Verified:
    start_s = perf_counter()
    others = [other for other in together if other.id != saga.id]
    return Verified(verify(saga, workspace.sagas, limits, others, memory), path, perf_counter() - start_s)


def _save(workspace: Workspace, verified: tuple[Verified, ...], folder: str, others: list[Saga]) -> None:
    from sagactl.cli.keeping import keep

    sagas = _sagas(workspace)
    flows = {saga.id: unfold(saga, workspace.sagas).flow for saga in (*others, *sagas)}
    for saga, each in zip(sagas, verified, strict=True):
        keep(flows[saga.id], each.verdict, each.path, folder, flows)
