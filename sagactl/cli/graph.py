"""`sagactl graph`"""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sagactl.cli.environment import columns, is_ascii, style_for, write, write_bytes
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import ColorOption, Output, Path, StdinName, load_paths, one_of, single
from sagactl.cli.refusals import refuse_invalid
from sagactl.diagrams import Figure, flow_figure, rollback_figure
from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.source.build import Reading

FORMATS = ("text", "svg", "png", "pdf", "dot", "mermaid")
PICTURES = ("svg", "png", "pdf")

EXAMPLES = """\b
Examples:
  sagactl graph order.saga.yaml
  sagactl graph order.saga.yaml --fail charge-payment
  sagactl graph order.saga.yaml -o order.svg
  sagactl graph order.saga.yaml --format mermaid"""


def command(
    path: Path,
    fail: Annotated[str | None, typer.Option("--fail", help="Show what is undone when this step fails.")] = None,
    format: Annotated[
        str | None,
        typer.Option("--format", "-f", help="text, svg, png, pdf, dot or mermaid; else by the file's ending."),
    ] = None,
    output: Output = None,
    ascii: Annotated[bool, typer.Option("--ascii", help="Draw the text picture with ASCII signs only.")] = False,
    color: ColorOption = "auto",
    stdin_filename: StdinName = "<stdin>",
) -> int:
    shape = one_of("format", format or _by_ending(output), FORMATS)
    style_for(color)
    workspace = load_paths([path], stdin_filename)
    single(workspace, path)
    reading = workspace.readings[0]
    if reading.saga is None or not reading.saga.steps:
        return refuse_invalid((reading,), "graph", color)
    drawn = _figure(Flow(reading.saga, workspace.sagas), fail, _problems(reading))
    if shape in PICTURES:
        _picture(drawn, shape, output)
    else:
        write(_text(drawn, shape, ascii or is_ascii()), output)
    if not reading.valid:
        sys.stderr.write("not valid, so this shows only the parts that could be read: see `sagactl lint`\n")
        return ExitStatus.FINDINGS
    return ExitStatus.CLEAN


def _by_ending(output: str | None) -> str:
    """The format that the name of the output file asks for."""
    ending = output.rpartition(".")[2].lower() if output and "." in output else ""
    return {"mmd": "mermaid", "gv": "dot", "txt": "text"}.get(ending, ending if ending in FORMATS else "text")


def _figure(flow: Flow, fail: str | None, problems: dict[str, str]) -> Figure:
    return flow_figure(flow, problems) if fail is None else rollback_figure(flow, fail, problems)


def _problems(reading: Reading) -> dict[str, str]:
    """The first error of each step, to be marked in the picture."""
    found: dict[str, str] = {}
    for finding in reading.findings:
        if finding.step and finding.severity == "error":
            found.setdefault(finding.step, finding.message)
    return found


def _text(drawn: Figure, shape: str, ascii: bool) -> str:
    from sagactl.diagrams import dot, mermaid, terminal

    if shape == "text":
        return terminal.render(drawn, width=columns(), ascii=ascii)
    return dot.render(drawn) if shape == "dot" else mermaid.render(drawn)


def _picture(drawn: Figure, shape: str, output: str | None) -> None:
    from sagactl.diagrams import image

    if output is None and sys.stdout.isatty() and shape != "svg":
        raise UsageError(f"{shape} is not for a terminal", help=f"write it to a file: `-o picture.{shape}`")
    write_bytes(image.render(drawn, shape), output)  # type: ignore[arg-type]
