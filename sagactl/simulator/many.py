"""Many runs of one saga, each with its own seed, counted as they pass.

There are three ways, and they give the same runs: a rehearsal each (slow, and what the others are derived from), a
walk through the table (`table.py`, `walk.py`), and the same walk for many runs at once (`derived.py`, which needs
numpy).  The first runs of every sample are rehearsed as well; if the table does not give the same for them, all are
rehearsed, and that is said.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from sagactl.flow import Flow
from sagactl.simulator.chance import Seeded
from sagactl.simulator.odds import Odds
from sagactl.simulator.plan import Plan, PlannedFault
from sagactl.simulator.rehearsal import Draw, rehearse
from sagactl.simulator.table import Table, ending_of
from sagactl.simulator.tally import Tally
from sagactl.simulator.waiting import Queue
from sagactl.simulator.walk import Walked, walk
from sagactl.trace import Trace

Way = Literal["rehearsed", "table", "numpy"]

CHECKED: Final = 100
"""So many runs of each sample are rehearsed beside the table."""

TOLERANCE_S: Final = 1e-9
PORTION: Final = 1_000
WORTH_NUMPY: Final = 20_000
"""Fewer runs are done before numpy is imported."""


class Asked(NamedTuple):
    """How many runs, from which seed on, by which way at best; how many come per second where that matters."""

    runs: int
    seed: int = 1
    arrivals_per_s: float | None = None
    way: Way | None = None


class Sample(NamedTuple):
    """What many runs of a saga came to; `unreached` are the rates that no run could meet."""

    flow: Flow
    plan: Plan
    odds: Odds
    asked: Asked
    tally: Tally
    queue: Queue | None
    way: Way
    checked: int
    situations: int
    unreached: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def keeps_its_promises(self) -> bool:
        """Whether no property was violated that the participants' stated promises guarantee."""
        return all(violation.promise for violation in self.tally.violations())


class Sampling:
    """A sample in the making: `portions` does the work, and `sample` is what it came to."""

    def __init__(self, flow: Flow, plan: Plan, odds: Odds, asked: Asked) -> None:
        self.flow, self.plan, self.odds, self.asked = flow, plan, odds, asked
        self.table = Table(flow, plan, odds)
        self.tally = Tally()
        places = flow.saga.limits.concurrency
        self.queue = Queue(places, asked.arrivals_per_s) if places and asked.arrivals_per_s else None
        self.way: Way = "rehearsed" if not self._agrees() else self._best_way()

    def _agrees(self) -> bool:
        """Whether the table gives what rehearsals give, for the first seeds."""
        return self.asked.way != "rehearsed" and all(
            same(self._rehearsed(seed), walk(self.table, seed)) for seed in self._seeds(self.checked)
        )

    def _seeds(self, number: int) -> range:
        return range(self.asked.seed, self.asked.seed + number)

    def _rehearsed(self, seed: int) -> Trace:
        return rehearse(self.flow, self.plan, draw=Draw(Seeded(seed), self.odds.rates, self.odds.slow))

    @property
    def checked(self) -> int:
        return min(CHECKED, self.asked.runs)

    def _best_way(self) -> Way:
        if self.asked.way == "table" or (self.asked.way is None and self.asked.runs < WORTH_NUMPY):
            return "table"
        try:
            from sagactl.simulator.derived import agrees
        except ImportError:
            return "table"
        return "numpy" if agrees(self.table, self._seeds(self.checked), TOLERANCE_S) else "table"

    @property
    def number_of_portions(self) -> int:
        return -(-self.asked.runs // self._portion)

    @property
    def _portion(self) -> int:
        if self.way != "numpy":
            return PORTION
        from sagactl.simulator.derived import PORTION as MANY

        return MANY

    def portions(self) -> Iterator[int]:
        """One portion of the runs after the other; yields how many are done."""
        end = self.asked.seed + self.asked.runs
        for start in range(self.asked.seed, end, self._portion):
            seeds = range(start, min(end, start + self._portion))
            self._count(seeds)
            yield seeds.stop - self.asked.seed

    def _count(self, seeds: range) -> None:
        if self.way == "numpy":
            from sagactl.simulator.derived import count

            count(self.table, seeds, self.tally, self.queue)
            return
        for seed in seeds:
            run = walk(self.table, seed) if self.way == "table" else walked(self._rehearsed(seed))
            self.tally.add(seed, run.ending, run.duration_s, run.rollback_s)
            if self.queue is not None:
                self.queue.add(seed, run.duration_s)

    @property
    def sample(self) -> Sample:
        return Sample(
            flow=self.flow,
            plan=self.plan,
            odds=self.odds,
            asked=self.asked,
            tally=self.tally,
            queue=self.queue,
            way=self.way,
            checked=self.checked,
            situations=len(self.table.nodes),
            unreached=self._unreached() if self.way != "rehearsed" else (),
            notes=(*self.table.notes, *self._full()),
        )

    def _full(self) -> tuple[str, ...]:
        """Whether there were more situations than are remembered; it makes runs slow and changes nothing else."""
        if not self.table.is_full or self.way == "rehearsed":
            return ()
        return (f"only the first {self.table.most:,} situations are remembered; others are found anew each time",)

    def _unreached(self) -> tuple[str, ...]:
        """The rates and planned faults that were possible in none of the situations that runs met."""
        words = dict.fromkeys(rate.word for rate in self.odds.rates.rates if rate.chance > 0)
        used = frozenset[PlannedFault]().union(*(situation.used for situation in self.table.nodes))
        planned = (str(fault) for fault in self.plan.faults if fault not in used)
        return (*(word for word in words if word not in self.table.met), *planned)


def sample(flow: Flow, plan: Plan, odds: Odds, asked: Asked) -> Sample:
    """What so many runs come to."""
    sampling = Sampling(flow, plan, odds, asked)
    for _ in sampling.portions():
        pass
    return sampling.sample


def walked(trace: Trace) -> Walked:
    """What the table would say of the run."""
    rollback_s, since_s = 0.0, None
    for moment in trace.moments:
        back = moment.status == "COMPENSATING"
        if back and since_s is None:
            since_s = moment.t_s
        elif not back and since_s is not None:
            rollback_s, since_s = rollback_s + moment.t_s - since_s, None
    return Walked(ending_of(trace), trace.duration_s, rollback_s)


def same(trace: Trace, run: Walked) -> bool:
    """Whether the two are the same run."""
    known = walked(trace)
    times = ((known.duration_s, run.duration_s), (known.rollback_s, run.rollback_s))
    return known.ending == run.ending and all(abs(left - right) <= TOLERANCE_S for left, right in times)
