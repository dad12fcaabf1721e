"""What follows from a saga once and for all: order, kinds, places, and the policies that really hold.

`flow(saga)` resolves what the definition leaves to defaults, inheritance and inference.  Everything that behaves
(machine, world, rules, pictures) reads the flow; nobody derives these facts a second time.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, Literal, NamedTuple

from sagactl.model import Compensation, FailedStep, Kind, Saga, Step
from sagactl.policies import Policy, Promises, action_policy, promises_of, undo_policy, undo_promises_of
from sagactl.value import value

MAX_DEPTH: Final = 16
"""Sagas inside each other; a deeper one counts as if it were not at hand, and no rehearsal unfolds it."""

Place = Literal["before", "pivot", "after", "beside"]
"""Where a step stands to the pivot: before it, the pivot itself, after it, or on a branch beside it."""


@value(eq=False)
class FlowStep:
    """One step as it really behaves.

    `after` are the indexes of its direct predecessors; `join` says whether all of them must be settled or one done.
    `undo` is None when the step has no compensation.  `reacts` says that it starts when another step fails or is
    undone, or only after such a step: it answers a way back, and is no part of the way forward.
    """

    index: int
    id: str
    step: Step
    after: tuple[int, ...]
    join: Literal["all", "any"]
    kind: Kind
    place: Place
    action: Policy
    undo: Policy | None
    promises: Promises
    undo_promises: Promises
    failed_step: FailedStep
    reacts: bool = False

    @property
    def compensation(self) -> Compensation | None:
        return self.step.compensation

    @property
    def has_effects(self) -> bool:
        """Whether doing it changes something that would have to be undone."""
        return self.kind != "read-only" and self.step.wait is None

    @property
    def says_no(self) -> bool:
        """Whether it may end with a definite no: a rejection, or a wait that gives up."""
        if self.step.rejects:
            return True
        return self.step.wait is not None and self.action.timeout_s is not None and self.step.on_timeout != "continue"

    @property
    def can_fail(self) -> bool:
        """Whether it can end a run's way forward: by a definite no, or because its tries are used up."""
        if self.says_no:
            return True
        return self.step.wait is None and self.action.tries is not None and not self.step.local


class Scope(NamedTuple):
    """A nested saga with a deadline of its own: its name, and its steps by id."""

    name: str
    steps: tuple[str, ...]
    after_s: float


class Flow:
    """A saga with all that follows from it; `ancestors` and `descendants` are bit sets over step indexes.

    `sure_ancestors` are those that a step never starts before, if they run at all: where a step joins by "any", one
    predecessor starts it while the others may still run.
    """

    __slots__ = (
        "after",
        "ancestors",
        "cyclic",
        "dependants",
        "descendants",
        "index",
        "order",
        "parts",
        "pivots",
        "reactions",
        "saga",
        "scopes",
        "steps",
        "sure_ancestors",
    )

    def __init__(
        self,
        saga: Saga,
        sagas: Mapping[str, Saga] | None = None,
        scopes: tuple[Scope, ...] = (),
        parts: Mapping[str, tuple[str, ...]] | None = None,
    ) -> None:
        self.saga = saga
        self.scopes = scopes
        self.parts = parts or {}
        self.index = {step.id: index for index, step in enumerate(saga.steps)}
        links = tuple(_links(saga, self.index))
        after = tuple(link[0] for link in links)
        self.after = after
        self.dependants = _reversed(after)
        self.order, self.cyclic = _topological(after, self.dependants)
        self.ancestors = _closure(self.order, after)
        self.descendants = _closure(tuple(reversed(self.order)), self.dependants)
        by_any = "any" in [join for _, join in links]
        self.sure_ancestors = _sure(saga.steps, self.order, links) if by_any else self.ancestors
        self.reactions = _reactions(saga, self.order, after)
        kinds = _kinds(saga, self.order, self.reactions, _Pivots(sagas or {}))
        self.pivots = tuple(index for index in self.order if kinds[index] == "pivot")
        self.steps = tuple(
            self._step(index, after[index], links[index][1], kinds[index]) for index in range(len(saga.steps))
        )

    def __getitem__(self, id: str) -> FlowStep:
        return self.steps[self.index[id]]

    def __contains__(self, id: str) -> bool:
        return id in self.index

    @property
    def accepted(self) -> frozenset[str]:
        """The steps that `accept` lets end among the dead letters; none where it says nothing."""
        accept = self.saga.accept
        return frozenset(step.id for id in (accept.parked if accept is not None else ()) for step in self.named(id))

    def named(self, id: str) -> tuple[FlowStep, ...]:
        """The steps that an id stands for: one, or the parts into which a step was unfolded."""
        ids = (id,) if id in self.index else self.parts.get(id, ())
        return tuple(self[part] for part in ids)

    def _step(self, index: int, after: tuple[int, ...], join: Literal["all", "any"], kind: Kind) -> FlowStep:
        saga, step = self.saga, self.saga.steps[index]
        compensation = step.compensation
        promises = promises_of(saga, step)
        return FlowStep(
            index=index,
            id=step.id,
            step=step,
            after=after,
            join=join,
            kind=kind,
            place=self._place(index, kind),
            action=action_policy(saga, step),
            undo=undo_policy(saga, step) if compensation is not None else None,
            promises=promises,
            undo_promises=undo_promises_of(saga, step, compensation, promises)
            if compensation is not None
            else promises,
            failed_step=step.failed_step or saga.rollback.failed_step or "auto",
            reacts=bool(self.reactions >> index & 1),
        )

    def _place(self, index: int, kind: Kind) -> Place:
        if kind == "pivot":
            return "pivot"
        step = self.saga.steps[index]
        pivots = [pivot for pivot in self.pivots if not exclusive(self.saga.steps[pivot], step)]
        if any(self.sure_ancestors[index] >> pivot & 1 for pivot in pivots):
            return "after"
        if not pivots or any(self.descendants[index] >> pivot & 1 for pivot in pivots):
            return "before"
        return "beside"

    def members(self, bits: int) -> Iterator[FlowStep]:
        """The steps of a bit set, in file order."""
        return (step for step in self.steps if bits >> step.index & 1)

    def beside(self, index: int) -> int:
        """The steps that may run at the same time, as a bit set; at a join by "any" a predecessor is one of them."""
        everything = (1 << len(self.saga.steps)) - 1
        return everything & ~(self.sure_ancestors[index] | self.sure_descendants(index) | 1 << index)

    def sure_descendants(self, index: int) -> int:
        """The steps that never start before this one has ended, as a bit set."""
        later = self.descendants[index]
        if later and self.sure_ancestors is not self.ancestors:
            for other, before in enumerate(self.sure_ancestors):
                if not before >> index & 1:
                    later &= ~(1 << other)
        return later


def flow(saga: Saga, sagas: Mapping[str, Saga] | None = None) -> Flow:
    """What follows from the saga; `sagas` are the definitions that its steps may name."""
    return Flow(saga, sagas)


def exclusive(left: Step, right: Step) -> bool:
    """Whether the two can never run in the same run, because their conditions contradict each other."""
    if not left.when or not right.when:
        return False
    return any(right.when.get(choice, outcome) != outcome for choice, outcome in left.when.items())


def success_event(step: Step) -> str:
    """The event that tells that the step was done."""
    named = step.publishes.success if step.publishes is not None else None
    return named or _pascal(step.id) + "Done"


def failure_event(step: Step) -> str:
    """The event that tells that the step was rejected or failed."""
    named = step.publishes.failure if step.publishes is not None else None
    return named or _pascal(step.id) + "Failed"


def undone_event(step: Step) -> str:
    """The event that tells that the step was undone."""
    named = step.publishes.undone if step.publishes is not None else None
    return named or _pascal(step.id) + "Undone"


def _pascal(id: str) -> str:
    return "".join(word.capitalize() for word in id.split("-"))


# -- kinds


class _Pivots:
    """Which sagas have a pivot, each looked at once; one that leads back to itself has none of its own."""

    def __init__(self, sagas: Mapping[str, Saga]) -> None:
        self.sagas = sagas
        self.known: dict[str, bool] = {}
        self.depth = 0

    def __call__(self, name: str) -> bool:
        if name not in self.known:
            self.known[name] = False
            if name in self.sagas and self.depth < MAX_DEPTH:
                self.depth += 1
                saga = self.sagas[name]
                order, after = _order(saga)
                self.known[name] = "pivot" in _kinds(saga, order, _reactions(saga, order, after), self)
                self.depth -= 1
        return self.known[name]


def _kinds(saga: Saga, order: Iterable[int], reactions: int, has_pivot: Callable[[str], bool]) -> list[Kind]:
    """The kinds of the steps, declared or inferred; what answers a way back stands after every pivot."""
    kinds: list[Kind] = ["compensatable"] * len(saga.steps)
    pivots: list[int] = [index for index, step in enumerate(saga.steps) if step.kind == "pivot"]
    seen: set[int] = set()
    for index in order:
        step = saga.steps[index]
        earlier = any(not exclusive(saga.steps[other], step) for other in pivots if other in seen and other != index)
        late = earlier or bool(reactions >> index & 1)
        kinds[index] = step.kind or _infer_kind(step, after_pivot=late, has_pivot=has_pivot)
        if kinds[index] == "pivot" and step.kind is None:
            pivots.append(index)
        seen.add(index)
    return kinds


def _infer_kind(step: Step, *, after_pivot: bool, has_pivot: Callable[[str], bool]) -> Kind:
    """The kind of a step that declares none."""
    if step.wait is not None:
        return "read-only"
    if step.saga is not None:
        return "pivot" if not after_pivot and has_pivot(step.saga) else "compensatable"
    if step.compensation is not None:
        return "compensatable"
    return "retriable" if after_pivot else "pivot"


# -- order


def _order(saga: Saga) -> tuple[tuple[int, ...], tuple[tuple[int, ...], ...]]:
    """The steps in their order, and the direct predecessors of each."""
    after = tuple(link[0] for link in _links(saga, {step.id: index for index, step in enumerate(saga.steps)}))
    return _topological(after, _reversed(after))[0], after


def _links(saga: Saga, index: Mapping[str, int]) -> Iterator[tuple[tuple[int, ...], Literal["all", "any"]]]:
    """The direct predecessors of each step, and how they join."""
    publishers = _publishers(saga) if any(step.listens for step in saga.steps) else {}
    for position, step in enumerate(saga.steps):
        if step.listens is not None:
            found = (other for event in step.listens.events for other in publishers.get(event, ()))
            yield tuple(dict.fromkeys(other for other in found if other != position)), step.listens.mode
        elif step.after is not None:
            known = tuple(dict.fromkeys(index[id] for id in step.after if id in index and id != step.id))
            # In a definition whose references are wrong, the place in the list is the best guess for a picture.
            lost = bool(step.after) and not known and position > 0
            yield (position - 1,) if lost else known, "all"
        else:
            yield (position - 1,) if position else (), "all"


def _publishers(saga: Saga) -> dict[str, list[int]]:
    found: dict[str, list[int]] = {}
    for position, step in enumerate(saga.steps):
        found.setdefault(success_event(step), []).append(position)
    return found


def _reactions(saga: Saga, order: Iterable[int], after: tuple[tuple[int, ...], ...]) -> int:
    """The steps that start on another step's failure or undoing, and all that comes after them, as a bit set."""
    listening = [(position, step.listens) for position, step in enumerate(saga.steps) if step.listens is not None]
    if not listening:
        return 0
    ends = {event for step in saga.steps for event in (failure_event(step), undone_event(step))}
    ends -= set(map(success_event, saga.steps))
    found = sum(1 << position for position, listens in listening if not ends.isdisjoint(listens.events))
    if found:
        for index in order:
            if any(found >> earlier & 1 for earlier in after[index]):
                found |= 1 << index
    return found


def _reversed(links: tuple[tuple[int, ...], ...]) -> tuple[tuple[int, ...], ...]:
    found: list[list[int]] = [[] for _ in links]
    for target, sources in enumerate(links):
        for source in sources:
            found[source].append(target)
    return tuple(map(tuple, found))


def _topological(
    after: tuple[tuple[int, ...], ...], dependants: tuple[tuple[int, ...], ...]
) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Steps in an order in which predecessors come first, ties in file order; then those that a cycle holds back."""
    from heapq import heappop, heappush

    waiting = [len(sources) for sources in after]
    ready = [index for index, count in enumerate(waiting) if count == 0]
    order: list[int] = []
    while ready:
        index = heappop(ready)
        order.append(index)
        for target in dependants[index]:
            waiting[target] -= 1
            if waiting[target] == 0:
                heappush(ready, target)
    placed = set(order)
    return tuple(order), tuple(index for index in range(len(after)) if index not in placed)


def _closure(order: Iterable[int], links: tuple[tuple[int, ...], ...]) -> tuple[int, ...]:
    """For each step everything that is reached over the links, as bit sets."""
    found = [0] * len(links)
    for index in order:
        bits = 0
        for other in links[index]:
            bits |= found[other] | 1 << other
        found[index] = bits
    return tuple(found)


def _sure(
    steps: tuple[Step, ...], order: Iterable[int], links: tuple[tuple[tuple[int, ...], Literal["all", "any"]], ...]
) -> tuple[int, ...]:
    """For each step what surely comes before it, as bit sets.

    At a join by "any" that is what comes before each predecessor.  A predecessor that excludes a step says nothing of
    it: where the one runs the other does not, so branches of a choice may be joined by "any" without a race.
    """
    found = [0] * len(links)
    for index in order:
        sources, join = links[index]
        bits = 0
        for other in sources:
            bits |= found[other] | 1 << other
        if join == "any":
            for other in sources:
                late = bits & ~(found[other] | 1 << other)
                if late and steps[other].when:
                    late &= ~sum(1 << at for at, step in enumerate(steps) if exclusive(step, steps[other]))
                bits &= ~late
        found[index] = bits
    return tuple(found)
