"""`sagactl graph`"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sagactl.cli.drawing import FORMATS, Wanted, draw_figure, draw_sequence, refuse_misfits
from sagactl.cli.environment import style_for
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Output, Path, StdinName, load_paths, one_of, single
from sagactl.cli.refusals import refuse_invalid

VIEWS = ("flow", "rollback", "sequence", "events", "states", "hybrid")
STYLES = ("orchestration", "choreography")

EXAMPLES = """\b
Examples:
  sagactl graph order.saga.yaml
  sagactl graph order.saga.yaml -o order.svg
  sagactl graph order.saga.yaml --fail charge-payment
  sagactl graph order.saga.yaml --view rollback -o failures.html
  sagactl graph order.saga.yaml --view sequence --timeout charge-payment -o run.svg
  sagactl graph order.saga.yaml --view events
  sagactl graph order.saga.yaml --view events --style orchestration
  sagactl graph order.saga.yaml --view states
  sagactl graph order.saga.yaml --format mermaid"""

Steps = list[str] | None


def command(
    path: Path,
    view: Annotated[
        str | None, typer.Option("--view", help="flow, rollback, sequence, events, states or hybrid.")
    ] = None,
    fail: Annotated[Steps, typer.Option("--fail", help="What happens when this step fails.")] = None,
    timeout: Annotated[Steps, typer.Option("--timeout", help="In a sequence: no answer of this step arrives.")] = None,
    fail_undo: Annotated[
        Steps, typer.Option("--fail-undo", help="In a sequence: the compensation of this step fails.")
    ] = None,
    fault: Annotated[Steps, typer.Option("--fault", help="In a sequence: STEP:FAULT, as for simulate.")] = None,
    choose: Annotated[Steps, typer.Option("--choose", help="In a sequence: CHOICE=OUTCOME.")] = None,
    style: Annotated[
        str | None, typer.Option("--style", help="Sequence or events as orchestration or choreography.")
    ] = None,
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help="text, svg, png, pdf, html, dot or mermaid; else by the file's ending."),
    ] = None,
    output: Output = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="Draw the text picture with ASCII signs only.")] = False,
    color: ColorOption = "auto",
    stdin_filename: StdinName = "<stdin>",
) -> int:
    shape = one_of("format", format or _by_ending(output), FORMATS)
    shown = one_of("view", view or ("rollback" if fail else "flow"), VIEWS)
    if style is not None:
        one_of("style", style, STYLES)
    style_for(color)
    faults = {"fail": fail, "timeout": timeout, "fail-undo": fail_undo, "fault": fault, "choose": choose}
    wanted = Wanted(shown, shape, style or "", {name: tuple(words or ()) for name, words in faults.items()}, output)
    refuse_misfits(wanted)
    workspace = load_paths([path], stdin_filename)
    single(workspace, path)
    reading = workspace.readings[0]
    drawable = reading.saga is not None and bool(reading.saga.steps)
    if not drawable or (shown == "sequence" and not reading.valid):
        return refuse_invalid((reading,), "graph", color)
    if shown == "sequence":
        return draw_sequence(reading, workspace.sagas, wanted, ascii=ascii, color=color)
    draw_figure(reading, workspace.sagas, wanted, ascii=ascii)
    if not reading.valid:
        sys.stderr.write("not valid, so this shows only the parts that could be read: see `sagactl lint`\n")
        return ExitStatus.FINDINGS
    return ExitStatus.CLEAN


def _by_ending(output: str | None) -> str:
    """The format that the name of the output file asks for."""
    ending = output.rpartition(".")[2].lower() if output and "." in output else ""
    known = {"mmd": "mermaid", "gv": "dot", "txt": "text", "htm": "html"}
    return known.get(ending, ending if ending in FORMATS else "text")
