"""Options that several commands share, and what they do."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from sagactl.errors import UsageError
from sagactl.workspace import Suite, Workspace, load, load_scenarios

Paths = Annotated[
    list[str] | None,
    typer.Argument(help="Files, folders or patterns; `-` is standard input. Default: the configured paths, else here."),
]
Path = Annotated[str, typer.Argument(help="A definition; `-` is standard input.")]
Output = Annotated[str | None, typer.Option("--output", "-o", help="Write to this file.")]
ColorOption = Annotated[str, typer.Option("--color", help="auto, always or never.")]
Config = Annotated[str | None, typer.Option("--config", help="Use this configuration file.")]
StdinName = Annotated[str, typer.Option("--stdin-filename", help="What messages call standard input.")]
Quiet = Annotated[bool, typer.Option("--quiet", "-q", help="Print findings only, no summary when there are none.")]
Verbose = Annotated[bool, typer.Option("--verbose", "-v", help="Show more.")]


def load_paths(paths: list[str], stdin_name: str = "<stdin>") -> Workspace:
    """The definitions that the paths name, standard input among them."""
    return load(paths, stdin=_stdin(paths), stdin_name=stdin_name)


def load_suites(paths: list[str], stdin_name: str = "<stdin>") -> list[Suite]:
    """The scenario files that the paths name, standard input among them, each with its definition."""
    return load_scenarios(paths, stdin=_stdin(paths), stdin_name=stdin_name)


def _stdin(paths: list[str]) -> bytes | None:
    return read_stdin() if "-" in paths else None


def read_stdin() -> bytes:
    """Standard input, up to a limit that no definition needs."""
    return sys.stdin.buffer.read(MAX_STDIN)


MAX_STDIN = 64 * 1024 * 1024


def one_of(name: str, value: str, known: tuple[str, ...]) -> str:
    """The value, if it is a known one; raises UsageError with what comes close."""
    from sagactl.errors import UnknownName

    if value not in known:
        raise UnknownName(name, value, known)
    return value


def single(workspace: Workspace, path: str) -> None:
    """Refuse several definitions where one is meant."""
    if len(workspace.readings) != 1:
        raise UsageError(f"`{path}` holds {len(workspace.readings)} definitions; this command takes one")
