"""What chance finds wrong, the verification has found before; what it calls safe, chance cannot break."""

from __future__ import annotations

from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.evidence import Steps
from sagactl.flow import Flow, flow
from sagactl.model import Saga
from sagactl.verifier import Memory, verify
from sagactl.world.properties import violations
from tests.verifier.sagas import unlawful
from tests.world.test_world import walk

often = settings(derandomize=True, max_examples=30, deadline=None, database=None)
WALKS = 25
MEMORY = Memory()


def broken_by_chance(plan: Flow, seed: int) -> set[tuple[str, str]]:
    """The properties that random runs break, with their steps, once nothing is in flight any more."""
    found = set()
    for number in range(WALKS):
        path = walk(plan, Random(f"{seed} {number}"), faults=5)
        found |= {(each.property, each.step) for each in violations(plan, path[-1][2])} if path else set()
    return found


@often
@given(unlawful(), st.integers(0, 2**32 - 1))
def test_nothing_that_chance_breaks_was_missed(drawn: Saga, seed: int) -> None:
    plan, steps = flow(drawn), Steps(MEMORY)
    verdict = verify(drawn, memory=MEMORY)
    named = {found.step for found in verdict.violations} | {id for owed in verdict.obligations for id in owed.steps}
    for property, id in broken_by_chance(plan, seed):
        assert steps.explore(plan, plan[id]).breaks(property), (property, id)
        assert id in named or any(f"`{id}`" in what for what in verdict.uncovered), (property, id)
