"""What the data of a definition are after changes, whatever its text looks like: edits are held against it."""

from __future__ import annotations

from collections.abc import Iterable
from copy import deepcopy
from typing import Any, Final

from sagactl.finding import Change, Drop, Put, Rename, Reorder
from sagactl.model import Route
from sagactl.source.order import known

_GONE: Final = object()


def changed(data: Any, changes: Iterable[Change]) -> Any:
    """A copy of the data with the changes made; all routes are those of the data before."""
    holder = {"": deepcopy(data)}
    every = tuple(changes)
    for put in (change for change in every if isinstance(change, Put)):
        _put(holder, put)
    parents = [_mark(holder, drop.route) for drop in every if isinstance(drop, Drop)]
    for rename in sorted((change for change in every if isinstance(change, Rename)), key=lambda each: -len(each.route)):
        entries = _at(holder, rename.route[:-1])
        entries[rename.name] = entries.pop(rename.route[-1])
    for reorder in (change for change in every if isinstance(change, Reorder)):
        items = _at(holder, reorder.route)
        items[:] = [items[index] for index in reorder.order]
    for parent in parents:
        _without_gone(parent)
    return holder[""]


def _at(holder: Any, route: Route) -> Any:
    value = holder[""]
    for part in route:
        value = value[part]
    return value


def _mark(holder: Any, route: Route) -> Any:
    """The collection of an entry that goes; it keeps its place until all other changes are made."""
    parent = _at(holder, route[:-1])
    parent[route[-1]] = _GONE
    return parent


def _without_gone(parent: Any) -> None:
    if isinstance(parent, list):
        parent[:] = [item for item in parent if item is not _GONE]
    else:
        for key in [key for key, value in parent.items() if value is _GONE]:
            del parent[key]


def _put(holder: Any, put: Put) -> None:
    parent: Any = holder
    last: str | int = ""
    for depth, part in enumerate(put.route):
        value = parent[last]
        if not isinstance(value, dict | list):
            if depth + 1 == len(put.route) and value is not None and part in (0, known(put.route[:depth]).bare):
                break  # it stays bare
            value = parent[last] = _grown(put.route[:depth], value, part)
        parent, last = value, part
        if depth + 1 < len(put.route) and isinstance(value, dict):
            value.setdefault(part, {})
    if isinstance(parent, list) and last == len(parent):
        parent.append(put.value)
    else:
        parent[last] = put.value


def _grown(route: Route, value: Any, part: str | int) -> Any:
    """A bare value becomes the mapping or list that it stands for."""
    if isinstance(part, int):
        return [value]
    bare = known(route).bare
    return {bare: value} if value is not None and bare else {}
