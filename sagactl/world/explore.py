"""Every run, not the ones somebody thought of: one step among the most general rest of the world, or a whole saga.

A step sees the rest of its saga only through the phase of the run, "all before it are done" and "all after it are
settled".  So one step can be explored alone, with faults without number, if a small saga around it stands for all
that the others may do: a wait that may last for ever beside it, a cancel at any time, a pivot before or beside it
where there is one.  Tries are 1, 2 (for all that are more) or for ever.

Source: assume-guarantee reasoning (Jones 1983; Henzinger, Qadeer and Rajamani, CAV 1998); the most general environment
of open systems (Kupferman and Vardi, 1996).
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterator
from copy import copy
from dataclasses import replace
from heapq import heappop, heappush
from typing import Final, Literal, NamedTuple

from sagactl.flow import Flow, FlowStep, Place, exclusive
from sagactl.machine.state import Record, StepState
from sagactl.machine.transition import ALL_TRIGGERS
from sagactl.model import Rollback, Saga, Step, Trigger, Wait
from sagactl.policies import Policy, Promises
from sagactl.world.local import Local
from sagactl.world.properties import PROPERTIES, Property
from sagactl.world.tables import BITS, MASK, Edge, Tables, possible_faults

MAX_WORLDS: Final = 1_000_000
"""Of one exploration, unless the call says otherwise; one step needs some thousand."""

AT_ONCE: Final = frozenset({"S1", "S2", "S3"})
"""Properties that are lost for good the moment they break; the others are judged once nothing is in flight."""

_REST = Step(id="(rest)", after=(), wait=Wait(event="rest"))
_PIVOT = Step(id="(pivot)", after=(), local=True, action="commit", kind="pivot")
_OPENING = Step(id="(opening)", after=(), wait=Wait(event="opening"))


# -- one step alone


class Alone(NamedTuple):
    """One step, the flow that stands for the rest of its saga, and where in it the step is.

    `key` is equal for steps that behave alike, so that what was found of one holds for the other.  `is_late` says that
    a run is taken back only once the step is done.
    """

    key: Hashable
    flow: Flow
    step: int
    faults: frozenset[str]
    is_late: bool = False

    def tables(self) -> Tables:
        others = dict.fromkeys(range(len(self.flow.steps)), frozenset[str]())
        return Tables(self.flow, {**others, self.step: self.faults}, self.step if self.is_late else None)


def alone(flow: Flow, plan: FlowStep, promises: Promises, undo_promises: Promises) -> Alone:
    """The step among the most general rest of the world, its participant keeping these promises."""
    plan = replace(plan, place=place_to_others(flow, plan) or plan.place)
    triggers = flow.saga.rollback.triggers
    taken_back = _taken_back(flow, plan)
    if triggers is not None and taken_back != "never":
        triggers = (*triggers, "cancel")
    around = _around(plan, is_last=not (flow.descendants[plan.index] or flow.beside(plan.index)))
    saga = Saga(id="alone", steps=around, rollback=Rollback(triggers=triggers))
    small = Flow(saga)
    index = next(index for index, step in enumerate(around) if step.id == plan.id)
    step = replace(
        small.steps[index],
        kind=plan.kind,
        place=plan.place,
        action=fewer_tries(plan.action),
        undo=fewer_tries(plan.undo) if plan.undo is not None else None,
        promises=promises,
        undo_promises=undo_promises,
        failed_step=plan.failed_step,
    )
    with_steps(small, (*small.steps[:index], step, *small.steps[index + 1 :]))
    faults = possible_faults(plan) - {"deadline"}
    is_late = taken_back == "late"
    return Alone((_key(step, triggers, faults), len(around), is_late), small, index, faults, is_late)


def place_to_others(flow: Flow, plan: FlowStep) -> Place | None:
    """Where a step stands to the pivots other than itself, if a run may have both; None before them.

    What answers a way back is meant to stay, like what comes after a pivot.
    """
    if plan.reacts:
        return "after"
    if plan.kind != "pivot":
        return plan.place if plan.place in ("after", "beside") else None
    others = (flow.steps[index] for index in flow.pivots if index != plan.index)
    both = [other.index for other in others if not exclusive(other.step, plan.step)]
    if any(flow.sure_ancestors[plan.index] >> index & 1 for index in both):
        return "after"
    return "beside" if any(flow.beside(plan.index) >> index & 1 for index in both) else None


def _taken_back(flow: Flow, plan: FlowStep) -> Literal["never", "late", "any time"]:
    """When something other than the step itself may start a rollback: at any time, or once the step is done.

    What comes after it can fail only then.
    """
    triggers = ALL_TRIGGERS if flow.saga.rollback.triggers is None else flow.saga.rollback.triggers
    if "cancel" in triggers or ("deadline" in triggers and (flow.saga.deadline is not None or flow.scopes)):
        return "any time"
    if any(fails_by(other, triggers) for other in flow.members(flow.beside(plan.index))):
        return "any time"
    later = flow.members(flow.descendants[plan.index])
    return "late" if any(fails_by(other, triggers) for other in later) else "never"


def fails_by(plan: FlowStep, triggers: tuple[Trigger, ...]) -> bool:
    """Whether the step can end in a way that starts a rollback where only these do."""
    if "rejection" in triggers and plan.step.rejects:
        return True
    if plan.step.wait is not None:
        return "timeout" in triggers and plan.action.timeout_s is not None and plan.step.on_timeout != "continue"
    if plan.action.tries is None:
        return False
    return "failure" in triggers or ("timeout" in triggers and plan.action.timeout_s is not None)


def _around(plan: FlowStep, *, is_last: bool) -> tuple[Step, ...]:
    """The steps of the small saga; the one under test starts at once, or once the pivot before it is done.

    Where nothing comes after it and nothing runs beside it, the run ends with it, and nothing can be taken back then.
    """
    own = plan.step
    if plan.place == "pivot":
        return (_free(own),)
    if plan.place == "after":
        return _PIVOT, _free(own, _PIVOT.id)
    if plan.place == "beside":
        return _free(own), _OPENING, replace(_PIVOT, after=(_OPENING.id,)), _REST
    return (_free(own),) if is_last else (_free(own), _REST)


def _free(step: Step, *after: str) -> Step:
    return replace(step, after=after, when={}, listens=None)


def fewer_tries(policy: Policy) -> Policy:
    """The policy with two tries for all that are more: what the third can do, the second can."""
    return policy if policy.tries is None or policy.tries <= 2 else policy._replace(tries=2)


def with_steps(flow: Flow, steps: tuple[FlowStep, ...]) -> Flow:
    """The flow with other policies and promises; its shape stays."""
    flow.steps = steps
    return flow


def plainer(flow: Flow) -> Flow:
    """The flow with two tries for all that are more, and without restarts: a new try of a saga has new keys."""
    plain = copy(flow)
    plain.saga = replace(flow.saga, rollback=replace(flow.saga.rollback, then=None, max_restarts=None))
    steps = (
        replace(plan, action=fewer_tries(plan.action), undo=plan.undo and fewer_tries(plan.undo)) for plan in flow.steps
    )
    return with_steps(plain, tuple(steps))


def _key(step: FlowStep, triggers: object, faults: frozenset[str]) -> Hashable:
    undo = step.compensation
    how_undone = undo and (undo.reply, bool(undo.rejects), bool(undo.fallback))
    own = step.step
    return (
        *(step.kind, step.place, step.failed_step, faults, triggers),
        *(own.local, own.reply, own.wait is not None, own.on_timeout, bool(own.rejects)),
        *(_manner(step.action), step.undo and _manner(step.undo), how_undone),
        *(_kept(step.promises), step.undo_promises.idempotency in ("key", "natural")),
    )


def _manner(policy: Policy) -> Hashable:
    return policy.tries, policy.timeout_s is not None, policy.retries("timeout"), policy.retries("error")


def _kept(promises: Promises) -> Hashable:
    return (
        promises.idempotency in ("key", "natural"),
        *map(bool, promises[1:4]),
        promises.messaging == "dual-write",
        bool(promises.ordered_delivery),
    )


# -- what can come of it


class Broken(NamedTuple):
    """A property that a step does not keep, in a world that shows it."""

    property: str
    step: int
    world: int


class Found(NamedTuple):
    """What an exploration saw: how many worlds, what broke first of each kind, and how steps may end.

    `ends` holds, for each step that was looked at, its records at rest, each with a world that shows it; `complete`
    is False when the exploration met its limit.
    """

    worlds: int
    broken: tuple[Broken, ...]
    ends: dict[tuple[int, Record], int]
    complete: bool


def explore(
    tables: Tables,
    steps: tuple[int, ...],
    limit: int = MAX_WORLDS,
    is_over: Callable[[], bool] = lambda: False,
    *,
    stop: bool = False,
) -> Found:
    """All worlds that can be reached with any number of faults; with `stop`, no further than the first defect.

    `is_over` says that the time is up.
    """
    judge = Judge(tables, steps)
    begin = tables.begin()
    seen = {begin}
    waiting = [begin]
    looked = 0
    while waiting:
        world = waiting.pop()
        judge.look(world)
        if stop and judge.defects:
            return judge.found(len(seen), complete=False)
        free, faulty = tables.after(world)
        if len(seen) > limit or (looked % CHECK == 0 and is_over()):
            return judge.found(len(seen), complete=False)
        looked += 1
        for after in (*free, *faulty):
            if after not in seen:
                seen.add(after)
                waiting.append(after)
    return judge.found(len(seen), complete=True)


def explore_within(
    tables: Tables, steps: tuple[int, ...], faults: int, limit: int, is_over: Callable[[], bool] = lambda: False
) -> Iterator[Found]:
    """All worlds that can be reached with so many faults at most: what was found after none of them, after one, …

    Each world is looked at with the fewest faults that lead to it.  `is_over` says that the time is up.
    """
    judge = Judge(tables, steps)
    seen: set[int] = set()
    ring = {tables.begin()}
    looked = 0
    for number in range(faults + 1):
        outer: set[int] = set()
        waiting = [world for world in ring if world not in seen]
        seen |= ring
        while waiting:
            world = waiting.pop()
            judge.look(world)
            free, faulty = tables.after(world)
            for after in free:
                if after not in seen:
                    seen.add(after)
                    waiting.append(after)
            if number < faults:
                outer.update(faulty)
            if len(seen) > limit or (looked % CHECK == 0 and is_over()):
                yield judge.found(len(seen), complete=False)
                return
            looked += 1
        yield judge.found(len(seen), complete=True)
        ring = outer - seen


CHECK: Final = 1_024
"""So many worlds between two looks at the clock."""


class Judge:
    """The properties of some steps, asked of worlds as numbers."""

    def __init__(self, tables: Tables, steps: tuple[int, ...]) -> None:
        self.tables, self.steps = tables, steps
        self.defects: dict[tuple[str, int], Broken] = {}
        self.ends: dict[tuple[int, Record], int] = {}
        self._shifts = tuple((step, BITS * step, dict[int, tuple[str, ...]]()) for step in steps)
        self._judged = dict.fromkeys(steps, 0)
        self._met = 0
        self._is_clean = True
        self._resting: dict[tuple[int, StepState, Local], tuple[str, ...]] = {}

    def look(self, world: int) -> None:
        """Notes what is broken here, and how steps end."""
        rests = self.tables.is_at_rest(world)
        if self._met != self.tables.met:
            self._judge_locals()
        if self._is_clean and not rests:
            return
        for name, step in self._broken_here(world, rests):
            if (name, step) not in self.defects:
                self.defects[name, step] = Broken(name, step, world)
        if rests:
            state = self.tables.record_of(world)
            for step in self.steps:
                self.ends.setdefault((step, state.steps[step].record), world)

    def found(self, worlds: int, *, complete: bool) -> Found:
        return Found(worlds, tuple(self.defects.values()), dict(self.ends), complete)

    def broken(self, world: int) -> list[tuple[str, int]]:
        """The properties that do not hold here, with the steps that break them."""
        return self._broken_here(world, self.tables.is_at_rest(world))

    def _broken_here(self, world: int, rests: bool) -> list[tuple[str, int]]:
        found: list[tuple[str, int]] = []
        for step, shift, known in self._shifts:
            at = world >> shift & MASK
            if at:
                names = known.get(at)
                if names is None:
                    names = known[at] = self._lasting_of(step, at)
                if names:
                    found += [(name, step) for name in names]
        if rests:
            state = self.tables.record_of(world)
            for step in self.steps:
                local = self.tables.local_of(world, step)
                found += [(name, step) for name in self._resting_of(step, state.steps[step], local)]
        return found

    def _judge_locals(self) -> None:
        """As long as no local state breaks what is lost for good, no world has to be taken apart."""
        self._met = self.tables.met
        for step, judged in self._judged.items():
            self._judged[step] = number = len(self.tables.locals[step])
            if any(self._lasting_of(step, at) for at in range(judged, number)):
                self._is_clean = False

    def _lasting_of(self, step: int, at: int) -> tuple[str, ...]:
        local = self.tables.locals[step][at]
        return self._broken(step, StepState(), local, [law for law in PROPERTIES if law.name in AT_ONCE])

    def _resting_of(self, step: int, state: StepState, local: Local) -> tuple[str, ...]:
        key = (step, state, local)
        known = self._resting.get(key)
        if known is None:
            laws = [law for law in PROPERTIES if law.name not in AT_ONCE]
            known = self._resting[key] = self._broken(step, state, local, laws)
        return known

    def _broken(self, step: int, state: StepState, local: Local, laws: list[Property]) -> tuple[str, ...]:
        plan, any_state = self.tables.flow.steps[step], self.tables.records[0]
        if not plan.has_effects:
            return ()
        return tuple(law.name for law in laws if law.broken(plan, state, local.truth, any_state))


def shortest(
    tables: Tables,
    goal: Callable[[int], bool],
    limit: int = MAX_WORLDS,
    allows: Callable[[int, Edge], bool] | None = None,
) -> tuple[Edge, ...] | None:
    """The way to a goal with the fewest faults, and among those the fewest moves; None if there is none.

    Equal ways are told apart by the order of the moves, so the answer is always the same.  `allows` says which edges
    may be taken from a world; all of them if it is None.
    """
    begin = tables.begin()
    best: dict[int, tuple[int, int]] = {begin: (0, 0)}
    came: dict[int, tuple[int, Edge]] = {}
    waiting: list[tuple[int, int, int, int]] = [(0, 0, 0, begin)]
    made = 0
    while waiting:
        faults, length, _, world = heappop(waiting)
        if best[world] < (faults, length):
            continue
        if goal(world):
            return _way(came, world)
        for edge in tables.edges(world):
            if allows is not None and not allows(world, edge):
                continue
            reached, after = (faults + edge[0], length + 1), edge[1]
            if after not in best or reached < best[after]:
                if len(best) >= limit:
                    return None
                made += 1
                best[after], came[after] = reached, (world, edge)
                heappush(waiting, (*reached, made, after))
    return None


def _way(came: dict[int, tuple[int, Edge]], world: int) -> tuple[Edge, ...]:
    edges: list[Edge] = []
    while world in came:
        world, edge = came[world]
        edges.append(edge)
    return tuple(reversed(edges))
