"""The only access to files outside the runtime: paths become definitions, definitions become readings.

Paths are files, folders (searched for `*.saga.yaml` and `*.saga.yml`) or patterns; `-` is standard input.
Scenario files are found in the same way by their own endings, and bring their definitions with them.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping, MutableMapping
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from sagactl.errors import NothingFound, UsageError, suggest
from sagactl.model import Saga
from sagactl.source.build import Reading, read, unreadable
from sagactl.source.link import link, nested
from sagactl.source.node import Problem
from sagactl.source.opening import read_file

if TYPE_CHECKING:
    from sagactl.source.scenarios import ScenarioReading

SUFFIXES: Final = (".saga.yaml", ".saga.yml")
SCENARIO_SUFFIXES: Final = (".scenarios.yaml", ".scenarios.yml")
SKIPPED_FOLDERS: Final = frozenset({"node_modules", "__pycache__", "venv", "site-packages"})
MAX_FILES: Final = 100_000


class Kind(NamedTuple):
    """A kind of file that is looked for, and the kind that may lie beside it."""

    what: str
    plural: str
    suffixes: tuple[str, ...]


DEFINITIONS: Final = Kind("definition", "definitions", SUFFIXES)
SCENARIOS: Final = Kind("scenario file", "scenario files", SCENARIO_SUFFIXES)


class Workspace(NamedTuple):
    """The definitions of one call, in the order of their paths, and every valid saga that they can name."""

    readings: tuple[Reading, ...]
    sagas: Mapping[str, Saga]


def load(paths: Iterable[str], *, stdin: bytes | None = None, stdin_name: str = "<stdin>") -> Workspace:
    """Read all definitions that the paths name; raises UsageError when a path names none."""
    readings = []
    for path in expand(paths):
        readings.append(read(stdin or b"", stdin_name) if path == "-" else read_path(path))
    return _linked(readings)


def _linked(readings: list[Reading]) -> Workspace:
    sagas = {reading.saga.id: reading.saga for reading in reversed(readings) if reading.saga is not None}
    add_neighbours(sagas, readings)
    return Workspace(tuple(link(reading, sagas) for reading in readings), sagas)


class Suite(NamedTuple):
    """A scenario file, the path of its definition, and what became of that; None when there is no such file."""

    scenarios: ScenarioReading
    path: str = ""
    definition: Workspace | None = None


def load_scenarios(paths: Iterable[str], *, stdin: bytes | None = None, stdin_name: str = "<stdin>") -> list[Suite]:
    """Read all scenario files that the paths name, each definition once; raises UsageError as `load` does."""
    from sagactl.source.scenarios import read_scenarios
    from sagactl.source.scenarios import unreadable as unreadable_scenarios

    known: dict[str, Workspace | None] = {}
    suites = []
    for path in expand(paths, SCENARIOS):
        data = (stdin or b"") if path == "-" else read_file(path)
        name = stdin_name if path == "-" else path
        if isinstance(data, Problem):
            suites.append(Suite(unreadable_scenarios(name, data.message, data.help)))
        else:
            suites.append(_with_definition(read_scenarios(data, name), known))
    return suites


def _with_definition(reading: ScenarioReading, known: dict[str, Workspace | None]) -> Suite:
    from sagactl.finding import Place
    from sagactl.source.scenarios import finding

    if reading.file is None:
        return Suite(reading)
    path = os.path.normpath(os.path.join(os.path.dirname(reading.name), reading.file.definition))
    if path not in known:
        known[path] = _linked([read_path(path)]) if os.path.lexists(path) else None
    definition = known[path]
    if definition is not None:
        return Suite(reading, path, definition)
    missing = finding("SG003", f"there is no file `{path}`", Place(("definition",)), _similar(path))
    return Suite(reading.having([missing]), path)


def read_path(path: str) -> Reading:
    """The reading of one file, whatever it is."""
    data = read_file(path)
    if isinstance(data, Problem):
        return unreadable(path, data.message, data.help)
    return read(data, path)


def add_neighbours(sagas: MutableMapping[str, Saga], readings: list[Reading]) -> None:
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
            saga = read_path(path).saga
            if saga is not None and saga.id == id:
                return saga
    return None


def expand(paths: Iterable[str], kind: Kind = DEFINITIONS) -> tuple[str, ...]:
    """The files that the paths name, each once; raises UsageError for a path or pattern that names nothing."""
    found: dict[str, None] = {}
    for path in paths:
        for file in _expand_one(path, kind):
            found.setdefault(file)
            if len(found) > MAX_FILES:
                raise UsageError(f"more than {MAX_FILES} files", help="name smaller folders")
    return _of_kind(tuple(found), kind)


def _of_kind(files: tuple[str, ...], kind: Kind) -> tuple[str, ...]:
    """Where both kinds are named, each command takes its own; a definition stands for the scenarios beside it."""
    if kind is DEFINITIONS:
        own = tuple(file for file in files if not file.endswith(SCENARIO_SUFFIXES))
        if files and not own:
            raise UsageError(f"`{files[0]}` holds scenarios, no definition", help="`sagactl test` reads it")
        return own
    own = tuple(dict.fromkeys(found for file in files for found in _scenarios_of(file)))
    if files and not own:
        raise NothingFound(f"no scenario file beside `{files[0]}`", help=_endings(kind))
    return own


def _scenarios_of(file: str) -> tuple[str, ...]:
    if not file.endswith(SUFFIXES):
        return (file,)
    beside = (file[: file.rindex(".saga.")] + suffix for suffix in SCENARIO_SUFFIXES)
    return tuple(path for path in beside if os.path.isfile(path))


def _expand_one(path: str, kind: Kind) -> Iterable[str]:
    if path == "-":
        return (path,)
    try:
        os.fsencode(path)
        if os.path.isdir(path):
            return _in_folder(path, kind)
        if os.path.lexists(path):
            return (path,)
    except ValueError:
        raise UsageError(f"`{path}` cannot be a path") from None
    if any(char in path for char in "*?["):
        return _matching(path, kind)
    raise UsageError(f"there is no file or folder `{path}`", help=_similar(path))


def _in_folder(folder: str, kind: Kind) -> tuple[str, ...]:
    found = tuple(_walk(folder, kind.suffixes))
    if not found:
        raise NothingFound(f"no {kind.what} in `{folder}`", help=_endings(kind))
    return found


def _endings(kind: Kind) -> str:
    return f"{kind.plural} end in " + " or ".join(f"`{suffix}`" for suffix in kind.suffixes)


def _walk(folder: str, suffixes: tuple[str, ...]) -> Iterator[str]:
    """The files below a folder in the order of their names; links to folders are not followed."""
    for base, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith(".") and name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            if name.endswith(suffixes):
                path = os.path.join(base, name)
                yield os.path.normpath(path) if path.startswith(f".{os.sep}") else path


def _matching(pattern: str, kind: Kind) -> list[str]:
    from glob import glob

    found = sorted(path for path in glob(pattern, recursive=True) if not os.path.isdir(path))
    folders = sorted(path for path in glob(pattern, recursive=True) if os.path.isdir(path))
    if not found and len(folders) == 0:
        raise UsageError(f"`{pattern}` matches no file")
    return found or [file for folder in folders for file in _in_folder(folder, kind)]


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
