"""SG606 lock-cycle: locks are taken in different orders, so that two runs can wait for each other for ever.

One run holds the first lock and waits for the second, the other holds the second and waits for the first. It takes two
sagas with opposite orders, or one that takes two locks on parallel branches; runs that all take their locks in the same
order never block each other. Take the locks in one order everywhere, or release the first before the second is taken.

Source: Coffman, Elphick, Shoshani, System deadlocks, ACM Computing Surveys 3 (1971).
Since: 0.1

Bad:
    saga: transfer
    resources: {source: {participant: bank}, target: {participant: bank}}
    steps:
      - step: lock-source
        after: []
        participant: bank
        action: LockSource
        lock: source
        lock_ttl: 1d
        compensation: UnlockSource
      - step: lock-target
        after: []
        participant: bank
        action: LockTarget
        lock: target
        lock_ttl: 1d
        compensation: UnlockTarget
      - step: move-money
        after: [lock-source, lock-target]
        participant: bank
        action: MoveMoney
        kind: pivot
        unlock: source
      - step: close-transfer
        participant: bank
        action: CloseTransfer
        kind: retriable
        retry: forever
        unlock: target

Good:
    saga: transfer
    resources: {source: {participant: bank}, target: {participant: bank}}
    steps:
      - step: lock-source
        participant: bank
        action: LockSource
        lock: source
        lock_ttl: 1d
        compensation: UnlockSource
      - step: lock-target
        participant: bank
        action: LockTarget
        lock: target
        lock_ttl: 1d
        compensation: UnlockTarget
      - step: move-money
        participant: bank
        action: MoveMoney
        kind: pivot
        unlock: source
      - step: close-transfer
        participant: bank
        action: CloseTransfer
        kind: retriable
        retry: forever
        unlock: target
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from sagactl.finding import Related
from sagactl.linter.locks import Name, Order, Take, Taking, taking
from sagactl.linter.rings import rings
from sagactl.linter.rule import Digest, Hit, Rule


class _Edge(NamedTuple):
    """A lock that is taken while another is held, and in which saga; a nested saga takes it in a file of its own."""

    digest: Digest
    order: Order
    taken_in: Digest


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    edges: dict[tuple[str, str], _Edge] = {}
    names = _Names(digests)
    for edge in _edges(digests):
        held, taken = names[edge.order.held.name], names[edge.order.taken.name]
        if held != taken:
            edges.setdefault((held, taken), edge)
    graph: dict[str, list[str]] = {}
    for held, taken in edges:
        graph.setdefault(held, []).append(taken)
        graph.setdefault(taken, [])
    for ring in rings(graph):
        yield _hit([edges[pair] for pair in zip(ring, (*ring[1:], ring[0]), strict=True)])


class _Names:
    """What a resource is called when one id has several owners; without an owner it is that of the only one."""

    def __init__(self, digests: Sequence[Digest]) -> None:
        self._owners: dict[str, set[str]] = {}
        for digest in digests:
            value: Taking = digest.value
            for take in value.takes:
                owners = self._owners.setdefault(take.name.resource, set())
                if take.name.participant is not None:
                    owners.add(take.name.participant)

    def __getitem__(self, name: Name) -> str:
        if len(self._owners[name.resource]) < 2:
            return name.resource
        return f"{name.resource} of {name.participant or '?'}"


def _edges(digests: Sequence[Digest]) -> Iterator[_Edge]:
    by_saga: dict[str, Digest] = {}
    for digest in digests:
        by_saga.setdefault(digest.saga, digest)
    for digest in digests:
        value: Taking = digest.value
        for order in value.orders:
            yield _Edge(digest, order, digest)
        for call in value.calls:
            for child, take in _taken_within(call.saga, by_saga):
                yield _Edge(digest, Order(call.held, take), child)


def _taken_within(saga: str, by_saga: dict[str, Digest]) -> Iterator[tuple[Digest, Take]]:
    """The locks that a saga and those that it runs take."""
    waiting, seen = [saga], {saga}
    while waiting:
        digest = by_saga.get(waiting.pop())
        if digest is not None:
            value: Taking = digest.value
            yield from ((digest, take) for take in value.takes)
            waiting += [child for child in value.children if child not in seen]
            seen.update(value.children)


def _hit(cycle: list[_Edge]) -> Hit:
    first = cycle[0]
    names = [edge.order.held.name.resource for edge in cycle]
    shown = " -> ".join(f"`{name}`" for name in (*names, names[0]))
    return Hit(
        f"locks are taken in a circle, so that runs can wait for each other for ever: {shown}",
        first.order.held.place,
        first.order.held.step,
        help=_help(cycle, names),
        related=tuple(_related(edge) for edge in cycle),
        path=first.digest.path,
    )


def _related(edge: _Edge) -> Related:
    held, taken = edge.order
    return Related(
        f"`{taken.step}` of `{edge.taken_in.saga}` takes `{taken.name.resource}`"
        f" while `{held.step}` of `{edge.digest.saga}` holds `{held.name.resource}`",
        taken.place,
        edge.taken_in.path,
    )


def _help(cycle: list[_Edge], names: list[str]) -> str:
    if len({edge.digest.saga for edge in cycle}) == 1 and len(cycle) == 2:
        first, second = cycle[0].order
        return f"take one after the other; in `{second.step}`:\nafter: [{first.step}]"
    return "take them in the same order everywhere: " + ", ".join(f"`{name}`" for name in sorted(names))


RULE = Rule(
    code="SG606",
    name="lock-cycle",
    severity="error",
    why="Two runs that wait for each other's lock stand still until people or a time limit kill one of them.",
    digest=taking,
    check_all=check_all,
)
