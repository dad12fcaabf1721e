"""Prints what whole processes cost: CPU time (user + system, the least and the median of several runs), memory.

All commands of a group are run in turn, so that a slow moment of the machine hits all of them.
Peers that are not installed are named and left out.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from time import perf_counter
from typing import NamedTuple

from benchmarks import verify
from benchmarks.spectral import install

ROOT = Path(__file__).parents[1]
ORDER = ROOT / "definitions" / "order-fulfillment.saga.yaml"
SCHEMA = ROOT / "sagactl" / "source" / "saga.schema.json"
BIN = Path(sys.executable).parent


SLOW_MS = 10_000


class Measured(NamedTuple):
    """One command of a group: its name, its words, what it may cost (0 for a peer), and why it is missing."""

    name: str
    command: tuple[str, ...]
    budget_ms: float = 0.0
    budget_mb: float = 0.0
    missing: str = "`make bench` installs it"


class Group(NamedTuple):
    title: str
    runs: int
    commands: tuple[Measured, ...]


class Cost(NamedTuple):
    """What one run has cost, its children included: CPU time, time on the wall, and the most memory at once."""

    cpu_ms: float
    wall_ms: float
    peak_mb: float


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        here = Path(folder)
        many, more = here / "1000", here / "10000"
        write_sagas(many, 1000)
        write_sagas(more, 10000)
        spectral, missing = install(here / "spectral", SCHEMA)
        for group in groups(many, more, spectral, missing):
            report(group)
    print()
    verify.main()


def groups(many: Path, more: Path, spectral: tuple[str, ...], missing: str) -> tuple[Group, ...]:
    order = str(ORDER)
    sagactl = tool("sagactl")
    files = tuple(map(str, sorted(many.iterdir())))
    return (
        Group(
            "one small file",
            15,
            (
                Measured("sagactl --version", (sagactl, "--version"), 60),
                Measured("sagactl lint", (sagactl, "lint", order), 120),
                Measured("yamllint", (tool("yamllint"), "-d", "relaxed", order)),
                Measured("check-jsonschema", (tool("check-jsonschema"), "--schemafile", str(SCHEMA), order)),
                Measured("spectral", (*spectral, order), missing=missing),
            ),
        ),
        Group(
            "1,000 files of 5 steps",
            3,
            (
                Measured("sagactl lint", (sagactl, "lint", "-j", "1", str(many)), 1000),
                Measured("yamllint", (tool("yamllint"), "-d", "relaxed", str(many))),
                Measured("check-jsonschema", (tool("check-jsonschema"), "--schemafile", str(SCHEMA), *files)),
                Measured("spectral", (*spectral, f"{many}/*.yaml"), missing=missing),
            ),
        ),
        Group(
            "10,000 files of 5 steps",
            1,
            (
                Measured("sagactl lint", (sagactl, "lint", "-j", "1", str(more)), 10_000, 300),
                Measured("sagactl lint -j 0", (sagactl, "lint", str(more)), 12_000, 300),
                Measured("yamllint", (tool("yamllint"), "-d", "relaxed", str(more))),
            ),
        ),
        Group(
            "other verbs, one file",
            9,
            (
                Measured("sagactl recommend", (sagactl, "recommend", order), 200),
                Measured("sagactl simulate --fail", (sagactl, "simulate", order, "--fail", "charge-payment"), 150),
                Measured("sagactl verify", (sagactl, "verify", order), 300),
                Measured("sagactl graph (text)", (sagactl, "graph", order)),
                Measured("sagactl graph (svg)", (sagactl, "graph", order, "--format", "svg")),
            ),
        ),
    )


def tool(name: str) -> str:
    return str(BIN / name)


def report(group: Group) -> None:
    present = [measured for measured in group.commands if measured.command and shutil.which(measured.command[0])]
    costs: dict[str, list[Cost]] = {measured.name: [] for measured in present}
    for measured in present if group.runs > 5 else ():
        cost(measured.command)
    for _ in range(group.runs):
        for measured in present:
            # Once is enough for what takes so long that a slow moment does not matter.
            if not any(each.cpu_ms > SLOW_MS for each in costs[measured.name]):
                costs[measured.name].append(cost(measured.command))
    print(f"\n{group.title}: the whole process, {group.runs} runs in turn")
    print(f"  {'':<26}{'CPU ms':>9}{'median':>9}{'budget':>9}{'ratio':>8}{'wall ms':>10}{'MB':>7}{'budget':>8}")
    base = median(each.cpu_ms for each in costs["sagactl lint"]) if "sagactl lint" in costs else 0.0
    for measured in present:
        print(_row(measured, costs[measured.name], base))
    for measured in group.commands:
        if measured not in present:
            print(f"  {measured.name:<26} not installed: {measured.missing}")


def _row(measured: Measured, costs: list[Cost], base: float) -> str:
    """Least and median CPU time, the budget or how much more a peer takes, and the rest."""
    times = [each.cpu_ms for each in costs]
    budget = f"{measured.budget_ms:.0f}" if measured.budget_ms else ""
    ratio = f"{median(times) / base:.1f}x" if base and not measured.budget_ms else ""
    wall, peak = min(each.wall_ms for each in costs), max(each.peak_mb for each in costs)
    limit = f"{measured.budget_mb:.0f}" if measured.budget_mb else ""
    name = f"  {measured.name:<26}{min(times):>9.0f}{median(times):>9.0f}"
    return f"{name}{budget:>9}{ratio:>8}{wall:>10.0f}{peak:>7.0f}{limit:>8}"


def cost(command: tuple[str, ...]) -> Cost:
    """One finished run, with the exit code that it likes."""
    start = perf_counter()
    running = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, _, usage = os.wait4(running.pid, 0)
    running.returncode = 0
    wall = perf_counter() - start
    return Cost(1000 * (usage.ru_utime + usage.ru_stime), 1000 * wall, usage.ru_maxrss / 1024)


SAGA = """\
saga: order-{n}
version: 1
description: Order number {n} goes through five services.
owner: team-orders
style: orchestration
deadline: 15m
input: {{order_id: string, total: number}}
participants:
  inventory: {{owner: team-a, store: a-db, messaging: outbox, idempotency: key, rejects_late_actions: true, remembers_failures: true}}
  payment: {{owner: team-b, store: b-db, messaging: outbox, idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true}}
  shipping: {{owner: team-c, store: c-db, messaging: outbox, idempotency: key, rejects_late_actions: true, remembers_failures: true, status_query: true}}
  notification: {{owner: team-d, store: d-db, messaging: outbox, idempotency: key}}
defaults:
  timeout: 10s
  retry: {{attempts: 3, initial: 500ms, factor: 2, max: 10s, jitter: true}}
rollback:
  retry: {{attempts: 20, initial: 1s, factor: 2, max: 1m, jitter: true}}
  dead_letter: saga-dlq
  alert: team-orders
limits: {{concurrency: 200, stuck_after: 2h}}
steps:
  - step: reserve-items
    participant: inventory
    action: ReserveItems
    rejects: [OutOfStock]
    compensation: ReleaseReservation
  - step: charge-payment
    participant: payment
    action: ProcessPayment
    rejects: [CardDeclined]
    external: money-in
    compensation: {{command: RefundPayment, timeout: 30s}}
  - step: book-courier
    participant: shipping
    action: BookCourier
    compensation: CancelCourier
  - step: create-shipment
    participant: shipping
    action: CreateShipment
    kind: pivot
  - step: send-confirmation
    participant: notification
    action: SendOrderConfirmation
    kind: retriable
    external: email
    retry: {{attempts: forever, initial: 1s, max: 5m}}
"""


def write_sagas(folder: Path, number: int) -> None:
    folder.mkdir()
    for n in range(number):
        (folder / f"order-{n:05}.saga.yaml").write_text(SAGA.format(n=n))


main()
