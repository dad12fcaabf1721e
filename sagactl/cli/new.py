"""`sagactl new`"""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Annotated, Final

import typer

from sagactl.cli.environment import write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.options import one_of, single
from sagactl.cli.refusals import refuse_invalid
from sagactl.errors import SagactlError, UsageError
from sagactl.escape import escape
from sagactl.model import Saga
from sagactl.scaffolding import naming, templates
from sagactl.scaffolding.service import service
from sagactl.workspace import SUFFIXES, expand, load

EXAMPLES = """\b
Examples:
  sagactl new order
  sagactl new trip --template travel
  sagactl new order --with-service
  sagactl new --from order.saga.yaml --with-service order_service"""

_ID: Final = re.compile(r"[a-z][a-z0-9]*(?:-[a-z0-9]+)*")
_MOST: Final = 64
"""Characters of the id of a saga."""


def command(
    name: Annotated[
        str, typer.Argument(help="What the saga is called; with `--from`, the folder that the service is written into.")
    ],
    template: Annotated[
        str | None,
        typer.Option(
            "--template",
            "-t",
            help="Start from: " + ", ".join(templates.TEMPLATES) + "; else the one of this name, or order.",
        ),
    ] = None,
    source: Annotated[
        str | None, typer.Option("--from", help="Write a service for this definition, which stays as it is.")
    ] = None,
    with_service: Annotated[
        bool, typer.Option("--with-service", help="Write a Python package beside it: handlers, guard, tests.")
    ] = False,
    force: Annotated[bool, typer.Option("--force", help="Write over files that are there.")] = False,
) -> int:
    if source is not None:
        return _from(source, name, with_service, force)
    folder, id = os.path.split(name.removesuffix(SUFFIXES[0]))
    _check_id(id)
    template = template or (id if id in templates.TEMPLATES else "order")
    one_of("template", template, tuple(templates.TEMPLATES))
    path = os.path.join(folder, id + SUFFIXES[0])
    files = {path: templates.definition(template, id)}
    if with_service:
        files |= _package(_saga_of(files[path], path), {}, path, os.path.join(folder, id.replace("-", "_")))
    _write_all(files, force)
    _say(files, f"next: sagactl lint {path}")
    return ExitStatus.CLEAN


def _from(source: str, folder: str, with_service: bool, force: bool) -> int:
    """A service for a definition that is there."""
    if not with_service:
        raise UsageError("`--from` is for a service", help="add `--with-service`, or take a `--template`")
    if source == "-":
        raise UsageError("a service reads its definition when it starts, so that has to be a file")
    paths = expand([source])
    workspace = load(paths)
    single(workspace, source)
    reading = workspace.readings[0]
    if reading.saga is None or not reading.valid:
        return refuse_invalid(workspace.readings, "new", "auto")
    files = _package(reading.saga, workspace.sagas, paths[0], os.path.normpath(folder))
    _write_all(files, force)
    _say(files, f"next: python -m pytest {os.path.normpath(folder)}")
    return ExitStatus.CLEAN


def _saga_of(text: str, name: str) -> Saga:
    from sagactl.source.build import read

    saga = read(text.encode(), name).saga
    assert saga is not None, "a template is a definition"
    return saga


def _check_id(id: str) -> None:
    if len(id) > _MOST or not _ID.fullmatch(id):
        better = "-".join(re.findall(r"[a-z0-9]+", id.lower())).lstrip("0123456789-")[:_MOST] or "order"
        raise UsageError(f"`{id}` is no name of a saga", help=f"lower-case words with hyphens, such as `{better}`")


def _package(saga: Saga, sagas: Mapping[str, Saga], definition: str, folder: str) -> dict[str, str]:
    """The files of the service by their paths."""
    package = os.path.basename(folder)
    if not naming.is_name(package):
        better = naming.method(package)
        raise UsageError(f"`{package}` is no name of a package", help=f"a name such as `{better}`")
    try:
        way = os.path.relpath(definition, folder).replace(os.sep, "/")
    except ValueError:
        raise UsageError(f"`{definition}` and `{folder}` are on different drives") from None
    return {os.path.join(folder, name): text for name, text in service(saga, sagas, package, way).items()}


def _write_all(files: Mapping[str, str], force: bool) -> None:
    """All of them or, where one is there already and may not be written over, none."""
    there = [path for path in files if os.path.lexists(path)]
    if there and not force:
        named = ", ".join(f"`{path}`" for path in there)
        raise UsageError(f"{named} {'is' if len(there) == 1 else 'are'} there already", help="`--force` writes over it")
    for path, text in files.items():
        try:
            os.makedirs(os.path.dirname(path) or ".", exist_ok=True)
        except OSError as error:
            raise SagactlError(f"cannot write `{path}`: {(error.strerror or str(error)).lower()}") from None
        write(text, path)


def _say(files: Mapping[str, str], next: str) -> None:
    write("".join(f"wrote {escape(path)}\n" for path in files) + escape(next) + "\n")
