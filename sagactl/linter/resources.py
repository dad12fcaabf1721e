"""How each saga uses its resources, and where the runs of several meet: the digest of the rules on isolation.

Two sagas mean the same resource when its id is the same and they do not name different participants as its owner.
What one file declares of a resource holds for all: a countermeasure is a fact about the data, not about a reader.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Final, NamedTuple

from sagactl.access import PREVENTS, Access, Anomaly, Hold
from sagactl.finding import Place, Related
from sagactl.linter.rule import Digest
from sagactl.model import Countermeasure, Resource, Saga, WriteMode

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

MAX_RELATED: Final = 3
"""Of the places in other sagas that a finding names; one would do as a proof."""


class Spot(NamedTuple):
    """A step at a resource, and where the definition says so."""

    step: str
    place: Place


class Pair(NamedTuple):
    """Two accesses of one run between which others may come.

    `mode` is how the second one writes, None where that is not stated or where it only reads; `fed` says whether what
    the first one brought goes into the second.
    """

    first: Spot
    second: Spot
    mode: WriteMode | None = None
    fed: bool = False


class Use(NamedTuple):
    """How one saga uses one resource, as far as it matters to other runs; what does not happen is None.

    `serial` says that only one run goes on at a time.  `undone` is a write that a rollback may take back while others
    can see it, `update` a write over what was seen earlier, `twice` two reads; `bare` is a write without any lock.
    """

    resource: str
    participant: str | None
    countermeasure: Countermeasure | None
    invariant: Place | None
    strict: bool
    serial: bool
    writer: Spot | None
    bare: Spot | None
    undone: Spot | None
    read: Spot | None
    twice: Pair | None
    update: Pair | None


class Other(NamedTuple):
    """What another saga does to the resource."""

    path: str
    saga: str
    spot: Spot


class Conflict(NamedTuple):
    """A use of a resource in which runs meet: those of the same saga, of others, or both."""

    path: str
    saga: str
    use: Use
    own: bool
    others: tuple[Other, ...]

    @property
    def who(self) -> str:
        """Whose run does it."""
        return "another run" if self.own else f"a run of `{self.others[0].saga}`"

    @property
    def related(self) -> tuple[Related, ...]:
        return tuple(
            Related(f"`{other.spot.step}` of `{other.saga}` writes `{self.use.resource}`", other.spot.place, other.path)
            for other in self.others
        )


# -- one saga


def uses(saga: Saga, facts: Facts) -> tuple[Use, ...] | None:
    """How the saga uses each of its resources; the digest that the rules on isolation share."""
    if not saga.resources:
        return None
    serial = saga.limits.concurrency == 1
    found = facts.accesses
    return tuple(_use(each, found[id], facts, serial) for id, each in saga.resources.items() if id in found) or None


def _use(resource: Resource, accesses: tuple[Access, ...], facts: Facts, serial: bool) -> Use:
    writes = [each for each in accesses if each.writes]
    reads = [each for each in accesses if not each.writes]
    locked, hidden = _locked(resource.id, facts), _locked(resource.id, facts, until_sure=True)
    return Use(
        resource.id,
        resource.participant,
        resource.countermeasure,
        Place((*resource.route, "invariant"), "key") if resource.invariant is not None else None,
        resource.strict is True,
        serial,
        writer=_first(writes, facts),
        bare=_first((each for each in writes if not locked >> each.step & 1), facts),
        undone=_first((each for each in writes if each.undone and _shows(each, hidden, facts)), facts),
        read=_first(reads, facts),
        twice=_twice(reads, facts),
        update=_update(accesses, facts),
    )


def _first(accesses: Iterable[Access], facts: Facts) -> Spot | None:
    return next((spot(access, facts) for access in accesses), None)


def spot(access: Access, facts: Facts) -> Spot:
    """Where a step says that it reads or writes a resource."""
    step = facts.saga.steps[access.step]
    key, named = ("writes", step.writes) if access.writes else ("reads", step.reads)
    return Spot(step.id, Place((*step.route, key, named.index(access.resource))))


def _locked(resource: str, facts: Facts, *, until_sure: bool = False) -> int:
    """The steps that surely run under the lock of a resource, as a bit set.

    `until_sure` leaves out locks that may be released while the run can still go back.
    """
    bits = 0
    for hold in facts.locks.holds:
        if hold.resource == resource and not (until_sure and _is_early(hold, facts)):
            bits |= facts.locks.keeps(hold)
    return bits


def _is_early(hold: Hold, facts: Facts) -> bool:
    """Whether a lock may be released before the pivot."""
    return any(step.place not in ("pivot", "after") for step in facts.meant.members(hold.releases))


def _shows(access: Access, hidden: int, facts: Facts) -> bool:
    """Whether others can see a write that may still be taken back."""
    return not hidden >> access.step & 1 and not facts.never_undone(facts.meant.steps[access.step])


def _twice(reads: Sequence[Access], facts: Facts) -> Pair | None:
    """Two reads, one after the other, and no lock that keeps others out in between."""
    for first in reads:
        for second in _later(first, reads, facts):
            return Pair(spot(first, facts), spot(second, facts))
    return None


def _update(accesses: tuple[Access, ...], facts: Facts) -> Pair | None:
    """A write over what an earlier step saw; a step that reads what it writes has seen the latest."""
    writes = [each for each in accesses if each.writes and not each.reads]
    setting = [each for each in writes if each.mode == "set"]
    for first in accesses if setting else ():
        for second in _later(first, setting, facts):
            return Pair(spot(first, facts), spot(second, facts), "set")
    unstated = [each for each in writes if each.mode is None]
    return _unstated_update(accesses, unstated, facts) if unstated else None


def _unstated_update(accesses: tuple[Access, ...], writes: list[Access], facts: Facts) -> Pair | None:
    """A write of which nothing says how it writes, after a read; best one that takes what was read."""
    fed = {(datum.source, datum.step) for datum in facts.data if datum.use != "undo"}
    best: Pair | None = None
    for first in accesses:
        for second in _later(first, writes, facts) if first.reads else ():
            takes = (first.step, second.step) in fed
            if takes or best is None:
                best = Pair(spot(first, facts), spot(second, facts), fed=takes)
            if takes:
                return best
    return best


def _later(first: Access, others: Sequence[Access], facts: Facts) -> Iterator[Access]:
    """The accesses that come after another one of the same run, if no lock keeps others out between the two."""
    locks = facts.locks
    near = facts.meant.descendants[first.step] & ~locks.apart(first.step)
    if near:
        near &= ~locks.held_from(first.resource, first.step)
    return (each for each in others if near >> each.step & 1)


# -- all sagas


def conflicts(digests: Sequence[Digest], anomaly: Anomaly) -> Iterator[Conflict]:
    """The uses in which the anomaly can happen and nothing that is declared prevents it, in the order of the files."""
    for group in groups(digests):
        known = {use.countermeasure for _, use in group if use.countermeasure is not None}
        if not any(anomaly in PREVENTS[each] for each in known - {"commutative"}):
            yield from _conflicts(group, anomaly, "commutative" in known)


def _conflicts(group: list[tuple[Digest, Use]], anomaly: Anomaly, commutes: bool) -> Iterator[Conflict]:
    rivals: dict[str, Other] = {}
    for digest, use in group:
        hurts = _hurting(use, anomaly)
        if hurts is not None:
            rivals.setdefault(digest.saga, Other(digest.path, digest.saga, hurts))
    for digest, use in group:
        if _is_hurt(use, anomaly, commutes):
            own = not use.serial and _hurting(use, anomaly) is not None
            others = _others(rivals, digest.saga)
            if own or others:
                yield Conflict(digest.path, digest.saga, use, own, others)


def _hurting(use: Use, anomaly: Anomaly) -> Spot | None:
    """What a run does that hurts another one in this way."""
    return use.undone if anomaly == "dirty-read" else use.writer


def _is_hurt(use: Use, anomaly: Anomaly, commutes: bool) -> bool:
    match anomaly:
        case "lost-update":
            return use.update is not None and not (commutes and use.update.mode != "set")
        case "dirty-read":
            return use.read is not None
        case "fuzzy-read":
            return use.twice is not None


def _others(rivals: Mapping[str, Other], saga: str) -> tuple[Other, ...]:
    found = []
    for other in rivals.values():
        if other.saga != saga:
            found.append(other)
            if len(found) == MAX_RELATED:
                break
    return tuple(found)


def groups(digests: Sequence[Digest]) -> Iterator[list[tuple[Digest, Use]]]:
    """The uses of each resource; one whose owner is not named belongs to the only owner that is, if there is one."""
    by_id: dict[str, list[tuple[Digest, Use]]] = {}
    for digest in digests:
        for use in digest.value:
            by_id.setdefault(use.resource, []).append((digest, use))
    for found in by_id.values():
        owners = {use.participant for _, use in found if use.participant is not None}
        if len(owners) <= 1:
            yield found
            continue
        for owner in (*sorted(owners), None):
            group = [(digest, use) for digest, use in found if use.participant == owner]
            if group:
                yield group
