"""What the steps of a flow read, write and lock: the accesses to each resource in order, and how long locks are held.

A saga gives up isolation: between two of its steps other runs read and write the same data.  What can go wrong has
three names, and what is done against it has six; which helps against which is a table.

Source: Frank and Zahle, Semantic ACID properties in multidatabases using remote procedure calls and update
propagations, Software: Practice and Experience 28 (1998); Richardson, Microservices Patterns (2018), chapter 4.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final, Literal, NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.model import Countermeasure, Step, WriteMode

Anomaly = Literal["lost-update", "dirty-read", "fuzzy-read"]
"""What was written is overwritten unseen, what was read is undone, what was read twice has changed in between."""

PREVENTS: Final[Mapping[Countermeasure, frozenset[Anomaly]]] = {
    # A record that is marked as pending is neither trusted nor overwritten by others; a reader marks nothing.
    "semantic-lock": frozenset(("lost-update", "dirty-read")),
    # Changes that commute need not see each other; a value that is set does not commute, whatever is declared.
    "commutative": frozenset(("lost-update",)),
    # Steps are put in such an order that a reader sees too little and never too much.
    "pessimistic-view": frozenset(("dirty-read",)),
    # What was read is read again before it is overwritten, and the run goes back when it has changed.
    "reread": frozenset(("lost-update", "fuzzy-read")),
    # The same by a number: a write with an old version is refused (Richardson's optimistic offline lock).
    "version": frozenset(("lost-update", "fuzzy-read")),
    # Requests whose risk is high run in a distributed transaction, where none of this happens.
    "by-value": frozenset(("lost-update", "dirty-read", "fuzzy-read")),
}
"""Which countermeasure prevents which anomaly."""


class Access(NamedTuple):
    """One step's use of a resource; `mode` is None where nothing says how it is written.

    `undone` says whether a rollback may take the write back.
    """

    resource: str
    step: int
    reads: bool
    writes: bool
    mode: WriteMode | None = None
    undone: bool = False


class Hold(NamedTuple):
    """A lock that a step takes.

    `releases` are the steps that may let it go, `during` those that may run while it is held, both as bit sets.  A
    compensation and the end of a time to live release it too; they are no steps.
    """

    resource: str
    taker: int
    releases: int
    during: int


def accesses(flow: Flow) -> dict[str, tuple[Access, ...]]:
    """The accesses to each resource, in the order of the flow; a step that reads and writes has one."""
    found: dict[str, list[Access]] = {}
    for index in flow.order:
        plan = flow.steps[index]
        step = plan.step
        for resource in dict.fromkeys((*step.reads, *step.writes)):
            writes = resource in step.writes
            mode = step.write_mode if writes else None
            access = Access(resource, index, resource in step.reads, writes, mode, writes and may_be_undone(plan))
            found.setdefault(resource, []).append(access)
    return {resource: tuple(each) for resource, each in found.items()}


def may_be_undone(step: FlowStep) -> bool:
    """Whether a rollback may take back what the step did."""
    can_undo = step.undo is not None or step.step.saga is not None
    return can_undo and step.kind == "compensatable" and step.place != "after"


def commute(left: WriteMode | None, right: WriteMode | None) -> bool | None:
    """Whether two writes come to the same in either order; None where that is not stated of both."""
    if left == "set" or right == "set":
        return False
    if left is None or right is None:
        return None
    return left == right


def runs_whenever(step: Step, *others: Step) -> bool:
    """Whether a step is taken in every run in which the others are, as far as its conditions say."""
    if not step.when:
        return True
    known = {choice: outcome for other in others for choice, outcome in other.when.items()}
    return all(known.get(choice) == outcome for choice, outcome in step.when.items())


class Locks:
    """The locks that the steps of a flow take, and from where to where they keep others out.

    Everything is counted in bit sets over step indexes, so that a thousand locks take no longer than they must.
    """

    def __init__(self, flow: Flow) -> None:
        self.flow = flow
        self._later: dict[int, int] = {}
        self._asked = _asked(flow)
        self._unlocks: dict[str, int] = {}
        self._takes: dict[int, int] = {}
        self._kept: dict[int, int] = {}
        self.holds = tuple(self._hold(step, step.step.lock) for step in flow.steps if step.step.lock is not None)

    def held_from(self, resource: str, first: int) -> int:
        """The steps until whose end the lock of a resource is surely held since the start of the first one."""
        bits = 0
        for hold in self.holds:
            if hold.resource == resource and self._taken(hold) >> first & 1:
                bits |= self._kept_until(hold)
        return bits

    def keeps(self, hold: Hold) -> int:
        """The steps that surely run while the lock is held, the one that takes it included."""
        return self._taken(hold) & self._kept_until(hold)

    def apart(self, index: int) -> int:
        """The steps that never run in the same run as this one, because they ask for another outcome of a choice."""
        bits = 0
        for choice, wanted in self.flow.steps[index].step.when.items():
            for outcome, asking in self._asked[choice].items():
                if outcome != wanted:
                    bits |= asking
        return bits

    def after(self, index: int) -> int:
        """The steps that never start before this one has ended."""
        found = self._later.get(index)
        if found is None:
            found = self._later[index] = self.flow.sure_descendants(index)
        return found

    def _hold(self, taker: FlowStep, resource: str) -> Hold:
        flow, index = self.flow, taker.index
        near = (flow.descendants[index] | flow.beside(index)) & ~self.apart(index)
        releases, during = near & self._unlocking(resource), near
        for step in flow.members(releases & self.after(index)):
            # What comes after a release that finds the lock free already comes after the one that has freed it.
            if during >> step.index & 1:
                during &= ~self._freed_by(step, taker)
        return Hold(resource, index, releases, during)

    def _unlocking(self, resource: str) -> int:
        """The steps that release a resource."""
        found = self._unlocks.get(resource)
        if found is None:
            found = sum(1 << step.index for step in self.flow.steps if step.step.unlock == resource)
            self._unlocks[resource] = found
        return found

    def _freed_by(self, release: FlowStep, taker: FlowStep) -> int:
        """The steps before which a release surely lets the lock go: those that run only where it does."""
        bits = self.after(release.index)
        for choice, outcome in release.step.when.items():
            if taker.step.when.get(choice) != outcome:
                bits &= self._asked[choice][outcome]
        return bits

    def _taken(self, hold: Hold) -> int:
        """The steps at whose start the lock has surely been taken, the one that takes it included."""
        found = self._takes.get(hold.taker)
        if found is None:
            found = self.after(hold.taker)
            for choice, outcome in self.flow.steps[hold.taker].step.when.items():
                found &= self._asked[choice][outcome]
            found = self._takes[hold.taker] = found | 1 << hold.taker
        return found

    def _kept_until(self, hold: Hold) -> int:
        """The steps until whose end nothing can have released the lock."""
        if not hold.releases:
            return -1
        found = self._kept.get(hold.taker)
        if found is None:
            found = 1 << hold.taker
            for step in self.flow.members(hold.during):
                if not hold.releases & ~(self.after(step.index) | 1 << step.index | self.apart(step.index)):
                    found |= 1 << step.index
            self._kept[hold.taker] = found
        return found


def _asked(flow: Flow) -> dict[str, dict[str, int]]:
    """By choice and outcome the steps that ask for it, as bit sets."""
    found: dict[str, dict[str, int]] = {}
    for step in flow.steps:
        for choice, outcome in step.step.when.items():
            outcomes = found.setdefault(choice, {})
            outcomes[outcome] = outcomes.get(outcome, 0) | 1 << step.index
    return found
