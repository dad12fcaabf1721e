"""Prints CPU seconds of whole processes (user + system), the smallest and the median of several runs.

All commands of a group are run in turn, so that a slow moment of the machine hits all of them.
Peers that are not installed are named and left out.
"""

from __future__ import annotations

import resource
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from statistics import median
from typing import NamedTuple

from benchmarks import verify

ROOT = Path(__file__).parents[1]
ORDER = ROOT / "definitions" / "order-fulfillment.saga.yaml"
SCHEMA = ROOT / "sagactl" / "source" / "saga.schema.json"
BIN = Path(sys.executable).parent


class Measured(NamedTuple):
    """One command of a group: its name, its words, and what it may cost (CPU milliseconds; 0 for a peer)."""

    name: str
    command: tuple[str, ...]
    budget_ms: float = 0.0


class Group(NamedTuple):
    title: str
    runs: int
    commands: tuple[Measured, ...]


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        many = Path(folder)
        write_sagas(many, 1000)
        for group in groups(many):
            report(group)
    print()
    verify.main()


def groups(many: Path) -> tuple[Group, ...]:
    order = str(ORDER)
    return (
        Group(
            "one small file",
            15,
            (
                Measured("sagactl --version", (tool("sagactl"), "--version"), 60),
                Measured("sagactl lint", (tool("sagactl"), "lint", order), 120),
                Measured("yamllint", (tool("yamllint"), "-d", "relaxed", order)),
                Measured("check-jsonschema", (tool("check-jsonschema"), "--schemafile", str(SCHEMA), order)),
            ),
        ),
        Group(
            "1,000 files of 5 steps",
            3,
            (
                Measured("sagactl lint", (tool("sagactl"), "lint", str(many)), 1000),
                Measured("yamllint", (tool("yamllint"), "-d", "relaxed", str(many))),
                Measured(
                    "check-jsonschema",
                    (tool("check-jsonschema"), "--schemafile", str(SCHEMA), *map(str, sorted(many.iterdir()))),
                ),
            ),
        ),
        Group(
            "other verbs, one file",
            9,
            (
                Measured("sagactl recommend", (tool("sagactl"), "recommend", order), 200),
                Measured(
                    "sagactl simulate --fail", (tool("sagactl"), "simulate", order, "--fail", "charge-payment"), 150
                ),
                Measured("sagactl verify", (tool("sagactl"), "verify", order), 300),
                Measured("sagactl graph (text)", (tool("sagactl"), "graph", order)),
                Measured("sagactl graph (svg)", (tool("sagactl"), "graph", order, "--format", "svg")),
            ),
        ),
    )


def tool(name: str) -> str:
    return str(BIN / name)


def report(group: Group) -> None:
    present = [measured for measured in group.commands if shutil.which(measured.command[0])]
    times: dict[str, list[float]] = {measured.name: [] for measured in present}
    for measured in present:
        cpu_ms(measured.command)
    for _ in range(group.runs):
        for measured in present:
            times[measured.name].append(cpu_ms(measured.command))
    print(f"\n{group.title}: CPU ms of the whole process, {group.runs} runs in turn")
    print(f"  {'':<28}{'least':>9}{'median':>9}{'budget':>9}{'ratio':>8}")
    base = median(times[next(m.name for m in present if m.budget_ms)]) if present else 1.0
    base = median(times["sagactl lint"]) if "sagactl lint" in times else base
    for measured in present:
        found = times[measured.name]
        budget = f"{measured.budget_ms:.0f}" if measured.budget_ms else ""
        ratio = "" if measured.budget_ms else f"{median(found) / base:.1f}x"
        print(f"  {measured.name:<28}{min(found):>9.0f}{median(found):>9.0f}{budget:>9}{ratio:>8}")
    for measured in group.commands:
        if measured not in present:
            print(f"  {measured.name:<28}not installed: `make bench` installs it")


def cpu_ms(command: tuple[str, ...]) -> float:
    """User and system time of one finished run, its children included."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return 1000 * (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


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
    for n in range(number):
        (folder / f"order-{n:04}.saga.yaml").write_text(SAGA.format(n=n))


main()
