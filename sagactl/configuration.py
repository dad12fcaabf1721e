"""What a repository has decided for all its calls: `[tool.sagactl]` of pyproject.toml, or sagactl.toml."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sagactl.errors import UnknownName, UsageError
from sagactl.source.node import Problem
from sagactl.source.opening import read_file

FAIL_ON: Final = ("error", "warning", "info")


class Configuration(NamedTuple):
    """The settings; `file` is where they come from, empty for the defaults."""

    file: str = ""
    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "warning"
    weights: Mapping[str, object] = MappingProxyType({})


def configuration(file: str | None = None) -> Configuration:
    """The settings of the named file, else of the nearest one; raises UsageError when it is wrong."""
    if file is not None:
        return _parse(file, required=True) or Configuration(file)
    folder = os.getcwd()
    while True:
        for name in ("sagactl.toml", "pyproject.toml"):
            path = os.path.join(folder, name)
            if os.path.isfile(path):
                found = _parse(path, required=False)
                if found is not None:
                    return found
        parent = os.path.dirname(folder)
        if parent == folder:
            return Configuration()
        folder = parent


def _parse(path: str, *, required: bool) -> Configuration | None:
    """The settings of one file, or None when it is a pyproject.toml that says nothing about sagactl."""
    data = read_file(path)
    if isinstance(data, Problem):
        if required:
            raise UsageError(f"cannot read the configuration `{path}`: {data.message}")
        return None
    of_project = os.path.basename(path) == "pyproject.toml"
    if of_project and b"tool.sagactl" not in data:
        return None
    import tomllib

    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"the configuration `{path}` is not TOML: {error}") from None
    if of_project:
        table = table.get("tool", {}).get("sagactl", {})
    return _settings(path, table)


def _settings(path: str, table: Any) -> Configuration:
    known = ("paths", "select", "ignore", "fail-on", "weights")
    if not isinstance(table, dict):
        raise UsageError(f"`tool.sagactl` in `{path}` is not a table")
    for key in table:
        if key not in known:
            raise UnknownName(f"setting in `{path}`:", key, known)
    return Configuration(
        path,
        tuple(os.path.join(os.path.dirname(path), entry) for entry in _texts(path, table, "paths")),
        _texts(path, table, "select"),
        _texts(path, table, "ignore"),
        _fail_on(path, table.get("fail-on", "warning")),
        _weights(path, table.get("weights", {})),
    )


def _texts(path: str, table: dict[str, Any], key: str) -> tuple[str, ...]:
    value = table.get(key, [])
    if not isinstance(value, list) or not all(isinstance(entry, str) for entry in value):
        raise UsageError(f"`{key}` in `{path}` must be a list of texts")
    return tuple(value)


def _fail_on(path: str, value: object) -> str:
    if value not in FAIL_ON:
        raise UnknownName(f"`fail-on` in `{path}`:", str(value), FAIL_ON)
    return str(value)


def _weights(path: str, value: object) -> Mapping[str, object]:
    """What the factors of a recommendation are worth here; the recommender says what is wrong with them."""
    if not isinstance(value, dict):
        raise UsageError(f"`weights` in `{path}` must be a table of factors")
    return value
