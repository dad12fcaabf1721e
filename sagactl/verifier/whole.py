"""Stage 2: the way as a whole: order, pivot, data, endless tries, and ends that nobody accepts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.budgets import Budget, Path, budget, rollback_deadline_s
from sagactl.durations import duration_text, long_duration, roomy_duration
from sagactl.evidence.steps import Steps
from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import BACK, Record, outcome
from sagactl.machine.state import PARKED as ALL_PARKED
from sagactl.shares import Gap
from sagactl.verdict import Counterexample, End, Parked
from sagactl.verifier.counterexamples import of_way
from sagactl.verifier.data import missing_data
from sagactl.world.alone import place_to_others
from sagactl.world.skeleton import Disorder, Skeleton, Turn, pair, skeleton

WORK: Final = 20_000
"""States of a skeleton times steps: what is looked at without being asked for."""

PARKED: Final[Mapping[Record, str]] = {
    "stuck": "given up going forward",
    "dead": "its compensation failed for good",
    "standing": "done or unknown, and nothing undoes it",
    "unconfirmed": "nobody waits for the answer of its compensation",
}
"""How a step is parked, in words."""

WORDS: Final[Mapping[Record, str]] = {
    "idle": "not started",
    "skipped": "not taken",
    "unheard": "done, unconfirmed",
    "withdrawn": "called off",
    "dead": "not undone",
    "left": "not undone",
}
"""An end's word for a record, where the record's own name would not say it."""


GAPS: Final[Mapping[Gap, str]] = {
    "timeout": "states no timeout",
    "forever": "is tried for ever",
    "items": "takes a list that nothing limits",
    "saga": "runs a saga that is not at hand",
}
"""Why nobody knows how long a step takes."""

UNSEEN: Final = Skeleton((), {}, (), (), False)


class Whole(NamedTuple):
    """What the skeleton shows; `notes` are about times that are worth knowing and break nothing."""

    violations: tuple[Counterexample, ...]
    vacuous: tuple[str, ...]
    notes: tuple[str, ...]
    states: int
    covered: str
    uncovered: tuple[str, ...] = ()


def whole(steps: Steps, flow: Flow) -> Whole:
    """Everything about the way as a whole that is wrong, or can never happen."""
    limit = max(100, WORK // max(1, len(flow.steps)))
    found = UNSEEN if _is_too_wide(flow, limit) else skeleton(flow, limit)
    disorders = found.disorders if found.complete else _of_pairs(flow)
    missing = missing_data(steps, flow)
    how = f"all {found.states} ways through it" if found.complete else "every two steps that follow each other"
    return Whole(
        violations=(
            *(_disorder(flow, each) for each in disorders),
            *_refusals(steps, flow),
            *missing.violations,
            *_endless(flow),
            *_too_long(flow),
        ),
        vacuous=tuple(_vacuous(flow, found)) if found.complete else (),
        notes=tuple(_times(flow)),
        states=found.states,
        covered=f"order, pivot and ends: {how}",
        uncovered=missing.uncovered,
    )


def _is_too_wide(flow: Flow, limit: int) -> bool:
    """Each compensation that may fail ends in two ways.

    So a run that is taken back after n steps goes through twice as many states with each of them: 1 + 2 + 4 + … + 2ⁿ.
    """
    rollback = flow.saga.rollback
    if rollback.on_failure == "stop" or (rollback.triggers is not None and "cancel" not in rollback.triggers):
        return False
    failing = (plan for plan in flow.steps if plan.undo is not None and plan.undo.tries is not None)
    sure = [plan for plan in failing if plan.place == "before" and not plan.step.local and not plan.step.when]
    return (2 << len(sure)) - 1 > limit


# -- order


def _of_pairs(flow: Flow) -> tuple[Disorder, ...]:
    """Where there are too many ways: each step with each that follows it, those that are alike once."""
    known: set[object] = set()
    found: dict[tuple[str, int], Disorder] = {}
    for first in flow.steps:
        for second in (flow.steps[index] for index in flow.dependants[first.index]):
            key = (_manner(first), _manner(second))
            if key not in known:
                known.add(key)
                for each in skeleton(pair(flow, first, second)).disorders:
                    index = (first, second)[each.step].index
                    found.setdefault((each.property, index), each._replace(step=index))
    return tuple(found.values())


def _manner(plan: FlowStep) -> tuple[object, ...]:
    step = plan.step
    return plan.kind, plan.undo is None, step.wait is None, step.local, plan.failed_step, bool(step.rejects)


def _disorder(flow: Flow, disorder: Disorder) -> Counterexample:
    id = flow.steps[disorder.step].id
    what = {
        "S8": f"nothing goes on with `{id}`, and the run does not end",
        "S9": f"`{id}` is undone before everything that builds on it is settled",
        "S10": f"`{id}` is undone although the point of no return is passed",
    }[disorder.property]
    return Counterexample(disorder.property, id, what, story=tuple(_told(flow, disorder.turns)))


def _told(flow: Flow, turns: Iterable[Turn]) -> Iterator[str]:
    for turn in turns:
        yield f"`{flow.steps[turn.step].id}`: {turn.what}" if turn.step >= 0 else turn.what


# -- the pivot


def _refusals(steps: Steps, flow: Flow) -> Iterator[Counterexample]:
    """S10: after or beside a pivot nothing may say no, as neither way is open then."""
    for plan in flow.steps:
        if not plan.says_no or plan.reacts:
            continue
        if place_to_others(flow, plan) is None:
            continue
        way = steps.refused(flow, plan)
        if way is not None and way.run is not None:
            pivot = next(flow.steps[index].id for index in flow.pivots if flow.steps[index].id != plan.id)
            told = "times out" if plan.step.wait is not None and not plan.step.rejects else "says no"
            yield of_way(
                flow, plan, way, "S10",
                f"`{plan.id}` {told} when the pivot `{pivot}` is done, so the run can go neither forward nor back",
                remedy=f"# put `{plan.id}` before `{pivot}`, or let it be tried until it is done:\n"
                f"- step: {plan.id}\n  kind: retriable\n  retry: {{attempts: forever, max: 5m}}",
            )  # fmt: skip


# -- time


def _endless(flow: Flow) -> Iterator[Counterexample]:
    """L3: what is tried for ever before the pivot keeps everything before it waiting, unless a deadline ends it."""
    if _deadline_counts(flow):
        return
    for plan in flow.steps:
        if plan.place != "before" or plan.reacts:
            continue
        if plan.step.action is not None and plan.action.tries is None:
            yield Counterexample(
                "L3",
                plan.id,
                f"`{plan.id}` is tried for ever before the pivot, and no deadline ends it: what is done waits for ever",
                remedy="deadline: 15m",
            )


def _too_long(flow: Flow) -> Iterator[Counterexample]:
    """L2: a run that uses all its tries must get to its pivot before its deadline takes it back.

    What has no bound counts once, so a run may take longer than the sum, and never less.
    """
    times, deadline_s = budget(flow), rollback_deadline_s(flow.saga)
    path = times.to_commit
    if deadline_s is not None and path.total_s > deadline_s:
        last = flow.steps[path.steps[-1]].id
        names = ", ".join(f"`{flow.steps[index].id}`" for index in path.steps)
        longer = "" if path.is_bounded else " or longer"
        yield Counterexample(
            "L2",
            last,
            f"up to `{last}` a run may take {long_duration(path.total_s)}{longer} with all its tries, and the deadline "
            f"takes it back after {duration_text(deadline_s)}",
            story=tuple(_spent(flow, times, path)),
            remedy=f"deadline: {roomy_duration(path.total_s)}\n# or fewer tries, or shorter timeouts, of {names}",
        )


def _spent(flow: Flow, times: Budget, path: Path) -> Iterator[str]:
    for index in path.steps:
        yield f"`{flow.steps[index].id}` takes {long_duration(times.worst_s[index])} with all its tries"


def _times(flow: Flow) -> Iterator[str]:
    """Whether a rollback may count as stuck, and whether the deadline may pass behind the pivot."""
    times, saga = budget(flow), flow.saga
    forward, back = times.to_commit, times.way_back
    stuck_s, deadline_s = saga.limits.stuck_after_s, rollback_deadline_s(saga)
    start_s = forward.total_s if deadline_s is None else min(forward.total_s, deadline_s)
    if stuck_s is not None and start_s + back.total_s > stuck_s:
        both = long_duration(start_s + back.total_s)
        yield f"a run that goes back may take {both}, and counts as stuck after {duration_text(stuck_s)}"
    if deadline_s is not None and forward.total_s <= deadline_s and not forward.is_bounded:
        unbounded = _unbounded(flow, times)
        if unbounded:
            yield f"whether a run gets to its pivot in time was not judged (L2): {unbounded}"
    later_s = times.past_commit.total_s
    if saga.deadline is not None and flow.pivots and later_s > saga.deadline.after_s:
        yield (
            f"the deadline of {duration_text(saga.deadline.after_s)} may pass behind the pivot, where it only alerts: "
            f"with all its tries a run takes {long_duration(later_s)}"
        )


def _unbounded(flow: Flow, times: Budget) -> str:
    """What nobody knows of the time up to the pivot; that the pivot itself is tried until it is done is meant so."""
    by_gap: dict[str, list[str]] = {}
    for plan in (plan for plan in flow.steps if plan.place in ("before", "pivot")):
        gap = times.forward[plan.index].gap
        if gap is not None and (plan.kind, gap) != ("pivot", "forever"):
            by_gap.setdefault(GAPS[gap], []).append(f"`{plan.id}`")
    return "; ".join(f"{', '.join(ids)} {words}" for words, ids in by_gap.items())


def _deadline_counts(flow: Flow) -> bool:
    triggers = flow.saga.rollback.triggers
    return flow.saga.deadline is not None and (triggers is None or "deadline" in triggers)


# -- ends


def unaccepted(steps: Steps, flow: Flow, parked: Iterable[Parked]) -> Iterator[Counterexample]:
    """An end among the dead letters that `accept` does not list."""
    for each in parked:
        if not each.accepted:
            plan = flow[each.step]
            record = next(record for record, how in PARKED.items() if how == each.how)
            way = steps.way_to(flow, plan, lambda state, record=record: state.record == record)  # type: ignore[misc]
            if way is not None and way.run is not None:
                yield of_way(
                    flow, plan, way, "accept",
                    f"`{each.step}` may end parked ({each.how}), which `accept` does not list",
                    remedy=f"accept: {{parked: [{each.step}]}}",
                )  # fmt: skip


def ends(flow: Flow, found: Skeleton) -> tuple[End, ...]:
    """How runs may end, a word for each step; ends that read the same are one."""
    accept = flow.saga.accept
    accepted = flow.accepted
    told: dict[tuple[object, ...], End] = {}
    for state, turns in found.ends.items():
        how = outcome(flow, state)
        assert how is not None
        words = {plan.id: _word(step.record) for plan, step in zip(flow.steps, state.steps, strict=True)}
        parked = {plan.id for plan, step in zip(flow.steps, state.steps, strict=True) if step.record in ALL_PARKED}
        fine = how != "parked" or accept is None or parked <= accepted
        faults = tuple(_told(flow, (turn for turn in turns if turn.fault)))
        told.setdefault((how, *words.values()), End(how, words, faults, fine))
    return tuple(sorted(told.values(), key=lambda end: (_ORDER[end.outcome], len(end.faults))))


_ORDER: Final = {"completed": 0, "compensated": 1, "parked": 2}


def _word(record: Record) -> str:
    return WORDS.get(record, record)


# -- what can never happen


def _vacuous(flow: Flow, found: Skeleton) -> Iterator[str]:
    """S13: a check that can never fire proves nothing, so what is never reached is said."""
    for plan, records in zip(flow.steps, found.records, strict=True):
        if plan.reacts:
            continue
        if records <= {"idle", "skipped"}:
            yield f"`{plan.id}` is never started"
        elif plan.undo is not None and not records & {*BACK, "undone"} and not plan.step.local:
            yield f"the compensation of `{plan.id}` is never started"
