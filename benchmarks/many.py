"""Prints how many runs of a six-step saga each way plays in a second of one core, side by side with SimPy.

    python -m benchmarks.many

A rehearsal and the table play the whole of it: faults at 2 % of the messages, retries with jitter, status queries,
compensations and dead letters.  The SimPy model is what one would write by hand for the same saga (requests with a
timeout, retries, compensations in reverse) and leaves out what it does not need: duplicates, tombstones, properties.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from math import exp, log
from time import process_time
from typing import Any

from sagactl.flow import Flow
from sagactl.simulator import make_plan, rehearse
from sagactl.simulator.chance import Seeded
from sagactl.simulator.many import Asked, sample
from sagactl.simulator.odds import Odds
from sagactl.simulator.rates import make_rates
from sagactl.simulator.rehearsal import Draw
from sagactl.simulator.table import Table
from sagactl.simulator.walk import walk
from sagactl.source.build import read
from sagactl.unfold import unfold

RATE = 0.02
P50_S, P99_S = 0.08, 2.0

STEP = """\
  - step: step-{n}
    participant: service-{n}
    action: Do{n}
    rejects: [No]
    compensation: Undo{n}
"""
SAGA = (
    """\
saga: six-steps
version: 1
description: Five steps that can be undone, then one that cannot.
owner: team
deadline: 15m
defaults: {timeout: 10s, retry: {attempts: 3, initial: 500ms, factor: 2, max: 10s, jitter: true}}
rollback: {retry: {attempts: 20, initial: 1s, factor: 2, max: 1m, jitter: true}, dead_letter: dlq, alert: team}
participants:
"""
    + "".join(
        f"  service-{n}: {{messaging: outbox, idempotency: key, rejects_late_actions: true, remembers_failures: true,"
        " status_query: true, latency: {p50: 80ms, p99: 2s}}\n"
        for n in range(1, 7)
    )
    + "steps:\n"
    + "".join(STEP.format(n=n) for n in range(1, 6))
    + "  - {step: step-6, participant: service-6, action: Do6, kind: pivot, no_compensation: Final.}\n"
)


def main() -> None:
    saga = read(SAGA.encode(), "six-steps.saga.yaml").saga
    assert saga is not None
    flow = unfold(saga).flow
    print(f"runs per second of one core: six steps, lognormal latencies, {RATE:.0%} faults")
    report("rehearsal (reference)", *timed(lambda: rehearsed(flow, 2_000)))
    report("table, run by run, cold", *timed(lambda: sampled(flow, 20_000, "table")))
    warm = Table(flow, make_plan(flow), Odds(make_rates(flow, [str(RATE)])))
    timed(lambda: walked(warm, 50_000))
    report("table, run by run, warm", *timed(lambda: walked(warm, 50_000)))
    try:
        report("table, numpy, cold", *timed(lambda: sampled(flow, 1_000_000, "numpy")))
        report("table, numpy, 10 million", *timed(lambda: sampled(flow, 10_000_000, "numpy")))
    except ImportError:
        print("  numpy is not installed: the extra `many` brings it")
    try:
        report("SimPy, the same saga", *timed(lambda: simpy_runs(5_000)))
    except ImportError:
        print("  SimPy is not installed: `make bench` installs it")


def report(name: str, runs: int, seconds: float, completed: float) -> None:
    print(f"  {name:<28}{runs / seconds:>12,.0f}   ({runs:,} runs in {seconds:.2f} s, {completed:.2%} completed)")


def timed(play: Callable[[], tuple[int, int]]) -> tuple[int, float, float]:
    start_s = process_time()
    runs, completed = play()
    return runs, process_time() - start_s, completed / runs


def rehearsed(flow: Flow, runs: int) -> tuple[int, int]:
    plan, rates = make_plan(flow), make_rates(flow, [str(RATE)])
    return runs, sum(
        rehearse(flow, plan, draw=Draw(Seeded(seed), rates)).outcome == "completed" for seed in range(runs)
    )


def walked(table: Table, runs: int) -> tuple[int, int]:
    return runs, sum(walk(table, seed).ending.outcome == "completed" for seed in range(runs))


def sampled(flow: Flow, runs: int, way: Any) -> tuple[int, int]:
    found = sample(flow, make_plan(flow), Odds(make_rates(flow, [str(RATE)])), Asked(runs, way=way))
    if found.way != way:
        raise ImportError(way)
    return runs, found.tally.ended("completed")


def simpy_runs(runs: int) -> tuple[int, int]:
    """One environment per run, as a run is one experiment."""
    import simpy

    completed = 0
    for seed in range(runs):
        environment = simpy.Environment()
        ended: list[bool] = []
        environment.process(order(environment, random.Random(seed), ended))
        environment.run()
        completed += ended[0]
    return runs, completed


def order(environment: Any, chance: random.Random, ended: list[bool]) -> Iterator[Any]:
    done = 0
    for _ in range(6):
        answer = yield environment.process(call(environment, chance, 3, 0.5))
        if answer != "ok":
            break
        done += 1
    if done < 6:
        for _ in range(done):
            yield environment.process(call(environment, chance, 20, 1.0, rejects=False))
    ended.append(done == 6)


def call(environment: Any, chance: random.Random, tries: int, pause_s: float, rejects: bool = True) -> Iterator[Any]:
    """A request with its timeout, tried again after a pause; rejected, failed or lost at the same rates."""
    for made in range(tries):
        answered = environment.process(answer(environment, chance, rejects))
        timeout = environment.timeout(10.0)
        found = yield answered | timeout
        if answered in found and found[answered] in ("ok", "no"):
            return found[answered]
        yield environment.timeout(min(10.0, pause_s * 2**made) * (0.5 + chance.random() / 2))
    return "unknown"


def answer(environment: Any, chance: random.Random, rejects: bool) -> Iterator[Any]:
    latency_s = P50_S * exp(chance.gauss(0.0, 1.0) * log(P99_S / P50_S) / 2.3263478740408408)
    yield environment.timeout(latency_s / 2)
    drawn = chance.random()
    if drawn < RATE / 4 and rejects:
        return "no"
    if drawn < 3 * RATE / 4:
        yield environment.timeout(1e9 if drawn < RATE / 2 else 0.0)
        return "error"
    yield environment.timeout(latency_s / 2)
    if chance.random() < RATE:
        yield environment.timeout(1e9)
    return "ok"


if __name__ == "__main__":
    main()
