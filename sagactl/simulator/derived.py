"""Many runs walk through the table at once: numpy moves all runs that are in the same situation by one step.

What is computed is what `walk.py` computes, from the same table and the same draws: SplitMix64 over seed and name is
whole-number arithmetic, the same everywhere, and independent of numpy's own generators.  Only `log`, `log1p` and `exp`
may differ in the last bit, so times agree to about 1e-15 of their length.

It holds for every saga for which the table holds.  Where few runs share a situation, and where the table is full, they
are walked one by one.  Memory depends on the size of a portion, not on the number of runs.  Nobody but `many.py` may
import this, and only where many runs are worth it: numpy is an extra.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from sagactl.model import Latency
from sagactl.simulator.chance import FIRST, GOLDEN, MASK, SECOND, UNIT
from sagactl.simulator.latency import CENTRAL, FAR_TAIL, MIDDLE, TAIL, Eight, spread
from sagactl.simulator.table import Edge, Ending, Node, Table
from sagactl.simulator.tally import BITS, OUTCOMES, Seen, Tally, Times, went_back
from sagactl.simulator.waiting import Queue
from sagactl.simulator.walk import Place, walk, walk_on

Floats = NDArray[np.float64]
Words = NDArray[np.uint64]
Ids = NDArray[np.intp]

PORTION: Final = 1 << 17
SMALL: Final = 24
"""So few runs are walked one by one: numpy would need longer to begin."""


def count(table: Table, seeds: range, tally: Tally, queue: Queue | None) -> None:
    """The runs of these seeds are added to the tally, and come to the queue in their order."""
    portion = _Portion(table, seeds)
    portion.run()
    portion.add_to(tally)
    if queue is not None:
        for seed, duration_s in zip(seeds, portion.ended_s.tolist(), strict=True):
            queue.add(seed, duration_s)


def agrees(table: Table, seeds: range, tolerance_s: float) -> bool:
    """Whether many runs at once are the same as the same runs one by one."""
    portion = _Portion(table, seeds, small=1)
    portion.run()
    return all(
        (single := walk(table, seed)).ending == portion.endings[code]
        and abs(single.duration_s - duration_s) <= tolerance_s
        and abs(single.rollback_s - rollback_s) <= tolerance_s
        for seed, (code, duration_s, rollback_s) in zip(seeds, portion.results(), strict=True)
    )


class _Portion:
    """So many runs: an entry per run in every array; timers are columns, numbered as in the run's situation."""

    def __init__(self, table: Table, seeds: range, small: int = SMALL) -> None:
        number = len(seeds)
        self.table, self.seeds, self.small = table, seeds, small
        self.base = _mixed((np.arange(seeds.start, seeds.stop, dtype=np.uint64) + np.uint64(1)) * np.uint64(GOLDEN))
        self.now_s, self.ended_s, self.back_since_s, self.rollback_s = (np.zeros(number) for _ in range(4))
        self.due_s: list[Floats] = []
        self.leg_s: list[Floats] = []
        self.end = np.zeros(number, dtype=np.intp)
        self.endings: list[Ending] = []
        self.codes: dict[Ending, int] = {}
        self.waiting: dict[Node, list[Ids]] = {}
        self.sizes: dict[Node, int] = {}

    def run(self) -> None:
        """The largest groups go on, until only small ones are left, which are walked one by one."""
        everybody = np.arange(len(self.seeds), dtype=np.intp)
        self._go(_Group(self.table.start, everybody, self.now_s, [], []), self.table.begin)
        while self.waiting:
            node = max(self.sizes, key=self.sizes.__getitem__)
            ids = np.concatenate(self.waiting.pop(node))
            if self.sizes.pop(node) < self.small:
                self._walk(node, ids)
            else:
                self._advance(node, ids)

    def results(self) -> Iterator[tuple[int, float, float]]:
        """The code of its ending, duration and time going back, for each run."""
        return zip(self.end.tolist(), self.ended_s.tolist(), self.rollback_s.tolist(), strict=True)

    # -- one step

    def _advance(self, node: Node, ids: Ids) -> None:
        """In each run the earliest timer runs out; equal times go by the order of the timers."""
        dues = [column[ids] for column in self.due_s[: len(node.timers)]]
        legs = [self.leg_s[place][ids] if place in node.requests else due_s for place, due_s in enumerate(dues)]
        earliest_s, which = dues[0], np.zeros(len(ids), dtype=np.int8)
        for place, due_s in enumerate(dues[1:], start=1):
            which[due_s < earliest_s] = place
            earliest_s = np.minimum(earliest_s, due_s)
        whole = _Group(node, ids, np.maximum(self.now_s[ids], earliest_s), dues, legs)
        for place, number in enumerate(np.bincount(which, minlength=len(dues)).tolist()):
            if number == len(ids):
                self._run_out(whole, place)
            elif number:
                self._run_out(whole.part(np.flatnonzero(which == place)), place)

    def _run_out(self, group: _Group, timer: int) -> None:
        """Chance decides what becomes of the timer's move."""
        fork = self.table.fork(group.node, timer)
        if not fork.cuts:
            self._go(group, self.table.edge(group.node, timer, 0))
            return
        drawn = _uniforms(self.base[group.ids], fork.name)
        hit = drawn < fork.cuts[-1]
        places = np.flatnonzero(hit)
        if len(places) < len(drawn):
            rest = group.part(np.flatnonzero(~hit)) if len(places) else group
            self._go(rest, self.table.edge(group.node, timer, len(fork.cuts)))
        if len(places):
            ways = np.searchsorted(np.array(fork.cuts), drawn[places], side="right")
            for way in np.unique(ways).tolist():
                self._go(group.part(places[ways == way]), self.table.edge(group.node, timer, way))

    def _go(self, group: _Group, edge: Edge) -> None:
        """The runs reach the next situation."""
        target, ids, now_s = edge.target, group.ids, group.now_s
        self._measure(group, target)
        if target.ending is not None:
            self.end[ids] = self._code(target.ending)
            return
        self.now_s[ids] = now_s
        while len(self.due_s) < len(edge.carries):
            self.due_s.append(np.zeros(len(self.seeds)))
            self.leg_s.append(np.zeros(len(self.seeds)))
        for place, (kept, leg, fixed_s, absolute, delay) in enumerate(edge.carries):
            if kept == place:
                continue
            if kept >= 0:
                self.due_s[place][ids] = group.due_s[kept]
                if place in target.requests:
                    self.leg_s[place][ids] = group.leg_s[kept]
                continue
            length_s: Floats | float = fixed_s
            if leg >= 0:
                length_s = group.leg_s[leg]
            elif fixed_s < 0:
                length_s = _samples_s(delay.latency, _uniforms(self.base[ids], delay.name)) * delay.share
            self.due_s[place][ids] = length_s if absolute else now_s + length_s
            if place in target.requests:
                self.leg_s[place][ids] = length_s
        if target.index < 0:
            self._walk(target, ids)
            return
        self.waiting.setdefault(target, []).append(ids)
        self.sizes[target] = self.sizes.get(target, 0) + len(ids)

    def _measure(self, group: _Group, target: Node) -> None:
        """The end of the run, and the time between turning back and what follows."""
        ids, now_s = group.ids, group.now_s
        if target.phase == group.node.phase:
            return
        if group.node.phase == "back":
            self.rollback_s[ids] += now_s - self.back_since_s[ids]
        elif target.phase == "back":
            self.back_since_s[ids] = now_s
        if target.phase == "ended":
            self.ended_s[ids] = now_s

    def _walk(self, node: Node, ids: Ids) -> None:
        """To the end, one by one."""
        number = len(node.timers)
        for run in ids.tolist():
            dues = [float(column[run]) for column in self.due_s[:number]]
            legs = [float(column[run]) for column in self.leg_s[:number]]
            measured = (float(column[run]) for column in (self.back_since_s, self.rollback_s, self.ended_s))
            place = Place(node, float(self.now_s[run]), dues, legs, *measured)
            walked = walk_on(self.table, int(self.base[run]), place)
            self.end[run] = self._code(walked.ending)
            self.ended_s[run], self.rollback_s[run] = walked.duration_s, walked.rollback_s

    def _code(self, ending: Ending) -> int:
        if ending not in self.codes:
            self.codes[ending] = len(self.endings)
            self.endings.append(ending)
        return self.codes[ending]

    # -- the count

    def add_to(self, tally: Tally) -> None:
        """All runs are counted."""
        codes, firsts, counts = np.unique(self.end, return_index=True, return_counts=True)
        for code, first, number in zip(codes.tolist(), firsts.tolist(), counts.tolist(), strict=True):
            tally.count(self.endings[code], Seen(number, self.seeds.start + first))
        outcomes = np.array([OUTCOMES.index(ending.outcome) for ending in self.endings])[self.end]
        for number, outcome in enumerate(OUTCOMES):
            mine = outcomes == number
            _add(self.ended_s[mine], tally.durations[outcome], tally.all)
            back_s = self.rollback_s[mine]
            _add(back_s if went_back(outcome, 0.0) else back_s[back_s > 0], tally.rollback)


class _Group(NamedTuple):
    """Runs in one situation at the moment in which a timer runs out, with the timers that ran before it.

    How long a timer was set for matters for requests alone; in the place of the others stands when they run out.
    """

    node: Node
    ids: Ids
    now_s: Floats
    due_s: list[Floats]
    leg_s: list[Floats]

    def part(self, places: Ids) -> _Group:
        """Some of the runs."""
        dues = [due_s[places] for due_s in self.due_s]
        pairs = zip(self.leg_s, self.due_s, dues, strict=True)
        legs = [part_s if leg_s is due_s else leg_s[places] for leg_s, due_s, part_s in pairs]
        return _Group(self.node, self.ids[places], self.now_s[places], dues, legs)


def _add(values_s: Floats, *all_times: Times) -> None:
    if not len(values_s):
        return
    fractions, exponents = np.frexp(values_s)
    bins = (exponents.astype(np.int64) + 2000 << BITS) + (fractions * (2 << BITS)).astype(np.int64) - (1 << BITS)
    numbers, counts = np.unique(np.where(values_s > 0, bins, -1), return_counts=True)
    by_bin = dict(zip(numbers.tolist(), counts.tolist(), strict=True))
    total_ns, longest_s = int(np.rint(values_s * 1e9).astype(np.int64).sum()), float(values_s.max())
    for times in all_times:
        times.add_counts(by_bin, total_ns, longest_s)


# -- chance


def _mixed(words: Words) -> Words:
    """`chance.mix`; whole numbers of 64 bits overflow here as they are cut off there."""
    words = (words ^ words >> np.uint64(30)) * np.uint64(FIRST & MASK)
    words = (words ^ words >> np.uint64(27)) * np.uint64(SECOND & MASK)
    mixed: Words = words ^ words >> np.uint64(31)
    return mixed


def _uniforms(base: Words, name: int) -> Floats:
    uniforms: Floats = ((_mixed(base ^ np.uint64(name)) >> np.uint64(11)).astype(np.float64) + 0.5) * UNIT
    return uniforms


def _samples_s(latency: Latency, uniforms: Floats) -> Floats:
    """`latency.sample_s`"""
    values_s = latency.values_s
    samples_s: Floats
    if latency.shape == "uniform":
        samples_s = values_s[0] + (values_s[1] - values_s[0]) * uniforms
    elif latency.shape == "exponential":
        samples_s = -values_s[0] * np.log1p(-uniforms)
    else:
        samples_s = values_s[0] * np.exp(spread(values_s) * _normal_quantiles(uniforms))
    return samples_s


def _normal_quantiles(uniforms: Floats) -> Floats:
    """`latency.normal_quantile`, by the same polynomials."""
    q = uniforms - 0.5
    found = q * _ratio(MIDDLE, CENTRAL * CENTRAL - q * q)
    outside = np.flatnonzero(np.abs(q) > CENTRAL)
    if len(outside):
        far = uniforms[outside]
        r = np.sqrt(-np.log(np.minimum(far, 1.0 - far)))
        values = _ratio(TAIL, r - 1.6)
        farther = r > 5.0
        if farther.any():
            values[farther] = _ratio(FAR_TAIL, r[farther] - 5.0)
        found[outside] = np.copysign(values, q[outside])
    return found


def _ratio(polynomials: tuple[Eight, Eight], r: Floats) -> Floats:
    above, below = (_horner(polynomial, r) for polynomial in polynomials)
    above /= below
    return above


def _horner(polynomial: Eight, r: Floats) -> Floats:
    found = r * polynomial[-1]
    for constant in polynomial[-2:0:-1]:
        found += constant
        found *= r
    found += polynomial[0]
    return found
