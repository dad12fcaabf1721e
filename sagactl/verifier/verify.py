"""The verdict on a saga: every step with every failure, the way as a whole, and what it all hangs on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final, NamedTuple

from sagactl.evidence.steps import Explored, Memory, Steps
from sagactl.flow import Flow, FlowStep
from sagactl.model import Saga
from sagactl.promises import Unsaid, assuming, unsaid, unsaid_of
from sagactl.unfold import unfold
from sagactl.verdict import Counterexample, End, Obligation, Parked, Verdict, Word
from sagactl.verifier import counterexamples
from sagactl.verifier.events import Heard, choreographed, events, is_led
from sagactl.verifier.isolation import Isolation, isolation
from sagactl.verifier.keys import shared_keys
from sagactl.verifier.remedies import remedy_for
from sagactl.verifier.together import Together, together
from sagactl.verifier.whole import PARKED, ends, unaccepted, whole
from sagactl.world.explore import MAX_WORLDS
from sagactl.world.properties import PROPERTIES
from sagactl.world.skeleton import MAX_STATES, skeleton

ALL: Final = frozenset(law.name for law in PROPERTIES)


class Limits(NamedTuple):
    """How far a verification goes: worlds of one exploration, faults at once (None: no step beside the others).

    `with_ends` asks for all ways to end, and `is_over` says when the time is up.
    """

    max_worlds: int = MAX_WORLDS
    max_faults: int | None = None
    with_ends: bool = False
    is_over: Callable[[], bool] = lambda: False


def verify(
    saga: Saga,
    sagas: Mapping[str, Saga] | None = None,
    limits: Limits = Limits(),
    others: Iterable[Saga] = (),
    memory: Memory | None = None,
) -> Verdict:
    """Whether the saga is safe, whatever goes wrong.

    `sagas` are the definitions that its steps may run, `others` those whose runs may meet its own; `memory` holds what
    was explored for other sagas.
    """
    flow = unfold(saga, sagas).flow
    shared = [other for other in others if not other.resources.keys().isdisjoint(saga.resources)]
    steps = Steps(memory or Memory(), limits.max_worlds, limits.is_over)
    return _Verification(flow, limits, [unfold(other, sagas).flow for other in shared], steps).verdict()


class _Verification:
    """One verification in the making."""

    def __init__(self, flow: Flow, limits: Limits, others: list[Flow], steps: Steps) -> None:
        self.flow, self.others, self.steps = flow, others, steps
        self.limits = limits
        self.missing = unsaid(flow)
        self.best = assuming(flow, self.missing)
        self.uncovered: list[str] = []

    def verdict(self) -> Verdict:
        saga = self.flow.saga
        parked = tuple(self._parked())
        seen = whole(self.steps, self.best)
        violations = tuple(self._of_steps())
        keys = shared_keys(self.best, self._known(), self.limits.is_over)
        self.uncovered += [*seen.uncovered, *filter(None, [keys.uncovered])]
        violations += (*keys.violations, *seen.violations, *self._unaccepted(parked))
        obligations = tuple(self._obligations())
        apart, beside = self._isolation(), self._together()
        violations += (*apart.violations, *(beside.violations if beside is not None else ()))
        covered = [_each(len(self.flow.steps)), seen.covered, keys.covered, _runs(apart)]
        covered += [beside.covered] if beside is not None else []
        heard = self._events()
        if heard is not None:
            violations += heard.violations
            covered.append("two failures in every order of events, a cancel and the deadline at every moment")
        all_ends = self._ends() if self.limits.with_ends else None
        return Verdict(
            saga=saga.id,
            version=saga.version or 1,
            verdict=self._word(bool(violations), bool(obligations)),
            obligations=obligations,
            violations=tuple(self._assuming(violation) for violation in violations),
            parked=parked,
            vacuous=seen.vacuous,
            notes=seen.notes,
            worlds=self.steps.worlds
            + seen.states
            + sum(each.worlds for each in (keys, beside, heard) if each is not None),
            covered=tuple(filter(None, covered)),
            uncovered=tuple(dict.fromkeys(self.uncovered)),
            ends=all_ends,
        )

    def _isolation(self) -> Isolation:
        found = isolation(self.best, self.others)
        self.uncovered += [f"two runs at once on `{resource}`, beyond a limit" for resource in found.cut_short]
        return found

    def _events(self) -> Heard | None:
        """The form that nobody leads, if the saga has it."""
        if is_led(self.best):
            return None
        found = events(self.best)
        if not found.complete:
            self.uncovered.append(f"orders of events beyond the first {found.worlds:,} worlds")
        return found

    def _together(self) -> Together | None:
        """All steps at once, if that was asked for."""
        limits = self.limits
        if limits.max_faults is None:
            return None
        known = self._known()
        found = together(self.best, limits.max_faults, limits.max_worlds, known, limits.is_over)
        if found.uncovered:
            self.uncovered.append(found.uncovered)
        return found

    def _known(self) -> frozenset[tuple[str, str]]:
        """What steps break by themselves."""
        found = ((plan, self.steps.explore(self.best, plan).found) for plan in self.best.steps if plan.has_effects)
        return frozenset((broken.property, plan.id) for plan, explored in found for broken in explored.broken)

    def _ends(self) -> tuple[End, ...]:
        found = skeleton(self.best, min(self.limits.max_worlds, MAX_STATES))
        if not found.complete:
            self.uncovered.append(f"ways to end beyond the first {found.states} states")
        return ends(self.best, found)

    def _assuming(self, found: Counterexample) -> Counterexample:
        return found._replace(assumed=tuple(map(str, self.missing)))

    def _word(self, unsafe: bool, conditional: bool) -> Word:
        if unsafe:
            return "unsafe"
        return "incomplete" if self.uncovered else "conditional" if conditional else "safe"

    def _explored(self, flow: Flow, plan: FlowStep) -> Explored:
        explored = self.steps.explore(flow, plan)
        if not explored.found.complete:
            self.uncovered.append(f"`{plan.id}` alone beyond the first {explored.found.worlds:,} worlds")
        return explored

    def _of_steps(self) -> Iterator[Counterexample]:
        """What breaks although every promise that is not stated is kept."""
        for plan in self.best.steps:
            if plan.has_effects:
                explored = self._explored(self.best, plan)
                for broken in explored.found.broken:
                    found = self._shown(self.best, plan, explored, [broken.property])
                    if found is not None:
                        yield found
                    else:
                        self._not_found(plan, broken.property)

    def _shown(
        self,
        flow: Flow,
        plan: FlowStep,
        explored: Explored,
        properties: Iterable[str],
        assumed: Iterable[Unsaid] = (),
    ) -> Counterexample | None:
        """A run of the whole saga in which the step breaks one of the properties; led by nobody, if that is so."""
        found = counterexamples.of_step(self.steps, flow, plan, explored, properties, assumed)
        if is_led(flow):
            return found
        broken = frozenset(properties).intersection(each.property for each in explored.found.broken)
        heard = choreographed(flow, plan.id, broken if found is None else (found.property,))
        if heard is None:
            return found and found._replace(moves=())
        remedy = remedy_for(self.steps, flow, plan, heard.property)
        return heard._replace(remedy=remedy, assumed=tuple(map(str, assumed)))

    def _unaccepted(self, parked: tuple[Parked, ...]) -> tuple[Counterexample, ...]:
        found = tuple(unaccepted(self.steps, self.best, parked))
        for each in parked:
            if not each.accepted and all(shown.step != each.step for shown in found):
                self.uncovered.append(f"a run of the whole saga that parks `{each.step}`, as it can be alone")
        return found

    def _not_found(self, plan: FlowStep, property: str) -> None:
        """What is around the step allows less than the most general rest; whether too little for it, nobody knows."""
        self.uncovered.append(f"a run of the whole saga in which `{plan.id}` breaks {property}, as it can alone")

    def _obligations(self) -> Iterator[Obligation]:
        """The promises on which safety hangs: what breaks when one of them is not kept, and all others are."""
        for owed in self.missing:
            others = [other for other in self.missing if other != owed]
            without = assuming(self.flow, others)
            found = tuple(self._broken_without(without, owed))
            shown = (self._shown(without, *each, others) for each in found)
            first = next((each for each in shown if each is not None), None)
            if first is not None:
                ids = tuple(plan.id for plan, _, _ in found)
                yield Obligation(owed.participant, owed.promise, ids, first)
            elif found:
                self._not_found(found[0][0], min(found[0][1].found.broken).property)

    def _broken_without(self, without: Flow, owed: Unsaid) -> Iterator[tuple[FlowStep, Explored, frozenset[str]]]:
        """The steps that break a property without the promise which they keep with it."""
        for plan, stated, best in zip(without.steps, self.flow.steps, self.best.steps, strict=True):
            if owed in unsaid_of(stated):
                anyway = {broken.property for broken in self.steps.explore(self.best, best).found.broken}
                explored = self.steps.explore(without, plan, stop=not anyway)
                broken = {each.property for each in explored.found.broken} - anyway
                if broken:
                    yield plan, explored, ALL - anyway

    def _parked(self) -> Iterator[Parked]:
        """The steps that may end among the dead letters."""
        accept = self.flow.saga.accept
        accepted = self.flow.accepted
        for plan in self.best.steps:
            for _, record in self._explored(self.best, plan).found.ends:
                if record in PARKED:
                    yield Parked(plan.id, PARKED[record], accept is None or plan.id in accepted)


def _runs(found: Isolation) -> str:
    number = found.resources
    return f"two runs at once on {number} resource{'s' if number > 1 else ''}" if number else ""


def _each(number: int) -> str:
    return f"{'the step' if number == 1 else f'each of {number} steps'} alone, with faults without number"
