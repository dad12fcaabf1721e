"""Nodes become plain Python data here, without recursion."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sagactl.source.scalars import resolve_core

if TYPE_CHECKING:
    from sagactl.source.node import Node


def plain_data(root: Node) -> Any:
    """Dicts, lists and scalars; a node that stands in several places is one object in all of them."""
    made: dict[int, Any] = {}
    todo = [root]
    # Containers are made first and filled after, so that no order of visits is needed.
    while todo:
        node = todo.pop()
        if id(node) in made:
            continue
        value: Any = node.value
        if node.kind == "scalar":
            made[id(node)] = resolve_core(value) if node.plain else value
        elif node.kind == "mapping":
            made[id(node)] = {}
            todo.extend(part for _, part in value)
        else:
            made[id(node)] = []
            todo.extend(value)
    return _filled(root, made)


def _filled(root: Node, made: dict[int, Any]) -> Any:
    todo = [root]
    done: set[int] = set()
    while todo:
        node = todo.pop()
        if node.kind == "scalar" or id(node) in done:
            continue
        done.add(id(node))
        target, value = made[id(node)], node.value
        if node.kind == "mapping":
            for key, part in value:  # type: ignore[str-unpack, misc]
                target[key.value] = made[id(part)]  # type: ignore[union-attr]
                todo.append(part)  # type: ignore[arg-type]
        else:
            for item in value:
                target.append(made[id(item)])
                todo.append(item)  # type: ignore[arg-type]
    return made[id(root)]
