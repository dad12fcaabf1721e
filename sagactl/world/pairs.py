"""Two runs at once on what both use: every interleaving of their accesses, each of them going back at any time.

A saga gives up isolation, so what one run has written is seen by another before it is sure to stay.  Only the accesses
to one resource matter to what can go wrong with it, so both runs are projected onto it; deadlocks are about the locks
of all resources, so there the projection keeps those.  Countermeasures are played as what they do, and believed in
nothing.

A run that will write marks the record at its first access where `semantic-lock` is declared, and takes the mark away
when it ends; with `version` or `reread` a write over something newer is refused, and its run goes back.

Source: Garcia-Molina and Salem, 1987; Frank and Zahle, 1998; Richardson, Microservices Patterns, ch. 4.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice, product
from typing import Final, Literal, NamedTuple

from sagactl.access import accesses
from sagactl.flow import Flow, FlowStep
from sagactl.model import Countermeasure, WriteMode
from sagactl.world.ways import way_to

MAX_STATES: Final = 20_000
"""Of one pair; more accesses than that takes are not looked at, and that is said."""

MAX_SCRIPTS: Final = 8
"""Ways through the choices of one saga that are played."""

Kind = Literal["read", "write", "update", "lock", "unlock", "commit"]
Phase = Literal["on", "back", "over"]


class Act(NamedTuple):
    """One thing that a run does to a resource; an update reads and writes in one step."""

    kind: Kind
    step: str = ""
    resource: str = ""
    mode: WriteMode | None = None
    undone: bool = False
    ttl: bool = False


Script = tuple[Act, ...]


class Run(NamedTuple):
    """Where a run is: what it has done, whether it goes back, and since which write it has not looked.

    `seen` counts the writes that were there when it looked last, -1 before; `trusts` are writes of the other run that
    it has read and that may yet be undone.
    """

    at: int = 0
    phase: Phase = "on"
    committed: bool = False
    seen: int = -1
    read: int = -1
    trusts: frozenset[int] = frozenset()


class Write(NamedTuple):
    """A write in the order in which they came: whose, which act, and whether it still stands."""

    run: int
    act: int
    stands: bool = True


class Shared(NamedTuple):
    """Both runs, the writes so far, and who holds which lock (a mark is a lock of the empty name)."""

    runs: tuple[Run, Run]
    writes: tuple[Write, ...] = ()
    locks: frozenset[tuple[str, int]] = frozenset()


class Turn(NamedTuple):
    """What one of the runs does: 0 or 1, the act, what it is, and whether it is a fault."""

    run: int
    act: Act
    what: Literal["acts", "goes back", "undoes", "is refused", "ends"]
    faults: int = 0


class Clash(NamedTuple):
    """A property that two runs break: whose step shows it (0 or 1), the step of the other one, and how it came.

    Of a lock that nobody holds any more and nobody has released there is no other step.
    """

    property: str
    run: int
    step: str
    other: str
    resource: str
    turns: tuple[Turn, ...]


# -- projection


def scripts(flow: Flow, resource: str | None) -> tuple[Script, ...]:
    """What a run does to one resource (None: to the locks of all of them), for each way through and each order."""
    found: dict[Script, None] = {}
    for chosen in _ways(flow):
        concerned = [index for index in flow.order if _is_taken(flow.steps[index], chosen)]
        acts = {index: tuple(_acts(flow, resource, flow.steps[index])) for index in concerned}
        last = next((index for index in concerned if index in flow.pivots), -1)
        used = [index for index in concerned if acts[index] or index == last]
        for order in islice(_orders(flow, used), MAX_SCRIPTS):
            found.setdefault(tuple(act for index in order for act in (*acts[index], *_commit(flow, index, last))))
    kept = [script for script in found if any(act.kind != "commit" for act in script)]
    return tuple(kept[:MAX_SCRIPTS])


def _ways(flow: Flow) -> Iterator[dict[str, str]]:
    choices = [[(choice.id, outcome.id) for outcome in choice.outcomes] for choice in flow.saga.choices.values()]
    return map(dict, product(*choices[:4]))


def _orders(flow: Flow, steps: list[int]) -> Iterator[tuple[int, ...]]:
    """The orders in which steps may come: each after those that surely come before it; the usual one first."""
    waiting: list[tuple[tuple[int, ...], tuple[int, ...]]] = [((), tuple(steps))]
    while waiting:
        done, rest = waiting.pop()
        if not rest:
            yield done
        for index in reversed(rest):
            if not any(flow.sure_ancestors[index] >> other & 1 for other in rest):
                waiting.append(((*done, index), tuple(other for other in rest if other != index)))


def _acts(flow: Flow, resource: str | None, plan: FlowStep) -> Iterator[Act]:
    step = plan.step
    if step.lock is not None and resource in (None, step.lock):
        yield Act("lock", plan.id, step.lock, undone=plan.undo is not None, ttl=step.lock_ttl_s is not None)
    known = accesses(flow).get(resource, ()) if resource is not None else ()
    for access in known:
        if access.step == plan.index:
            kind: Kind = "update" if access.reads and access.writes else "write" if access.writes else "read"
            yield Act(kind, plan.id, access.resource, access.mode, access.undone)
    if step.unlock is not None and resource in (None, step.unlock):
        yield Act("unlock", plan.id, step.unlock)


def _commit(flow: Flow, index: int, pivot: int) -> tuple[Act, ...]:
    return (Act("commit", flow.steps[index].id),) if index == pivot else ()


def _is_taken(plan: FlowStep, chosen: dict[str, str]) -> bool:
    return all(chosen.get(choice, outcome) == outcome for choice, outcome in plan.step.when.items())


# -- one pair


def clashes(
    first: Script, second: Script, countermeasure: Countermeasure | None, limit: int = MAX_STATES
) -> tuple[tuple[Clash, ...], bool]:
    """What two runs can do to each other, each with its shortest story, and whether all of it was looked at."""
    game = _Game((first, second), countermeasure)
    begin = Shared((Run(), Run()))
    came: dict[Shared, tuple[Shared, Turn] | None] = {begin: None}
    waiting = deque([begin])
    found: dict[str, Clash] = {}
    while waiting:
        state = waiting.popleft()
        turns = list(game.turns(state))
        if all(turn.faults for turn in turns) and game.is_stuck(state):
            found.setdefault("I5", game.deadlock(state, way_to(state, came)))
        for turn in turns:
            after, broken = game.play(state, turn)
            for property, other in broken:
                if property not in found:
                    found[property] = _clash(property, turn, other, (*way_to(state, came), turn))
            if after not in came and len(came) < limit:
                came[after] = state, turn
                (waiting.append if turn.faults else waiting.appendleft)(after)
    return tuple(found.values()), len(came) < limit


def _clash(property: str, turn: Turn, other: str, way: tuple[Turn, ...]) -> Clash:
    """A dirty read is the reader's, everything else that of the run whose turn shows it."""
    act = turn.act
    if property == "I1":
        return Clash(property, 1 - turn.run, other, act.step, act.resource, way)
    return Clash(property, turn.run, act.step, other, act.resource, way)


class _Game:
    """The rules by which two scripts are played."""

    def __init__(self, scripts: tuple[Script, Script], countermeasure: Countermeasure | None) -> None:
        self.scripts, self.countermeasure = scripts, countermeasure
        self.marks = countermeasure == "semantic-lock"
        self.checks = countermeasure in ("version", "reread")
        self.writes = tuple(any(act.kind in ("write", "update") for act in script) for script in scripts)

    def turns(self, state: Shared) -> Iterator[Turn]:
        """What either run can do now: go on, go back as long as it may, take back what it wrote."""
        for number in (0, 1):
            run, script = state.runs[number], self.scripts[number]
            if run.phase == "on":
                yield from self._forward(state, number)
                if not run.committed and run.at > 0:
                    yield Turn(number, script[run.at - 1], "goes back", 1)
            elif run.phase == "back":
                yield Turn(number, script[run.at - 1], "undoes")

    def _forward(self, state: Shared, number: int) -> Iterator[Turn]:
        run, script = state.runs[number], self.scripts[number]
        if run.at == len(script):
            yield Turn(number, script[-1], "ends")
            return
        act = script[run.at]
        if not self._is_kept_out(state, number, act):
            yield Turn(number, act, "is refused" if self._is_stale(state, number, act) else "acts")

    def _is_kept_out(self, state: Shared, number: int, act: Act) -> bool:
        """Whether the other run's lock or mark is in the way."""
        if act.kind == "lock":
            return (act.resource, 1 - number) in state.locks
        return self.marks and act.kind in ("read", "write", "update") and ("", 1 - number) in state.locks

    def _is_stale(self, state: Shared, number: int, act: Act) -> bool:
        """Whether the write would go over something newer than what its run has seen, and that is noticed."""
        run = state.runs[number]
        is_old = any(write.run != number and write.stands for write in state.writes[max(run.seen, 0) :])
        return self.checks and act.kind == "write" and run.seen >= 0 and is_old and not run.committed

    def play(self, state: Shared, turn: Turn) -> tuple[Shared, tuple[tuple[str, str], ...]]:
        """The state after the turn, and the properties that it breaks, each with the step of the other run."""
        match turn.what:
            case "acts":
                return self._acts(state, turn)
            case "undoes":
                return self._undoes(state, turn)
            case "ends":
                return self._over(state, turn.run), ()
            case _:
                return _with(state, turn.run, state.runs[turn.run]._replace(phase="back")), ()

    # -- forward

    def _acts(self, state: Shared, turn: Turn) -> tuple[Shared, tuple[tuple[str, str], ...]]:
        number, act = turn.run, turn.act
        run, broken = state.runs[number], list[tuple[str, str]]()
        if act.kind == "commit":
            return _with(state, number, run._replace(at=run.at + 1, committed=True)), ()
        if act.kind == "lock":
            state = state._replace(locks=state.locks | {(act.resource, number)})
            return _with(state, number, run._replace(at=run.at + 1)), ()
        if act.kind == "unlock":
            state = state._replace(locks=state.locks - {(act.resource, number)})
            return _with(state, number, run._replace(at=run.at + 1)), ()
        since = state.writes[max(run.seen, 0) :]
        others = [write for write in since if write.run != number and write.stands]
        if act.kind == "write" and act.mode == "set" and run.seen >= 0 and others and not self._prevents("lost-update"):
            broken.append(("I2", self._step(others[-1])))
        if act.kind == "read":
            fresh = [w for w in state.writes[run.read :] if w.run != number and w.stands] if run.read >= 0 else []
            if fresh and not self._prevents("fuzzy-read"):
                broken.append(("I3", self._step(fresh[-1])))
            run = run._replace(trusts=run.trusts | self._doubtful(state, number), read=len(state.writes))
        if act.kind in ("write", "update"):
            state = state._replace(writes=(*state.writes, Write(number, run.at)))
        if self.marks and self.writes[number]:
            state = state._replace(locks=state.locks | {("", number)})
        return _with(state, number, run._replace(at=run.at + 1, seen=len(state.writes))), tuple(broken)

    def _doubtful(self, state: Shared, number: int) -> frozenset[int]:
        """The writes that the run sees now and that the other one may still undo."""
        if state.runs[1 - number].committed or self._prevents("dirty-read"):
            return frozenset()
        return frozenset(
            place
            for place, write in enumerate(state.writes)
            if write.run != number and write.stands and self.scripts[write.run][write.act].undone
        )

    def _prevents(self, anomaly: str) -> bool:
        """What a countermeasure does that no order of accesses shows."""
        if self.countermeasure == "by-value":
            return True
        return self.countermeasure == "pessimistic-view" and anomaly == "dirty-read"

    # -- back

    def _undoes(self, state: Shared, turn: Turn) -> tuple[Shared, tuple[tuple[str, str], ...]]:
        """The last thing that the run did is taken back; once nothing is left, its locks go, too."""
        number = turn.run
        run = state.runs[number]
        at = run.at - 1
        act, broken = self.scripts[number][at], list[tuple[str, str]]()
        place = next((i for i, write in enumerate(state.writes) if write[:2] == (number, at) and write.stands), -1)
        if place >= 0 and act.undone:
            other = state.runs[1 - number]
            if place in other.trusts:
                broken.append(("I1", self._reader(1 - number, other.at)))
            later = [write for write in state.writes[place + 1 :] if write.run != number and write.stands]
            if later and act.mode == "set" and not self.checks and not self._prevents("undo"):
                broken.append(("I4", self._step(later[-1])))
            gone = state.writes[place]._replace(stands=False)
            state = state._replace(writes=(*state.writes[:place], gone, *state.writes[place + 1 :]))
        if act.kind == "lock":
            state = state._replace(locks=state.locks - {(act.resource, number)})
        state = _with(state, number, run._replace(at=at))
        return (self._over(state, number) if at == 0 else state), tuple(broken)

    def _over(self, state: Shared, number: int) -> Shared:
        """The run has ended: its mark is gone, and so are the locks that end by themselves."""
        by_time = {act.resource for act in self.scripts[number] if act.kind == "lock" and act.ttl}
        kept = frozenset(each for each in state.locks if each[1] != number or each[0] not in ("", *by_time))
        run = state.runs[number]._replace(phase="over", seen=-1, read=-1)
        return _with(state._replace(locks=kept), number, run)

    # -- ends

    def is_stuck(self, state: Shared) -> bool:
        """Whether a run waits for ever."""
        return any(run.phase != "over" for run in state.runs)

    def deadlock(self, state: Shared, turns: tuple[Turn, ...]) -> Clash:
        number = 0 if state.runs[0].phase == "on" else 1
        act = self.scripts[number][state.runs[number].at]
        takers = (a.step for a in self.scripts[1 - number] if a.kind == "lock" and a.resource == act.resource)
        other = next(takers, "") if state.runs[1 - number].phase != "over" else ""
        return Clash("I5", number, act.step, other, act.resource, turns)

    def _step(self, write: Write) -> str:
        return self.scripts[write.run][write.act].step

    def _reader(self, number: int, at: int) -> str:
        reads = [act.step for act in self.scripts[number][:at] if act.kind == "read"]
        return reads[-1] if reads else ""


def _with(state: Shared, number: int, run: Run) -> Shared:
    runs = (run, state.runs[1]) if number == 0 else (state.runs[0], run)
    return state._replace(runs=runs)


def resources_of(flow: Flow) -> Iterable[str]:
    """The resources that the steps of a flow read or write, in the order of the definition."""
    used = accesses(flow)
    return (id for id in flow.saga.resources if id in used)
