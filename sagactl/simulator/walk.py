"""Runs walk through the table one by one: the earliest timer runs out, chance may put a fault in its place, and on.

The draws are those that a rehearsal of the same seed makes, under the same names, so the run is the same.
"""

from __future__ import annotations

from bisect import bisect_right
from typing import Final, NamedTuple

from sagactl.simulator.chance import FIRST, MASK, SECOND, UNIT, base_of, uniform
from sagactl.simulator.latency import sample_s
from sagactl.simulator.table import Carry, Ending, Node, Table, too_long

MAX_MOVES: Final = 200_000


class Walked(NamedTuple):
    """How one run ended, when, and how much of that it spent going back."""

    ending: Ending
    duration_s: float
    rollback_s: float


class Place(NamedTuple):
    """Where a run is: its clock, when each timer runs out and how long it was set for, and what was measured so far."""

    node: Node
    now_s: float
    due_s: list[float]
    leg_s: list[float]
    back_since_s: float = 0.0
    rollback_s: float = 0.0
    ended_s: float = 0.0


def walk(table: Table, seed: int) -> Walked:
    """One run from its start to its end."""
    base = base_of(seed)
    due_s, leg_s = _carried(base, 0.0, table.begin.carries, [], [])
    return walk_on(table, base, Place(table.start, 0.0, due_s, leg_s))


def walk_on(table: Table, base: int, place: Place) -> Walked:
    """One run from where it is to its end."""
    node, now_s, due_s, leg_s, back_since_s, rollback_s, ended_s = place
    for _ in range(MAX_MOVES):
        if not due_s:
            assert node.ending is not None, "nothing can happen only at the end"
            return Walked(node.ending, ended_s, rollback_s)
        earliest_s = min(due_s)
        timer = due_s.index(earliest_s)
        if earliest_s > now_s:
            now_s = earliest_s
        fork = node.forks[timer] or table.fork(node, timer)
        way, cuts = 0, fork.cuts
        if cuts:
            # `uniform`, written out: a call would cost as much as the draw.
            word = base ^ fork.name
            word = (word ^ word >> 30) * FIRST & MASK
            word = (word ^ word >> 27) * SECOND & MASK
            drawn = (((word ^ word >> 31) >> 11) + 0.5) * UNIT
            way = bisect_right(cuts, drawn) if drawn < cuts[-1] else len(cuts)
        target, carries = fork.edges[way] or table.edge(node, timer, way)
        if target.phase != node.phase:
            if node.phase == "back":
                rollback_s += now_s - back_since_s
            elif target.phase == "back":
                back_since_s = now_s
            if target.phase == "ended":
                ended_s = now_s
        due_s, leg_s = _carried(base, now_s, carries, due_s, leg_s)
        node = target
    raise too_long(table.flow, MAX_MOVES)


def _carried(
    base: int, now_s: float, carries: tuple[Carry, ...], due_s: list[float], leg_s: list[float]
) -> tuple[list[float], list[float]]:
    """The timers of the next situation."""
    dues_s: list[float] = []
    legs_s: list[float] = []
    for kept, leg, fixed_s, absolute, delay in carries:
        if kept >= 0:
            dues_s.append(due_s[kept])
            legs_s.append(leg_s[kept])
            continue
        if leg >= 0:
            length_s = leg_s[leg]
        elif fixed_s >= 0:
            length_s = fixed_s
        else:
            length_s = sample_s(delay.latency, uniform(base, delay.name)) * delay.share
        dues_s.append(length_s if absolute else now_s + length_s)
        legs_s.append(length_s)
    return dues_s, legs_s
