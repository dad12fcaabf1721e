"""The nearest configuration is found, read and checked; what is wrong with it is told with its line."""

from __future__ import annotations

import os
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final, NamedTuple

from sagactl.errors import UnknownName, UsageError
from sagactl.source.node import Problem
from sagactl.source.opening import read_file

FAIL_ON: Final = ("error", "warning", "info")
"""The severities from which on findings may make a call fail."""

_NONE: Mapping[str, Any] = MappingProxyType({})


class Configuration(NamedTuple):
    """The settings; `file` is where they come from, empty for the defaults, and `text` what stands in it."""

    file: str = ""
    paths: tuple[str, ...] = ()
    select: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    fail_on: str = "warning"
    severity: Mapping[str, str] = _NONE
    per_path_select: Mapping[str, tuple[str, ...]] = _NONE
    per_path_ignores: Mapping[str, tuple[str, ...]] = _NONE
    per_path_severity: Mapping[str, Mapping[str, str]] = _NONE
    baseline: str = ""
    plugins: tuple[str, ...] = ()
    rule_pages: str = ""
    store: str = ""
    weights: Mapping[str, object] = _NONE
    text: str = ""

    @property
    def folder(self) -> str:
        """Where its patterns start: the folder of the file, else the current one."""
        return os.path.dirname(os.path.abspath(self.file)) if self.file else os.getcwd()

    def placed(self, error: UnknownName) -> UnknownName:
        """The error with the line on which the configuration has the unknown name."""
        from sagactl.configuration.lines import line_of_word

        line = line_of_word(self.text, error.name)
        if not line:
            return error
        return UnknownName(f"{error.what} in `{self.file}:{line}`:", error.name, error.known)


def configuration(file: str | None = None) -> Configuration:
    """The settings of the named file, else of the nearest one; raises UsageError when it is wrong."""
    if file is not None:
        return _parse(file, required=True) or Configuration(file)
    folder = os.getcwd()
    while True:
        for name in ("sagactl.toml", "pyproject.toml"):
            path = os.path.relpath(os.path.join(folder, name))
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
    if of_project and b"tool.sagactl" not in data and b"[tool]" not in data:
        return None
    import tomllib

    try:
        text = data.decode("utf-8")
        table = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UsageError(f"the configuration `{path}` is not TOML: {error}") from None
    if of_project:
        tools = table.get("tool")
        if not isinstance(tools, dict) or "sagactl" not in tools:
            return None
        table = tools["sagactl"]
    return _settings(path, table, text, ("tool", "sagactl") if of_project else ())


def _settings(path: str, table: Any, text: str, prefix: tuple[str, ...]) -> Configuration:
    from sagactl.configuration.lines import line_of
    from sagactl.configuration.settings import checked

    def where(*keys: str) -> str:
        line = line_of(text, (*prefix, *keys))
        return f"{path}:{line}" if line else path

    if not isinstance(table, dict):
        raise UsageError(f"`tool.sagactl` in `{where()}` is not a table")
    values = {key.replace("-", "_"): value for key, value in checked(where, table).items()}
    folder = os.path.dirname(path)
    values["paths"] = tuple(os.path.join(folder, entry) for entry in values.get("paths", ()))
    if values.get("baseline"):
        values["baseline"] = os.path.join(folder, values["baseline"])
    if values.get("store") and "://" not in values["store"]:
        values["store"] = os.path.join(folder, values["store"])
    return Configuration(file=path, text=text, **values)
