"""Where the reports of a call go: one format to standard output or a file, and any number of others to files."""

from __future__ import annotations

from collections.abc import Iterator
from importlib import import_module
from typing import NamedTuple

from sagactl.cli.environment import style_for, write
from sagactl.cli.options import one_of
from sagactl.errors import UsageError
from sagactl.reports.findings import FOR_PEOPLE, FORMATS, Report


class Destination(NamedTuple):
    """A format and the file that it goes to; standard output if there is none."""

    format: str
    file: str | None


def destinations(format: str, outputs: tuple[str, ...]) -> tuple[Destination, ...]:
    """`-f FORMAT`, `-o FILE` for it, and `-o FORMAT=FILE` for each further one; raises UsageError when two meet."""
    shape = one_of("format", format, FORMATS)
    split = [_split(output) for output in outputs]
    plain = [file for found, file in split if found is None]
    if len(plain) > 1:
        raise UsageError("two files for one format", help=f"write `--output FORMAT=FILE`, as in `json={plain[1]}`")
    found = (Destination(shape, plain[0] if plain else None), *(Destination(f, file) for f, file in split if f))
    files = [target.file or "-" for target in found]
    if twice := next((file for file in files if files.count(file) > 1), None):
        where = "standard output" if twice == "-" else f"`{twice}`"
        raise UsageError(f"two formats go to {where}", help="give each a file of its own")
    return found


def _split(output: str) -> tuple[str | None, str]:
    """The format before an equals sign, unless what stands there looks like a path."""
    head, sign, file = output.partition("=")
    if not sign or "/" in head or "." in head or "\\" in head:
        return None, output
    if not file:
        raise UsageError(f"`--output {output}` names no file", help="write `--output FORMAT=FILE`")
    return one_of("format", head, FORMATS), file


def put(report: Report, target: Destination, color: str, quiet: bool) -> None:
    """Write one report; where nothing was found and silence was asked for, none for people."""
    if quiet and target.format in FOR_PEOPLE and target.file is None and not _has_findings(report.findings()):
        return
    to_file = target.file not in (None, "-")
    dressed = report._replace(style=style_for(color, output=target.file), width=0 if to_file else report.width)
    write(import_module(f"sagactl.reports.findings.{target.format}").render(dressed), target.file)


def _has_findings(findings: Iterator[object]) -> bool:
    return any(True for _ in findings)
