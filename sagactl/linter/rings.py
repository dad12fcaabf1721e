"""Rings in a graph of names: which lead back to themselves; without recursion, because a user's graph may be deep."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping, Sequence

Graph = Mapping[str, Sequence[str]]


def rings(graph: Graph) -> Iterator[tuple[str, ...]]:
    """One shortest ring through the first name of each group that reaches itself, in the order of the graph."""
    order = {name: at for at, name in enumerate(graph)}
    for group in sorted(
        (sorted(each, key=order.__getitem__) for each in _groups(graph)), key=lambda each: order[each[0]]
    ):
        if len(group) > 1 or group[0] in graph[group[0]]:
            yield _shortest(graph, group[0], frozenset(group))


def _shortest(graph: Graph, start: str, group: frozenset[str]) -> tuple[str, ...]:
    """The shortest way from a name back to it within its group."""
    came_from: dict[str, str] = {}
    waiting = deque([start])
    while start not in came_from:
        name = waiting.popleft()
        for other in graph[name]:
            if other in group and other not in came_from:
                came_from[other] = name
                waiting.append(other)
    way = [start]
    while came_from[way[-1]] != start:
        way.append(came_from[way[-1]])
    return (start, *reversed(way[1:]))


def _groups(graph: Graph) -> Iterator[list[str]]:
    """The strongly connected groups, by Tarjan's algorithm with a stack of its own."""
    index: dict[str, int] = {}
    low: dict[str, int] = {}
    open_names: dict[str, None] = {}
    for root in graph:
        if root in index:
            continue
        index[root] = low[root] = len(index)
        open_names[root] = None
        walk = [(root, iter(graph[root]))]
        while walk:
            name, rest = walk[-1]
            other = next(rest, None)
            if other is None:
                walk.pop()
                if walk:
                    low[walk[-1][0]] = min(low[walk[-1][0]], low[name])
                if low[name] == index[name]:
                    yield _closed(open_names, name)
            elif other in open_names:
                low[name] = min(low[name], index[other])
            elif other in graph and other not in index:
                index[other] = low[other] = len(index)
                open_names[other] = None
                walk.append((other, iter(graph[other])))


def _closed(open_names: dict[str, None], name: str) -> list[str]:
    """The group that ends with a name, taken from the open names."""
    group = [open_names.popitem()[0]]
    while group[-1] != name:
        group.append(open_names.popitem()[0])
    return group
