"""SG606 lock-cycle: locks are taken in different orders, so that two runs can wait for each other for ever.

One run holds the first lock and waits for the second, the other holds the second and waits for the first. It takes two
sagas with opposite orders, or one that takes two locks on parallel branches; runs that all take their locks in the same
order never block each other. Take the locks in one order everywhere, or release the first before the second is taken.

Source: Coffman, Elphick, Shoshani, System deadlocks, ACM Computing Surveys 3 (1971).
Since: 0.1

Bad:
    saga: transfer
    resources: {source: {participant: bank}, target: {participant: bank}}
    steps:
      - step: lock-source
        after: []
        participant: bank
        action: LockSource
        lock: source
        lock_ttl: 1d
        compensation: UnlockSource
      - step: lock-target
        after: []
        participant: bank
        action: LockTarget
        lock: target
        lock_ttl: 1d
        compensation: UnlockTarget
      - step: move-money
        after: [lock-source, lock-target]
        participant: bank
        action: MoveMoney
        kind: pivot
        unlock: source
      - step: close-transfer
        participant: bank
        action: CloseTransfer
        kind: retriable
        retry: forever
        unlock: target

Good:
    saga: transfer
    resources: {source: {participant: bank}, target: {participant: bank}}
    steps:
      - step: lock-source
        participant: bank
        action: LockSource
        lock: source
        lock_ttl: 1d
        compensation: UnlockSource
      - step: lock-target
        participant: bank
        action: LockTarget
        lock: target
        lock_ttl: 1d
        compensation: UnlockTarget
      - step: move-money
        participant: bank
        action: MoveMoney
        kind: pivot
        unlock: source
      - step: close-transfer
        participant: bank
        action: CloseTransfer
        kind: retriable
        retry: forever
        unlock: target
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from sagactl.finding import Related
from sagactl.linter.lock_orders import Edge, circles, taking
from sagactl.linter.rule import Digest, Hit, Rule


def check_all(digests: Sequence[Digest]) -> Iterator[Hit]:
    for circle in circles(digests):
        yield _hit(circle)


def _hit(circle: tuple[Edge, ...]) -> Hit:
    first = circle[0]
    names = [edge.held.resource for edge in circle]
    shown = " -> ".join(f"`{name}`" for name in (*names, names[0]))
    return Hit(
        f"locks are taken in a circle, so that runs can wait for each other for ever: {shown}",
        first.held.place,
        first.held.step,
        help=_help(circle, names),
        related=tuple(_related(edge) for edge in circle),
        path=first.digest.path,
    )


def _related(edge: Edge) -> Related:
    held, taken = edge.held, edge.taken
    return Related(
        f"`{taken.step}` of `{edge.taken_in.saga}` takes `{taken.resource}`"
        f" while `{held.step}` of `{edge.digest.saga}` holds `{held.resource}`",
        taken.place,
        edge.taken_in.path,
    )


def _help(circle: tuple[Edge, ...], names: list[str]) -> str:
    if len(circle) == 2 and circle[0].held == circle[1].taken and circle[0].taken == circle[1].held:
        return f"take one after the other: add `{circle[0].held.step}` to `after` of `{circle[0].taken.step}`"
    return "take them in the same order everywhere: " + ", ".join(f"`{name}`" for name in sorted(set(names)))


RULE = Rule(
    code="SG606",
    name="lock-cycle",
    severity="error",
    why="Two runs that wait for each other's lock stand still until people or a time limit kill one of them.",
    digest=taking,
    check_all=check_all,
    concerns="locks",
)
