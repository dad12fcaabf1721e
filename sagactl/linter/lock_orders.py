"""In which order sagas take their locks: what one takes while it holds another, and where that closes a circle.

Two runs block each other when each holds what the other waits for; they cannot when both have to hold a third lock at
that time, which only one of them can have.

Source: Havelund, Using runtime analysis to guide model checking of Java programs, SPIN 2000, for such gate locks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from sagactl.access import Hold
from sagactl.finding import Place
from sagactl.linter.rings import rings
from sagactl.linter.rule import Digest, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts


class Take(NamedTuple):
    """A step that takes a lock, and where it says so; the resource is named as its file names it."""

    resource: str
    participant: str | None
    step: str
    place: Place


class Call(NamedTuple):
    """A saga that is run while a lock is held, which is named by its position among the takes."""

    held: int
    saga: str


class Taking(NamedTuple):
    """The locks that a saga takes, and the sagas that it runs, with or without a lock.

    For each lock `during` has those that may be taken while it is held, and `under` those that surely are held when it
    is taken, as bit sets over the positions of `takes`: a thousand locks have half a million pairs.
    """

    takes: tuple[Take, ...]
    during: tuple[int, ...]
    under: tuple[int, ...]
    calls: tuple[Call, ...]
    children: tuple[str, ...]
    serial: bool


class Edge(NamedTuple):
    """A lock that is taken while another is held; a nested saga takes it in a file of its own.

    `gates` are the locks that are surely held all the time.
    """

    digest: Digest
    held: Take
    taken: Take
    taken_in: Digest
    gates: frozenset[str] = frozenset()


# -- one saga


def taking(saga: Saga, facts: Facts) -> Taking | None:
    """In which order the saga takes its locks: the digest of lock-cycle."""
    children = tuple(dict.fromkeys(step.saga for step in saga.steps if step.saga is not None))
    if not saga.resources and not children:
        return None
    locks = facts.locks
    if not locks.holds and not children:
        return None
    kept = [locks.keeps(hold) for hold in locks.holds]
    return Taking(
        tuple(_take(hold, saga) for hold in locks.holds),
        tuple(_positions([hold.during >> other.taker & 1 for other in locks.holds]) for hold in locks.holds),
        tuple(_positions([bits >> hold.taker & 1 for bits in kept]) for hold in locks.holds),
        tuple(_calls(locks.holds, facts)) if children else (),
        children,
        saga.limits.concurrency == 1,
    )


def _positions(flags: list[int]) -> int:
    """A bit set of the positions that hold a one."""
    return sum(flag << position for position, flag in enumerate(flags))


def _take(hold: Hold, saga: Saga) -> Take:
    step = saga.steps[hold.taker]
    return Take(hold.resource, saga.resources[hold.resource].participant, step.id, at_step(step.route, "lock"))


def _calls(holds: Sequence[Hold], facts: Facts) -> Iterator[Call]:
    for position, hold in enumerate(holds):
        for step in facts.meant.members(hold.during | 1 << hold.taker):
            if step.step.saga is not None:
                yield Call(position, step.step.saga)


# -- all sagas


def circles(digests: Sequence[Digest]) -> Iterator[tuple[Edge, ...]]:
    """The circles in which runs can wait for each other, a shortest one for each group of locks that has any."""
    orders = _Orders(digests)
    for ring in rings(orders):
        edges = tuple(orders.edge(*pair) for pair in zip(ring, (*ring[1:], ring[0]), strict=True))
        if not _is_gated(edges) and not _is_one_run(edges):
            yield edges


def _is_gated(edges: tuple[Edge, ...]) -> bool:
    """Whether two of the runs would have to hold the same lock, so that they never meet."""
    seen: set[str] = set()
    for edge in edges:
        if edge.gates & seen:
            return True
        seen |= edge.gates
    return False


def _is_one_run(edges: tuple[Edge, ...]) -> bool:
    """Whether all of it happens in one saga of which only one run goes on at a time."""
    return len({edge.digest.saga for edge in edges}) == 1 and _value(edges[0].digest).serial


class _Orders(Mapping[str, Sequence[str]]):
    """By the name of each lock the names of those that some saga takes while it holds that one.

    A row stays a bit set until it is asked for.  A name is the id of the resource, and where one id has several owners
    the owner is part of it.
    """

    def __init__(self, digests: Sequence[Digest]) -> None:
        self._digests = digests
        self._by_saga = {digest.saga: digest for digest in reversed(digests)}
        self._owners: dict[str, set[str]] = {}
        for digest in digests:
            for take in _value(digest).takes:
                owners = self._owners.setdefault(take.resource, set())
                owners.update((take.participant,) if take.participant is not None else ())
        self._names = tuple(dict.fromkeys(self._name(take) for each in digests for take in _value(each).takes))
        self._rows = dict.fromkeys(self._names, 0)
        self._fill({name: 1 << position for position, name in enumerate(self._names)})

    def __getitem__(self, name: str) -> Sequence[str]:
        row = self._rows[name]
        return [other for position, other in enumerate(self._names) if row >> position & 1]

    def __contains__(self, name: object) -> bool:
        return name in self._rows

    def __iter__(self) -> Iterator[str]:
        return iter(self._names)

    def __len__(self) -> int:
        return len(self._names)

    def edge(self, held: str, taken: str) -> Edge:
        """The first place where the one lock is taken while the other is held."""
        edges = (edge for digest in self._digests for edge in self._edges(digest, held))
        return next(edge for edge in edges if self._name(edge.taken) == taken)

    def _fill(self, bit: Mapping[str, int]) -> None:
        for digest in self._digests:
            value = _value(digest)
            bits = [bit[self._name(take)] for take in value.takes]
            for take, during in zip(value.takes, value.during, strict=True):
                name, row = self._name(take), 0
                for position, one in enumerate(bits):
                    if during >> position & 1:
                        row |= one
                self._rows[name] |= row & ~bit[name]
            for call in value.calls:
                name = self._name(value.takes[call.held])
                for _, take in self._taken_within(call.saga):
                    self._rows[name] |= bit[self._name(take)] & ~bit[name]

    def _edges(self, digest: Digest, held: str) -> Iterator[Edge]:
        """What the saga takes while it holds this lock."""
        value = _value(digest)
        for at, take in enumerate(value.takes):
            if self._name(take) == held:
                for position, other in enumerate(value.takes):
                    if value.during[at] >> position & 1:
                        gates = self._gates(value, value.under[at] & value.under[position] & ~(1 << at))
                        yield Edge(digest, take, other, digest, gates)
        for call in value.calls:
            if self._name(value.takes[call.held]) == held:
                for child, take in self._taken_within(call.saga):
                    yield Edge(digest, value.takes[call.held], take, child)

    def _gates(self, value: Taking, under: int) -> frozenset[str]:
        return frozenset(self._name(take) for position, take in enumerate(value.takes) if under >> position & 1)

    def _taken_within(self, saga: str) -> Iterator[tuple[Digest, Take]]:
        """The locks that a saga and those that it runs take."""
        waiting, seen = [saga], {saga}
        while waiting:
            digest = self._by_saga.get(waiting.pop())
            if digest is not None:
                value = _value(digest)
                yield from ((digest, take) for take in value.takes)
                waiting += [child for child in value.children if child not in seen]
                seen.update(value.children)

    def _name(self, take: Take) -> str:
        several = len(self._owners[take.resource]) > 1
        return f"{take.resource} of {take.participant or 'nobody'}" if several else take.resource


def _value(digest: Digest) -> Taking:
    value: Taking = digest.value
    return value
