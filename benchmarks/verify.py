"""Prints what a verification costs, and how many worlds a second it sees, side by side with Spin on the same model.

    python -m benchmarks.verify

CPU seconds of whole processes, Python's start included, the smallest of several runs; what Spin costs includes making
and compiling its checker, as that has to be done for every model anew.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tracemalloc
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from resource import RUSAGE_CHILDREN, getrusage
from time import process_time
from typing import NamedTuple

from sagactl.exporters.promela import render
from sagactl.flow import Flow
from sagactl.source.build import read
from sagactl.unfold import unfold
from sagactl.world.alone import plainer
from sagactl.world.explore import explore
from sagactl.world.tables import Tables, possible_faults

SAGACTL = str(Path(sys.executable).parent / "sagactl")
RUNS = 5

KEPT = "idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true"
HEAD = """\
saga: {id}
deadline: 1h
defaults: {{timeout: 5s, retry: 3}}
participants:
  service: {{{promises}}}
steps:
"""
STEP = """\
  - step: {id}
    participant: service
    action: Do
    after: [{after}]
    rejects: [No]
    compensation: Undo
"""


class Budget(NamedTuple):
    """A folder of sagas, and what verifying it may cost beyond the start of Python."""

    name: str
    sagas: dict[str, str]
    budget_s: float


def row(id: str, number: int) -> str:
    steps = (STEP.format(id=f"s{n}", after=f"s{n - 1}" if n else "") for n in range(number))
    return HEAD.format(id=id, promises=KEPT) + "".join(steps)


def branches(id: str, width: int, length: int) -> str:
    each = product(range(width), range(length))
    steps = (STEP.format(id=f"b{b}-{n}", after=f"b{b}-{n - 1}" if n else "") for b, n in each)
    return HEAD.format(id=id, promises=KEPT) + "".join(steps)


def policies() -> Iterator[tuple[str, str]]:
    """Every combination of promises that the language can state of one step that says no."""
    yes_no = (True, False)
    for number, (action, undo, tombstone, memory, failed_step, tries) in enumerate(
        product(yes_no, yes_no, yes_no, yes_no, ("auto", "always", "never"), (1, 2))
    ):
        id = f"policy-{number}"
        promises = f"idempotency: {_word(action)}, rejects_late_actions: {_flag(tombstone)}, remembers_failures: {_flag(memory)}"
        step = STEP.format(id="pay", after="").replace(
            "compensation: Undo", f"compensation: {{command: Undo, idempotency: {_word(undo)}}}"
        )
        text = HEAD.format(id=id, promises=promises) + step + f"    failed_step: {failed_step}\n"
        yield id, text.replace("retry: 3", f"retry: {tries}")


def _word(kept: bool) -> str:
    return "key" if kept else "none"


def _flag(kept: bool) -> str:
    return str(kept).lower()


BUDGETS = (
    Budget("10 steps in a row", {"row": row("row", 10)}, 0.1),
    Budget("100 steps in a row", {"row": row("row", 100)}, 1.0),
    Budget("10 branches of 5 steps", {"wide": branches("wide", 10, 5)}, 1.0),
    Budget("the 96 policies", dict(policies()), 3.0),
)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        report_budgets(Path(folder))
        report_worlds(Path(folder))


# -- whole processes


def report_budgets(folder: Path) -> None:
    start_s = least(lambda: cpu_s((SAGACTL, "explain", "0")))
    print(f"sagactl verify: CPU seconds beyond the start ({start_s:.3f}), the least of {RUNS} runs")
    for number, budget in enumerate(BUDGETS):
        inside = folder / str(number)
        inside.mkdir()
        for id, text in budget.sagas.items():
            (inside / f"{id}.saga.yaml").write_text(text, encoding="utf-8")
        found_s = least(lambda inside=inside: cpu_s((SAGACTL, "verify", str(inside)))) - start_s
        print(f"  {budget.name:<28}{found_s:>8.3f}   budget {budget.budget_s:.1f}")


def least(measure: object) -> float:
    assert callable(measure)
    return min(float(measure()) for _ in range(RUNS))


def cpu_s(command: tuple[str, ...], folder: Path | None = None) -> float:
    before = getrusage(RUSAGE_CHILDREN)
    subprocess.run(command, cwd=folder, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = getrusage(RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


# -- worlds, side by side with Spin


def report_worlds(folder: Path) -> None:
    """All steps of a saga together, with faults without number: the same worlds in Python and in C."""
    flow = _flow(row("two", 2).replace("retry: 3", "retry: 1"))
    tables, found_s = _tables(flow), process_time()
    found = explore(tables, tuple(range(tables.number)))
    found_s = process_time() - found_s
    print(f"\nall worlds of two steps together: {found.worlds:,}")
    print(
        f"  {'sagactl':<28}{found_s:>8.2f} s   {found.worlds / found_s:>12,.0f} a second   {_bytes_each(flow):.0f} bytes each"
    )
    if shutil.which("spin") is None or shutil.which("gcc") is None:
        print("  Spin or gcc is not installed")
        return
    (folder / "model.pml").write_text(render(tables, tuple(range(tables.number)), "two"), encoding="utf-8")
    make_s = cpu_s(("spin", "-a", "model.pml"), folder)
    make_s += cpu_s(("gcc", "-O1", "-w", "-DSAFETY", "-DNOREDUCE", "-DMEMLIM=4096", "-o", "pan", "pan.c"), folder)
    run_s = cpu_s(("./pan", "-m1000000", "-c0"), folder)
    told = subprocess.run(("./pan", "-m1000000", "-c0"), cwd=folder, capture_output=True, text=True, check=True).stdout
    stored = re.search(r"(\d+) states, stored", told)
    assert stored is not None
    worlds = int(stored[1])
    print(f"  {'Spin':<28}{run_s:>8.2f} s   {worlds / run_s:>12,.0f} a second   {worlds:,} worlds")
    print(
        f"  {'Spin, with its compilation':<28}{make_s + run_s:>8.2f} s   {(make_s + run_s) / found_s:>11.1f}x of ours"
    )


def _flow(text: str) -> Flow:
    saga = read(text.encode(), "two.saga.yaml").saga
    assert saga is not None
    return plainer(unfold(saga).flow)


def _tables(flow: Flow) -> Tables:
    return Tables(flow, {step.index: possible_faults(step) for step in flow.steps})


def _bytes_each(flow: Flow) -> float:
    """What remembering a world costs at the peak, measured in a run of its own, as measuring is slow."""
    tables = _tables(flow)
    tracemalloc.start()
    found = explore(tables, tuple(range(tables.number)))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    return peak / found.worlds


if __name__ == "__main__":
    main()
