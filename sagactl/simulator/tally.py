"""What many runs come to, counted as they pass: the memory it takes does not depend on how many they are.

Times are kept in bins of 0.1 % of their length (two numbers that share their exponent and the first ten bits of their
fraction share a bin), so a percentile is right to 0.05 %; the longest time is kept as it is.

Source: E. B. Wilson, Probable inference, the law of succession, and statistical inference, JASA 22 (1927), for the
intervals; Tene, HdrHistogram, for the bins.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from math import ceil, frexp, ldexp, sqrt
from typing import Final, NamedTuple

from sagactl.simulator.table import Ending
from sagactl.trace import DeadLetter, RunOutcome, Violation

Z95: Final = 1.959963984540054
BITS: Final = 10
OUTCOMES: Final[tuple[RunOutcome, ...]] = ("completed", "compensated", "parked")


Keys = Callable[[Ending], set[tuple[str, str]]]


class Interval(NamedTuple):
    """A share, and between which bounds it lies with 95 % confidence."""

    share: float
    least: float
    most: float


def wilson(hits: int, of: int) -> Interval:
    """The score interval, which keeps its promise near 0 and 1, too."""
    if of == 0:
        return Interval(0.0, 0.0, 1.0)
    share, z2 = hits / of, Z95 * Z95
    middle = (share + z2 / (2 * of)) / (1 + z2 / of)
    half = Z95 * sqrt(share * (1 - share) / of + z2 / (4 * of * of)) / (1 + z2 / of)
    return Interval(share, 0.0 if hits == 0 else middle - half, 1.0 if hits == of else middle + half)


class Seen(NamedTuple):
    """In how many runs something happened, and the seed of the first of them."""

    runs: int
    first_seed: int

    def and_(self, other: Seen) -> Seen:
        return Seen(self.runs + other.runs, min(self.first_seed, other.first_seed))


def bin_of(value_s: float) -> int:
    """The bin of a time; negative for the zero."""
    fraction, exponent = frexp(value_s)
    return (exponent + 2000 << BITS) + int(fraction * (2 << BITS)) - (1 << BITS) if value_s > 0 else -1


def middle_of(bin: int) -> float:
    """The time in the middle of a bin."""
    if bin < 0:
        return 0.0
    exponent, place = divmod(bin, 1 << BITS)
    return ldexp((place + 0.5 + (1 << BITS)) / (2 << BITS), exponent - 2000)


class Times:
    """A distribution of times."""

    def __init__(self) -> None:
        self.bins: dict[int, int] = {}
        self.number = 0
        self.total_ns = 0
        self.longest_s = 0.0

    def add(self, value_s: float) -> None:
        bin = bin_of(value_s)
        self.bins[bin] = self.bins.get(bin, 0) + 1
        self.number += 1
        self.total_ns += round(value_s * 1e9)
        self.longest_s = max(self.longest_s, value_s)

    def add_counts(self, counts: Mapping[int, int], total_ns: int, longest_s: float) -> None:
        """Many times at once, by bins."""
        for bin, count in counts.items():
            self.bins[bin] = self.bins.get(bin, 0) + count
            self.number += count
        self.total_ns += total_ns
        self.longest_s = max(self.longest_s, longest_s)

    @property
    def mean_s(self) -> float:
        return self.total_ns / 1e9 / self.number if self.number else 0.0

    def percentile_s(self, percent: float) -> float:
        """The time that so many percent of all times do not exceed (the nearest rank)."""
        rank = max(1, ceil(self.number * percent / 100))
        if rank >= self.number:
            return self.longest_s
        passed = 0
        for bin in sorted(self.bins):
            passed += self.bins[bin]
            if passed >= rank:
                return min(middle_of(bin), self.longest_s)
        return 0.0

    def columns(self, number: int) -> Iterator[tuple[float, float, int]]:
        """Equal stretches from the shortest time to the 99th percentile, the last one open: from, to, how many."""
        least_s = middle_of(min(self.bins, default=-1))
        step_s = (self.percentile_s(99) - least_s) / number
        counts = [0] * number
        for bin, count in self.bins.items():
            place = int((middle_of(bin) - least_s) / step_s) if step_s > 0 else 0
            counts[min(max(place, 0), number - 1)] += count
        for place, count in enumerate(counts):
            yield least_s + place * step_s, least_s + (place + 1) * step_s, count


class Tally:
    """The runs so far: how they ended, how long they took, how long they went back."""

    def __init__(self) -> None:
        self.runs = 0
        self.endings: dict[Ending, Seen] = {}
        self.durations: dict[RunOutcome, Times] = {outcome: Times() for outcome in OUTCOMES}
        self.all = Times()
        self.rollback = Times()

    def add(self, seed: int, ending: Ending, duration_s: float, rollback_s: float) -> None:
        """One run."""
        self.count(ending, Seen(1, seed))
        self.durations[ending.outcome].add(duration_s)
        self.all.add(duration_s)
        if went_back(ending.outcome, rollback_s):
            self.rollback.add(rollback_s)

    def count(self, ending: Ending, seen: Seen) -> None:
        """Runs that ended in the same way."""
        self.runs += seen.runs
        before = self.endings.get(ending)
        self.endings[ending] = seen if before is None else before.and_(seen)

    def ended(self, outcome: RunOutcome) -> int:
        return sum(seen.runs for ending, seen in self.endings.items() if ending.outcome == outcome)

    def dead_letters(self) -> dict[tuple[str, str], Seen]:
        """Runs by the step and the reason of a dead letter."""
        return self._by(lambda ending: {(letter.step, letter.reason) for letter in _letters(ending)})

    def compensated(self) -> dict[tuple[str, str], Seen]:
        """Runs by a step that was undone."""
        return self._by(lambda ending: {(step, "") for step in ending.compensated})

    def violations(self) -> dict[Violation, Seen]:
        """Runs by the property that was violated, and where."""
        found: dict[Violation, Seen] = {}
        for ending, seen in self.endings.items():
            for violation in ending.violations:
                found[violation] = seen if violation not in found else found[violation].and_(seen)
        return dict(sorted(found.items()))

    def _by(self, keys: Keys) -> dict[tuple[str, str], Seen]:
        found: dict[tuple[str, str], Seen] = {}
        for ending, seen in self.endings.items():
            for key in keys(ending):
                found[key] = seen if key not in found else found[key].and_(seen)
        return dict(sorted(found.items(), key=lambda item: (-item[1].runs, item[0])))


def went_back(outcome: RunOutcome, rollback_s: float) -> bool:
    """Whether there was a way back, be it that nothing had to be undone on it."""
    return outcome == "compensated" or rollback_s > 0


def _letters(ending: Ending) -> tuple[DeadLetter, ...]:
    skipped = (DeadLetter(step, "not undone, the rollback stopped before it", 0, "back") for step in ending.skipped)
    return (*ending.dead_letters, *skipped)
