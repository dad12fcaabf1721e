"""How long a run may take at most: forward to its pivot and to its end, and all the way back.

A way through is one combination of the outcomes of all choices: steps that exclude each other never add up, and
neither do steps that run side by side.

Source: the critical path method (Kelley and Walker, 1959), over the share of each step.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from itertools import product
from math import prod
from typing import Final, NamedTuple

from sagactl.flow import MAX_DEPTH, Flow
from sagactl.model import Saga
from sagactl.shares import Nested, Share, back_share, forward_share

MAX_WAYS: Final = 64
"""Ways through that are looked at; the choices beyond keep the outcome that most steps belong to."""

End = Callable[[int, Sequence[float]], int]
"""Which step ends a path, of the steps that run (a bit set) and the times when they are done; -1 for none."""


class Path(NamedTuple):
    """The steps that wait for each other and take longest, in the order in which they run, and their sum.

    It is not bounded when something that has to be over by then has no bound: it may take longer still.
    """

    total_s: float = 0.0
    steps: tuple[int, ...] = ()
    is_bounded: bool = True


class Budget:
    """The worst times of a flow, each computed once and only when asked for."""

    def __init__(self, flow: Flow, nested: Nested) -> None:
        self.flow = flow
        self._nested = nested

    @cached_property
    def forward(self) -> tuple[Share, ...]:
        """The share of each step."""
        return tuple(forward_share(plan, self.flow.saga, self._nested) for plan in self.flow.steps)

    @cached_property
    def back(self) -> tuple[Share, ...]:
        """The share of the compensation of each step; none where a rollback has nothing to undo."""
        undoable, saga = self.undoable, self.flow.saga
        return tuple(
            back_share(plan, saga, self._nested) if undoable >> plan.index & 1 else Share() for plan in self.flow.steps
        )

    @cached_property
    def worst_s(self) -> tuple[float, ...]:
        """The worst time of each step."""
        return tuple(share.worst_s for share in self.forward)

    @cached_property
    def once_s(self) -> tuple[float, ...]:
        """The time of each step when nothing is repeated."""
        return tuple(share.once_s for share in self.forward)

    @cached_property
    def in_a_row_s(self) -> float:
        """All steps one after the other: no path is longer, and this is quickly added up."""
        return sum(self.worst_s)

    @cached_property
    def back_in_a_row_s(self) -> float:
        """All compensations one after the other."""
        return sum(share.worst_s for share in self.back)

    # -- which steps

    @cached_property
    def ways(self) -> tuple[int, ...]:
        """The steps that run on each way through, as bit sets."""
        return tuple(dict.fromkeys(_ways(self.flow, _few(self._skipped))))

    @cached_property
    def _skipped(self) -> list[list[int]]:
        return list(_skipped(self.flow))

    @cached_property
    def revocable(self) -> int:
        """The steps that some run does while it can still be rolled back, as a bit set."""
        bits = 0
        for runs in self.ways:
            pivots = self._pivots(runs)
            before = 0 if pivots else runs
            for pivot in pivots:
                before |= self.flow.ancestors[pivot] | 1 << pivot
            bits |= before & runs
        return bits

    @cached_property
    def undoable(self) -> int:
        """The steps that a rollback may have to undo, as a bit set."""
        bits = 0
        for plan in self.flow.steps:
            has_undo = plan.undo is not None or plan.step.saga is not None
            if has_undo and plan.kind == "compensatable" and plan.place != "after":
                bits |= 1 << plan.index
        return bits

    # -- the longest paths

    @cached_property
    def to_commit(self) -> Path:
        """The longest time in which a run can still be rolled back: until its pivot is done, or its last step."""
        return self.longest(self.worst_s, self.commit)

    @cached_property
    def to_commit_once(self) -> Path:
        """The same when nothing is repeated."""
        return self.longest(self.once_s, self.commit)

    @cached_property
    def to_end(self) -> Path:
        """The longest time until every step is done."""
        return self.longest(self.worst_s, last)

    @cached_property
    def past_commit(self) -> Path:
        """The longest time until every step is done, of the ways that have a pivot."""
        return self.longest(self.worst_s, lambda runs, done_s: last(runs, done_s) if self._pivots(runs) else -1)

    @cached_property
    def way_back(self) -> Path:
        """The longest rollback: of all that can be undone, each compensation tried to its last."""
        return max((self.path_back(runs) for runs in self.ways), key=_total, default=Path())

    def longest(self, time_s: Sequence[float], end: End) -> Path:
        """The longest path of all ways through."""
        found = max((self.path(runs, time_s, end) for runs in self.ways), key=_total, default=Path())
        return found if prod(map(len, self._skipped)) <= MAX_WAYS else found._replace(is_bounded=False)

    def path(self, runs: int, time_s: Sequence[float], end: End) -> Path:
        """The longest path of one way through."""
        return self.paths(runs, time_s, (end,))[0]

    def paths(self, runs: int, time_s: Sequence[float], ends: Iterable[End]) -> tuple[Path, ...]:
        """The longest paths of one way through, one for each end."""
        done_s, awaited = _schedule(self.flow, runs, time_s)
        found: list[Path] = []
        for end in ends:
            index = end(runs, done_s)
            needed = runs & (self.flow.ancestors[index] | 1 << index) if index >= 0 else 0
            found.append(_path(index, needed, self.forward, done_s, awaited))
        return tuple(found)

    def path_back(self, runs: int, target: int | None = None) -> Path:
        """The longest rollback of one way through, until one step is undone, or all of them."""
        undone = runs & self.undoable
        if target is not None:
            undone &= self.flow.descendants[target] | 1 << target
        time_s = [share.worst_s for share in self.back]
        if self.flow.saga.rollback.order == "parallel":
            if target is not None:
                undone &= 1 << target
            return _path(last(undone, time_s), undone, self.back, time_s, [-1] * len(time_s))
        done_s, awaited = _schedule(self.flow, undone, time_s, backwards=True)
        return _path(last(undone, done_s), undone, self.back, done_s, awaited)

    def commit(self, runs: int, done_s: Sequence[float]) -> int:
        """The step that commits a run: the pivot that is done first, or the last step where there is no pivot."""
        pivots = self._pivots(runs)
        return min(pivots, key=done_s.__getitem__) if pivots else last(runs, done_s)

    def _pivots(self, runs: int) -> tuple[int, ...]:
        return tuple(pivot for pivot in self.flow.pivots if runs >> pivot & 1)

    # -- as a step of another saga

    def shares(self) -> tuple[Share, Share]:
        """What the whole saga takes, and its rollback; its deadline cuts short what can still be rolled back."""
        before, deadline_s = self.to_commit, rollback_deadline_s(self.flow.saga)
        before_s, later_s = before.total_s, self.to_end.total_s - before.total_s
        gaps = {index: share.gap for index, share in enumerate(self.forward) if share.gap is not None}
        if deadline_s is not None:
            before_s = min(before_s, deadline_s) if before.is_bounded else deadline_s
            gaps = {index: gap for index, gap in gaps.items() if not self.revocable >> index & 1}
        once_s = min(before_s + later_s, self.longest(self.once_s, last).total_s)
        forward = Share(once_s, before_s + later_s, next(iter(gaps.values()), None))
        return forward, Share(0.0, self.way_back.total_s, next((share.gap for share in self.back if share.gap), None))


def budget(flow: Flow, sagas: Mapping[str, Saga] | None = None) -> Budget:
    """The worst times of a flow; `sagas` are the definitions that its steps may run."""
    return Budget(flow, _Nested(sagas or {}, {}, MAX_DEPTH))


def rollback_deadline_s(saga: Saga) -> float | None:
    """The deadline, if it starts a rollback."""
    triggers = saga.rollback.triggers
    if saga.deadline is None or (triggers is not None and "deadline" not in triggers):
        return None
    return saga.deadline.after_s


def last(runs: int, done_s: Sequence[float]) -> int:
    """The step that is done last, -1 when none runs."""
    return max(_indexes(runs), key=done_s.__getitem__, default=-1)


class _Nested:
    """The shares of nested sagas, each computed once; one that leads back to itself counts as not at hand."""

    def __init__(self, sagas: Mapping[str, Saga], known: dict[str, tuple[Share, Share] | None], depth: int) -> None:
        self.sagas = sagas
        self.known = known
        self.depth = depth

    def __call__(self, id: str) -> tuple[Share, Share] | None:
        if id not in self.known:
            self.known[id] = None
            if id in self.sagas and self.depth > 0:
                inner = _Nested(self.sagas, self.known, self.depth - 1)
                self.known[id] = Budget(Flow(self.sagas[id], self.sagas), inner).shares()
        return self.known[id]


def _skipped(flow: Flow) -> Iterator[list[int]]:
    """For each choice the steps that are not taken, by outcome; outcomes that no step asks for are all the same."""
    asked: dict[str, dict[str, int]] = {}
    for plan in flow.steps:
        for choice, outcome in plan.step.when.items():
            outcomes = asked.setdefault(choice, {})
            outcomes[outcome] = outcomes.get(outcome, 0) | 1 << plan.index
    for choice, outcomes in asked.items():
        members = sum(outcomes.values())
        skipped = [members & ~bits for bits in outcomes.values()]
        if choice in flow.saga.choices and len(flow.saga.choices[choice].outcomes) > len(outcomes):
            skipped.append(members)
        yield skipped


def _few(skipped: list[list[int]]) -> Iterator[list[int]]:
    """Of the last choices only the outcome that skips least, so that there are not too many combinations."""
    number = 1
    for outcomes in skipped:
        if number * len(outcomes) > MAX_WAYS:
            yield [min(outcomes, key=int.bit_count)]
        else:
            number *= len(outcomes)
            yield outcomes


def _ways(flow: Flow, skipped: Iterable[list[int]]) -> Iterator[int]:
    """The steps that run for each combination of outcomes."""
    everything = (1 << len(flow.steps)) - 1
    for combination in product(*skipped):
        runs = everything
        for bits in combination:
            runs &= ~bits
        yield runs


def _schedule(
    flow: Flow, runs: int, time_s: Sequence[float], *, backwards: bool = False
) -> tuple[list[float], list[int]]:
    """When each step is done at the latest, and for which one it waited last (-1: for none).

    A step that does not run takes no time.  A join by "any" waits for the first of those that run.
    """
    done_s, awaited = [0.0] * len(time_s), [-1] * len(time_s)
    links = flow.dependants if backwards else flow.after
    for index in reversed(flow.order) if backwards else flow.order:
        before = links[index]
        if before:
            first = [] if backwards or flow.steps[index].join == "all" else [it for it in before if runs >> it & 1]
            awaited[index] = min(first, key=done_s.__getitem__) if first else max(before, key=done_s.__getitem__)
            done_s[index] = done_s[awaited[index]]
        if runs >> index & 1:
            done_s[index] += time_s[index]
    return done_s, awaited


def _path(index: int, needed: int, shares: Sequence[Share], done_s: Sequence[float], awaited: Sequence[int]) -> Path:
    """The path that ends with a step, told from its end; steps that take no time are left out."""
    if index < 0:
        return Path()
    total_s, steps = done_s[index], list[int]()
    is_bounded = all(shares[step].gap is None for step in _indexes(needed))
    while index >= 0:
        before = awaited[index]
        if done_s[index] > (done_s[before] if before >= 0 else 0.0):
            steps.append(index)
        index = before
    return Path(round(total_s, 6), tuple(reversed(steps)), is_bounded)


def _indexes(bits: int) -> Iterator[int]:
    while bits:
        yield (bits & -bits).bit_length() - 1
        bits &= bits - 1


def _total(path: Path) -> float:
    return path.total_s
