"""SG406 lease-too-short: a lock expires while its run may still be at work.

`lock_ttl` ends a lock that nobody releases, so that a parked run does not keep the others out for ever. It has to
outlast every other end: the longest way to the step with `unlock`, and the longest way back to the compensation of the
step that locks, which starts no later than the pivot or the deadline. A lock that ends earlier protects nothing just
when things go slowly.

Source: Gray and Cheriton, Leases, 1989; Kleppmann, How to do distributed locking, 2016.
Since: 0.1
Fix: unsafe

Bad:
    saga: transfer
    resources: {bins: {participant: warehouse}}
    defaults: {timeout: 10s, retry: 3}
    steps:
      - step: freeze-bins
        participant: warehouse
        action: FreezeBins
        lock: bins
        lock_ttl: 1m
        compensation: UnfreezeBins
      - step: send-lorry
        participant: transport
        action: SendLorry
        kind: pivot
      - step: reopen-bins
        participant: warehouse
        action: ReopenBins
        unlock: bins
        kind: retriable
        retry: forever

Good:
    saga: transfer
    resources: {bins: {participant: warehouse}}
    defaults: {timeout: 10s, retry: 3}
    steps:
      - step: freeze-bins
        participant: warehouse
        action: FreezeBins
        lock: bins
        lock_ttl: 10m
        compensation: UnfreezeBins
      - step: send-lorry
        participant: transport
        action: SendLorry
        kind: pivot
      - step: reopen-bins
        participant: warehouse
        action: ReopenBins
        unlock: bins
        kind: retriable
        retry: forever
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, NamedTuple

from sagactl.budgets import End, Path, rollback_deadline_s
from sagactl.durations import duration_text, long_duration, roomy_duration
from sagactl.finding import Fix, Put, Related
from sagactl.flow import FlowStep
from sagactl.linter.reckoning import back_account, forward_account
from sagactl.linter.rule import Hit, Rule, at_step
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.budgets import Budget
    from sagactl.linter.facts import Facts

_RELATED = 8


class _Held(NamedTuple):
    """How long a lock may be held on one end: the way forward from its step on, and the way back to it."""

    total_s: float
    forward: Path
    back: Path | None = None


def check(saga: Saga, facts: Facts) -> Iterator[Hit]:
    for index, step in enumerate(saga.steps):
        if step.lock is not None and step.lock_ttl_s is not None and step.lock_ttl_s < _most_s(facts.budget):
            locker = facts.meant.steps[index]
            held = max(_ends(locker, facts.budget), key=lambda held: held.total_s, default=None)
            if held is not None and held.total_s > step.lock_ttl_s:
                yield _hit(locker, held, facts.budget)


def _ends(locker: FlowStep, budget: Budget) -> Iterator[_Held]:
    """How long the lock may be held on each way through: until it is released, and until it is undone."""
    flow, deadline_s = budget.flow, rollback_deadline_s(budget.flow.saga)
    # What comes before may be quick this time.
    time_s = [0.0 if flow.ancestors[locker.index] >> i & 1 else each for i, each in enumerate(budget.worst_s)]
    for runs in budget.ways:
        if runs >> locker.index & 1:
            later = [step.index for step in _unlockers(locker, runs, budget)]
            ends = (_last_of(later), _first_of(later)) if later else ()
            commit, *released = budget.paths(runs, time_s, (budget.commit, *ends))
            yield from (_Held(path.total_s, path) for path in released[:1])
            if budget.undoable >> locker.index & 1:
                forward = min((commit, *released), key=lambda path: path.total_s)
                back = budget.path_back(runs, locker.index)
                start_s = forward.total_s if deadline_s is None else min(forward.total_s, deadline_s)
                yield _Held(start_s + back.total_s, forward, back)


def _most_s(budget: Budget) -> float:
    """What no lock is needed for longer than: everything one after the other, forward and back."""
    return budget.in_a_row_s + budget.back_in_a_row_s


def _last_of(steps: list[int]) -> End:
    return lambda runs, done_s: max(steps, key=done_s.__getitem__)


def _first_of(steps: list[int]) -> End:
    return lambda runs, done_s: min(steps, key=done_s.__getitem__)


def _unlockers(locker: FlowStep, runs: int, budget: Budget) -> list[FlowStep]:
    later = budget.flow.members(runs & budget.flow.descendants[locker.index])
    return [step for step in later if step.step.unlock == locker.step.lock]


def _hit(locker: FlowStep, held: _Held, budget: Budget) -> Hit:
    ttl_s, enough = locker.step.lock_ttl_s or 0.0, roomy_duration(held.total_s)
    return Hit(
        f"the lock of `{locker.id}` on `{locker.step.lock}` ends after {duration_text(ttl_s)}, but the run may need it"
        f" for {_how_long(held)}",
        at_step(locker.step.route, "lock_ttl"),
        locker.id,
        help=f"lock_ttl: {enough}",
        fix=Fix("lock it for longer", safe=False, changes=(Put((*locker.step.route, "lock_ttl"), enough),)),
        related=_account(held, budget)[:_RELATED],
    )


def _how_long(held: _Held) -> str:
    is_bounded = held.forward.is_bounded and (held.back is None or held.back.is_bounded)
    said = long_duration(held.total_s) + ("" if is_bounded else " or longer")
    if held.back is None:
        return f"{said}, until it is released"
    forward_s = held.total_s - held.back.total_s
    return f"{said}: {long_duration(forward_s)} forward and {long_duration(held.back.total_s)} back"


def _account(held: _Held, budget: Budget) -> tuple[Related, ...]:
    back = back_account(held.back, budget) if held.back is not None else ()
    return forward_account(held.forward, budget) + back


RULE = Rule(
    code="SG406",
    name="lease-too-short",
    severity="error",
    why="Another run takes the resource while this one still counts on having it.",
    check=check,
    concerns="locks",
)
