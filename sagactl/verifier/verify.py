"""The verdict on a saga: every step with every failure, the way as a whole, and what it all hangs on."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from sagactl.flow import Flow, FlowStep
from sagactl.machine.state import Record
from sagactl.model import Saga
from sagactl.promises import Unsaid, assuming, undone_by, unsaid, unsaid_of
from sagactl.unfold import unfold
from sagactl.verdict import Counterexample, Obligation, Parked, Verdict, Word
from sagactl.verifier import counterexamples
from sagactl.verifier.steps import Explored, Steps
from sagactl.world.explore import MAX_WORLDS

PARKED: dict[Record, str] = {
    "stuck": "given up going forward",
    "dead": "its compensation failed for good",
    "standing": "done or unknown, and nothing undoes it",
    "unconfirmed": "nobody waits for the answer of its compensation",
}
"""How a step is parked, in words."""


class Limits(NamedTuple):
    """How far a verification goes."""

    max_worlds: int = MAX_WORLDS


def verify(saga: Saga, sagas: Mapping[str, Saga] | None = None, limits: Limits = Limits()) -> Verdict:
    """Whether the saga is safe, whatever goes wrong; `sagas` are the definitions that its steps may run."""
    flow = unfold(saga, sagas).flow
    return _Verification(flow, limits).verdict()


class _Verification:
    """One verification in the making."""

    def __init__(self, flow: Flow, limits: Limits) -> None:
        self.flow = flow
        self.steps = Steps(limits.max_worlds)
        self.missing = unsaid(flow)
        self.best = assuming(flow, self.missing)
        self.uncovered: list[str] = []

    def verdict(self) -> Verdict:
        violations = tuple(self._of_steps())
        obligations = tuple(self._obligations())
        saga = self.flow.saga
        parked = tuple(self._parked())
        return Verdict(
            saga=saga.id,
            version=saga.version or 1,
            verdict=self._word(bool(violations), bool(obligations)),
            obligations=obligations,
            violations=violations,
            parked=parked,
            worlds=self.steps.worlds,
            covered=(f"each of {len(self.flow.steps)} steps alone, faults without number",),
            uncovered=tuple(self.uncovered),
        )

    def _word(self, unsafe: bool, conditional: bool) -> Word:
        if unsafe:
            return "unsafe"
        return "incomplete" if self.uncovered else "conditional" if conditional else "safe"

    def _explored(self, flow: Flow, plan: FlowStep) -> Explored:
        explored = self.steps.explore(flow, plan)
        if not explored.found.complete:
            self.uncovered.append(f"`{plan.id}`: more than {explored.found.worlds} worlds")
        return explored

    def _of_steps(self) -> Iterator[Counterexample]:
        """What breaks although every promise that is not stated is kept."""
        for plan in self.best.steps:
            if plan.has_effects:
                explored = self._explored(self.best, plan)
                for broken in explored.found.broken:
                    found = counterexamples.of_step(
                        self.steps, self.best, plan, explored, broken.property, self.missing
                    )
                    if found is not None:
                        yield found

    def _obligations(self) -> Iterator[Obligation]:
        """The promises on which safety hangs: what breaks when one of them is not kept, and all others are."""
        for owed in self.missing:
            without = assuming(self.flow, [other for other in self.missing if other != owed])
            found = tuple(self._broken_without(without, owed))
            if found:
                first = next((each for each in (self._shown(without, *one, owed) for one in found) if each), None)
                if first is not None:
                    yield Obligation(owed.participant, owed.promise, tuple(plan.id for plan, _ in found), first)

    def _broken_without(self, without: Flow, owed: Unsaid) -> Iterator[tuple[FlowStep, Explored]]:
        for plan, stated in zip(without.steps, self.flow.steps, strict=True):
            if owed in unsaid_of(stated):
                explored = self.steps.explore(without, plan, stop=True)
                if explored.found.broken:
                    yield plan, explored

    def _shown(self, without: Flow, plan: FlowStep, explored: Explored, owed: Unsaid) -> Counterexample | None:
        assumed = [other for other in self.missing if other != owed]
        property = explored.found.broken[0].property
        return counterexamples.of_step(self.steps, without, plan, explored, property, assumed)

    def _parked(self) -> Iterator[Parked]:
        """The steps that may end among the dead letters."""
        accept = self.flow.saga.accept
        accepted = {step.id for id in (accept.parked if accept is not None else ()) for step in self.flow.named(id)}
        for plan in self.best.steps:
            for step, record in self._explored(self.best, plan).found.ends:
                if record in PARKED:
                    yield Parked(plan.id, PARKED[record], accept is None or plan.id in accepted)
