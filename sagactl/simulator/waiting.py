"""Runs that come by chance and find only so many places: how long they wait for one.

Runs arrive at random (a Poisson process), are served in the order of their arrival, and hold a place for as long as
they take.  The wait follows exactly from the durations: a run starts when it comes or when the first place is free.

Source: Kiefer and Wolfowitz, On the theory of queues with many servers, 1955.
"""

from __future__ import annotations

from heapq import heapify, heapreplace
from math import log1p
from typing import Final

from sagactl.simulator.chance import base_of, named, uniform
from sagactl.simulator.tally import Times

ARRIVAL: Final = named("arrival")


class Queue:
    """A number of places, and everything that has waited for them."""

    def __init__(self, places: int, rate_per_s: float) -> None:
        self.places, self.rate_per_s = places, rate_per_s
        self.free_s = [0.0] * places
        heapify(self.free_s)
        self.now_s = 0.0
        self.busy_s = 0.0
        self.last_s = 0.0
        self.waited = 0
        self.waits = Times()
        self.totals = Times()

    def add(self, seed: int, duration_s: float) -> None:
        """The next run comes, after a gap that its seed draws."""
        self.arrive(self.now_s - log1p(-uniform(base_of(seed), ARRIVAL)) / self.rate_per_s, duration_s)

    def arrive(self, at_s: float, duration_s: float) -> float:
        """A run comes at this time; how long it waits."""
        self.now_s = at_s
        start_s = max(at_s, self.free_s[0])
        heapreplace(self.free_s, start_s + duration_s)
        wait_s = start_s - at_s
        self.waited += wait_s > 0
        self.waits.add(wait_s)
        self.totals.add(wait_s + duration_s)
        self.busy_s += duration_s
        self.last_s = max(self.last_s, start_s + duration_s)
        return wait_s

    @property
    def load(self) -> float:
        """How many of the places the runs need on average, as a share; from 1 on the queue grows without end."""
        return self.totals.number and self.rate_per_s * self.busy_s / self.totals.number / self.places
