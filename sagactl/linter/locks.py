"""At which ends of a run the locks of a saga are left behind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import product
from typing import TYPE_CHECKING, Final, NamedTuple

from sagactl.access import Hold
from sagactl.flow import FlowStep
from sagactl.model import Saga

if TYPE_CHECKING:
    from sagactl.linter.facts import Facts

MAX_OUTCOMES: Final = 4096
"""Of the ways through the choices that releases depend on; beyond it a lock gets the benefit of the doubt."""


class Left(NamedTuple):
    """A lock that some end of a run leaves behind: the end in words, and what to write."""

    hold: Hold
    end: str
    help: str


def left_behind(facts: Facts) -> Iterator[Left]:
    """The locks that nothing releases at some end: completed, compensated, or parked in a way that is declared."""
    for hold in facts.locks.holds:
        for find in (_when_completed, _when_compensated, _when_parked):
            left = find(hold, facts)
            if left is not None:
                yield left
                break


def _when_completed(hold: Hold, facts: Facts) -> Left | None:
    help = f"at the last step that needs it:\nunlock: {hold.resource}"
    surely = hold.releases & facts.locks.after(hold.taker)
    if not surely:
        return None if _is_released_by_parent(hold, facts) else Left(hold, "when the run completes", help)
    gap = _gap(facts.meant.steps[hold.taker], tuple(facts.meant.members(surely)), facts.saga)
    if gap is None:
        return None
    said = " and ".join(f"`{choice}` is `{outcome}`" for choice, outcome in gap.items())
    return Left(hold, f"when {said}", f"on that way too:\nunlock: {hold.resource}")


def _gap(taker: FlowStep, releases: tuple[FlowStep, ...], saga: Saga) -> Mapping[str, str] | None:
    """Outcomes with which the lock is taken and no release is; None when there are none."""
    wanted = [step.step.when for step in releases]
    open = list(dict.fromkeys(choice for when in wanted for choice in when if choice not in taker.step.when))
    ways = 1
    for choice in open:
        ways *= len(saga.choices[choice].outcomes)
        if ways > MAX_OUTCOMES:
            return None
    for outcomes in product(*(saga.choices[choice].outcomes for choice in open)):
        taken = dict(zip(open, (outcome.id for outcome in outcomes), strict=True))
        known = {**taken, **taker.step.when}
        if not any(all(known[choice] == outcome for choice, outcome in when.items()) for when in wanted):
            return taken
    return None


def _is_released_by_parent(hold: Hold, facts: Facts) -> bool:
    """Whether a saga that runs this one releases what it has locked."""
    return any(
        any(step.saga == facts.saga.id for step in saga.steps)
        and any(step.unlock == hold.resource for step in saga.steps)
        for saga in facts.sagas.values()
    )


def _when_compensated(hold: Hold, facts: Facts) -> Left | None:
    """A step that keeps its lock on the way back, because it says that it has nothing to undo."""
    taker = facts.meant.steps[hold.taker]
    if taker.kind != "read-only" or taker.place in ("pivot", "after"):
        return None
    if not facts.fails_later(hold.taker) and not facts.may_be_called_off(taker):
        return None
    help = (
        "a lock is an effect; let the compensation release it:\nkind: compensatable\ncompensation: <what releases it>"
    )
    if taker.step.wait is not None:
        help = "let a step with a compensation take the lock, after the wait"
    return Left(hold, "when the run is undone", help)


def _when_parked(hold: Hold, facts: Facts) -> Left | None:
    """A lock without an end of its own, in a run that is parked as the definition says."""
    taker = facts.meant.steps[hold.taker]
    if taker.step.lock_ttl_s is not None:
        return None
    help = "let it end by itself:\nlock_ttl: 1d"
    if taker.failed_step == "never" and not taker.step.local and taker.undo is not None and taker.place != "after":
        return Left(hold, f"when it is unknown whether `{taker.id}` has locked it, because that is never undone", help)
    accepted = facts.saga.accept.parked if facts.saga.accept is not None else ()
    for step in facts.meant.members(hold.during | 1 << hold.taker):
        if step.id in accepted and (step.index == hold.taker or step.place in ("pivot", "after")):
            return Left(hold, f"when the run is parked at `{step.id}`, which `accept` allows", help)
    return None
