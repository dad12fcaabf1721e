"""Questions about the shape of a flow: who listens to whom if nobody leads, where branches join, how wide it gets.

The simple questions are answered over the bit sets of the flow, because `recommend` asks them on every file and
importing networkx takes longer than answering.  The harder ones, which only pictures ask, are networkx's.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final, NamedTuple

from sagactl.flow import Flow, exclusive
from sagactl.styles import service_of

MAX_CYCLES: Final = 100
"""More cycles than anybody reads; their number grows exponentially with the services."""

Edge = tuple[str, str]


class Cycles(NamedTuple):
    """Services that listen to each other in a ring; `capped` says that there are more than were looked for."""

    cycles: tuple[tuple[str, ...], ...]
    capped: bool = False


# -- answered over bit sets


def links(flow: Flow) -> Iterator[tuple[int, int]]:
    """The dependencies that no other dependency implies, as (earlier, later), in file order of the later one."""
    return ((earlier, later) for later in range(len(flow.steps)) for earlier in _predecessors(flow, later))


def service_edges(flow: Flow) -> tuple[Edge, ...]:
    """Who would hear whom in a choreography, as (publisher, listener), over the events of success, sorted.

    A wait is transparent: whoever comes after it hears the outside event and whoever came before it.
    """
    heard: list[frozenset[str]] = [frozenset()] * len(flow.steps)
    edges: set[Edge] = set()
    for index in flow.order:
        sources: set[str] = set()
        for earlier in _predecessors(flow, index):
            service = service_of(flow.steps[earlier].step)
            sources |= {service} if service is not None else heard[earlier]
        heard[index] = frozenset(sources)
        listener = service_of(flow.steps[index].step)
        if listener is not None:
            edges.update((source, listener) for source in sources if source != listener)
    return tuple(sorted(edges))


def mutual_listeners(flow: Flow) -> tuple[Edge, ...]:
    """The pairs of services that would listen to each other, each pair once, sorted."""
    edges = set(service_edges(flow))
    return tuple(sorted((left, right) for left, right in edges if left < right and (right, left) in edges))


def mutual_groups(flow: Flow) -> tuple[tuple[str, ...], ...]:
    """The services that would wait for each other, directly or through others: in groups, each sorted."""
    reached = _reached(service_edges(flow))
    groups = {
        tuple(sorted(other for other in heard if service in reached.get(other, ())))
        for service, heard in reached.items()
        if service in heard
    }
    return tuple(sorted(groups))


def joins(flow: Flow) -> tuple[int, ...]:
    """The steps at which branches that run together must all be done, in file order.

    Branches of which only one is taken merge but do not join, and neither does a step that waits for any of them.
    """
    return tuple(step.index for step in flow.steps if step.join == "all" and _joins(flow, step.index))


def layers(flow: Flow) -> tuple[tuple[int, ...], ...]:
    """The steps by the length of the longest way to them: no step of a layer depends on another of it."""
    depth = [0] * len(flow.steps)
    found: list[list[int]] = []
    for index in flow.order:
        depth[index] = max((depth[earlier] + 1 for earlier in flow.steps[index].after), default=0)
        while len(found) <= depth[index]:
            found.append([])
        found[depth[index]].append(index)
    return tuple(tuple(sorted(layer)) for layer in found)


def width(flow: Flow) -> int:
    """The most steps on one layer."""
    return max(map(len, layers(flow)), default=0)


def _reached(edges: tuple[Edge, ...]) -> dict[str, set[str]]:
    """For each publisher all who hear it, directly or through others."""
    direct: dict[str, list[str]] = {}
    for source, target in edges:
        direct.setdefault(source, []).append(target)
    found: dict[str, set[str]] = {}
    for source in direct:
        waiting, seen = list(direct[source]), set[str]()
        while waiting:
            service = waiting.pop()
            if service not in seen:
                seen.add(service)
                waiting += direct.get(service, ())
        found[source] = seen
    return found


def _predecessors(flow: Flow, index: int) -> tuple[int, ...]:
    """The direct predecessors of a step that do not come before another direct predecessor of it."""
    after = flow.steps[index].after
    if len(after) < 2:
        return after
    implied = 0
    for earlier in after:
        implied |= flow.ancestors[earlier]
    return tuple(earlier for earlier in after if not implied >> earlier & 1)


def _joins(flow: Flow, index: int) -> bool:
    found = [flow.steps[earlier].step for earlier in _predecessors(flow, index)]
    return any(not exclusive(left, right) for position, left in enumerate(found) for right in found[position + 1 :])


# -- answered by networkx


def transitive_reduction_edges(flow: Flow) -> tuple[tuple[str, str], ...]:
    """The fewest dependencies between steps that say the same, as (earlier, later), sorted by place in the file."""
    import networkx

    graph: networkx.DiGraph[int] = networkx.DiGraph()
    graph.add_nodes_from(flow.order)
    for index in flow.order:
        graph.add_edges_from((earlier, index) for earlier in flow.steps[index].after if earlier in graph)
    reduced = sorted(networkx.transitive_reduction(graph).edges)
    return tuple((flow.steps[earlier].id, flow.steps[later].id) for earlier, later in reduced)


def service_cycles(flow: Flow, limit: int = MAX_CYCLES) -> Cycles:
    """All rings of services that would listen to each other, each from its first name on, short ones first."""
    from itertools import islice

    import networkx

    found = list(islice(networkx.simple_cycles(_service_graph(flow)), limit + 1))
    turned = sorted((_turned(tuple(cycle)) for cycle in found[:limit]), key=lambda cycle: (len(cycle), cycle))
    return Cycles(tuple(turned), len(found) > limit)


def service_groups(flow: Flow) -> tuple[tuple[str, ...], ...]:
    """The services in groups that hear each other in a ring, in an order in which publishers come first."""
    import networkx

    condensed = networkx.condensation(_service_graph(flow))
    order = networkx.lexicographical_topological_sort(condensed, key=lambda node: min(condensed.nodes[node]["members"]))
    return tuple(tuple(sorted(condensed.nodes[node]["members"])) for node in order)


def _service_graph(flow: Flow) -> Any:
    import networkx

    graph: networkx.DiGraph[str] = networkx.DiGraph()
    graph.add_nodes_from(sorted({service_of(step.step) or "" for step in flow.steps} - {""}))
    graph.add_edges_from(service_edges(flow))
    return graph


def _turned(cycle: tuple[str, ...]) -> tuple[str, ...]:
    start = cycle.index(min(cycle))
    return cycle[start:] + cycle[:start]
