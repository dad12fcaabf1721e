"""The only access to files outside the runtime: paths become definitions, definitions become readings.

Paths are files, folders (searched for `*.saga.yaml` and `*.saga.yml`) or patterns; `-` is standard input.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final, NamedTuple

from sagactl.errors import UsageError, suggest
from sagactl.model import Saga
from sagactl.source.build import Reading, read, unreadable
from sagactl.source.link import link, nested
from sagactl.source.node import Problem
from sagactl.source.opening import read_file

SUFFIXES: Final = (".saga.yaml", ".saga.yml")
SKIPPED_FOLDERS: Final = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
MAX_FILES: Final = 100_000


class Workspace(NamedTuple):
    """The definitions of one call, in the order of their paths, and every valid saga that they can name."""

    readings: tuple[Reading, ...]
    sagas: Mapping[str, Saga]


def load(paths: Iterable[str], *, stdin: bytes | None = None, stdin_name: str = "<stdin>") -> Workspace:
    """Read all definitions that the paths name; raises UsageError when a path names none."""
    readings = []
    for path in expand(paths):
        readings.append(read(stdin or b"", stdin_name) if path == "-" else _read_path(path))
    sagas = {reading.saga.id: reading.saga for reading in reversed(readings) if reading.saga is not None}
    _add_neighbours(sagas, readings)
    return Workspace(tuple(link(reading, sagas) for reading in readings), sagas)


def _read_path(path: str) -> Reading:
    data = read_file(path)
    if isinstance(data, Problem):
        return unreadable(path, data.message, data.help)
    return read(data, path)


def _add_neighbours(sagas: dict[str, Saga], readings: list[Reading]) -> None:
    """Nested sagas that are not among the files of the call are looked for beside the file that names them."""
    waiting = [(reading.saga, os.path.dirname(reading.name)) for reading in readings if reading.saga is not None]
    while waiting:
        saga, folder = waiting.pop()
        for id in nested(saga):
            if id in sagas:
                continue
            child = _beside(folder, id)
            if child is not None:
                sagas[id] = child
                waiting.append((child, folder))


def _beside(folder: str, id: str) -> Saga | None:
    """The definition of this id in a folder: in the file of that name, else in any."""
    names = [id + suffix for suffix in SUFFIXES]
    try:
        others = sorted(name for name in os.listdir(folder or ".") if name.endswith(SUFFIXES))
    except OSError:
        others = []
    for name in (*names, *others):
        path = os.path.join(folder, name)
        if os.path.isfile(path):
            saga = _read_path(path).saga
            if saga is not None and saga.id == id:
                return saga
    return None


def expand(paths: Iterable[str]) -> tuple[str, ...]:
    """The files that the paths name, each once; raises UsageError for a path or pattern that names nothing."""
    found: dict[str, None] = {}
    for path in paths:
        for file in _expand_one(path):
            found.setdefault(file)
            if len(found) > MAX_FILES:
                raise UsageError(f"more than {MAX_FILES} files", help="name smaller folders")
    return tuple(found)


def _expand_one(path: str) -> Iterable[str]:
    if path == "-":
        return (path,)
    try:
        os.fsencode(path)
        if os.path.isdir(path):
            return _in_folder(path)
        if os.path.lexists(path):
            return (path,)
    except ValueError:
        raise UsageError(f"`{path}` cannot be a path") from None
    if any(char in path for char in "*?["):
        return _matching(path)
    raise UsageError(f"there is no file or folder `{path}`", help=_similar(path))


def _in_folder(folder: str) -> tuple[str, ...]:
    found = tuple(_walk(folder))
    if not found:
        raise UsageError(f"no definition in `{folder}`", help="definitions end in `.saga.yaml` or `.saga.yml`")
    return found


def _walk(folder: str) -> Iterator[str]:
    """The definitions below a folder in the order of their names; links to folders are not followed."""
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if name.endswith(SUFFIXES):
                path = os.path.join(base, name)
                yield os.path.normpath(path) if path.startswith(f".{os.sep}") else path


def _matching(pattern: str) -> list[str]:
    from glob import glob

    found = sorted(path for path in glob(pattern, recursive=True) if not os.path.isdir(path))
    folders = sorted(path for path in glob(pattern, recursive=True) if os.path.isdir(path))
    if not found and len(folders) == 0:
        raise UsageError(f"`{pattern}` matches no file")
    return found or [file for folder in folders for file in _in_folder(folder)]


def _similar(path: str) -> str:
    folder, name = os.path.split(path)
    try:
        names = tuple(sorted(os.listdir(folder or ".")))
    except OSError:
        return ""
    said = suggest(name, names)
    return said if said.startswith("did you mean") else ""


def read_json(text: str) -> Any:
    """JSON from an argument: the text itself, or the file after `@`."""
    import json

    if text.startswith("@"):
        data = read_file(text[1:])
        if isinstance(data, Problem):
            raise UsageError(f"cannot read `{text[1:]}`: {data.message}")
        text = data.decode("utf-8", errors="replace")
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"the input is not JSON: {error}") from None
