"""Every counterexample is a run of the whole saga: a rehearsal plays it again and finds the same property broken."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from sagactl.flow import Flow
from sagactl.model import Saga
from sagactl.simulator import Plan, rehearse
from sagactl.unfold import unfold
from sagactl.verdict import Counterexample, Verdict
from sagactl.verifier import Limits, Memory, verify
from tests.simulator.rehearsals import UNFOLDED, sagas
from tests.verifier.sagas import DENYING, MORE, SHAPES, SILENT, shaped, unlawful

often = settings(derandomize=True, max_examples=30, deadline=None, database=None)
OF_THE_DEFINITION = {"L2", "L3", "S9"}
"""Properties whose defects show in the definition and not in a run, or in its skeleton alone."""
MEMORY = Memory()


def runs(verdict: Verdict) -> Iterator[Counterexample]:
    yield from (found for found in verdict.violations if found.property not in OF_THE_DEFINITION)
    yield from (owed.counterexample for owed in verdict.obligations)


def check(drawn: Saga, sagas: Mapping[str, Saga] | None = None) -> Verdict:
    """Each counterexample has moves, and they break what it says when they are made again."""
    verdict, plan = verify(drawn, sagas, memory=MEMORY), unfold(drawn, sagas).flow
    for found in runs(verdict):
        assert found.moves and found.explanation and len(found.story) <= 10, found
        _plays_again(plan, found)
    return verdict


def _plays_again(plan: Flow, found: Counterexample) -> None:
    trace = rehearse(plan, Plan(moves=found.moves, assume=found.assumed))
    if found.property == "accept":
        assert found.step in [letter.step for letter in trace.dead_letters]
    elif found.property == "S10":
        assert trace.outcome == "parked"
    elif found.property != "S12":
        broken = [(each.property, each.step) for each in trace.violations]
        restarted = any(moment.what == "restarted" for moment in trace.moments)
        assert (found.property, found.step) in broken or (restarted and ("S6", found.step) in broken), found


@pytest.mark.parametrize("shape", SHAPES)
def test_what_nobody_promises_is_owed_and_shown(shape: str) -> None:
    verdict = check(shaped(shape, promises=SILENT))
    assert verdict.verdict in ("conditional", "unsafe")
    assert {owed.promise for owed in verdict.obligations} >= {"idempotency"}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_is_denied_breaks_and_is_shown(shape: str) -> None:
    verdict = check(shaped(shape, promises=DENYING))
    assert verdict.verdict == "unsafe" and "S1" in {found.property for found in verdict.violations}


@pytest.mark.parametrize("more", MORE)
@pytest.mark.parametrize("shape", ["a row", "side by side", "before a pivot that says no", "a fallback"])
def test_whatever_starts_a_rollback_is_found_in_the_whole(shape: str, more: str) -> None:
    assert check(shaped(shape, promises=DENYING, **MORE[more])).verdict == "unsafe"


@pytest.mark.parametrize("triggers", [("rejection",), ("failure",), ("timeout",), ("deadline", "rejection")], ids=str)
@pytest.mark.parametrize("shape", ["a row", "many tries", "behind a choice", "before a pivot", "side by side"])
def test_where_nobody_cancels_others_take_the_run_back(shape: str, triggers: tuple[str, ...]) -> None:
    """What comes after a step can fail only once it is done, so nothing is left that no run of the whole shows."""
    verdict = check(shaped(shape, promises=SILENT, rollback={"triggers": triggers}))
    assert verdict.verdict in ("conditional", "unsafe") and not verdict.uncovered


@pytest.mark.parametrize("promises", [SILENT, DENYING], ids=["silent", "denying"])
@pytest.mark.parametrize("name", UNFOLDED)
def test_sagas_in_sagas_and_items_of_lists_are_shown_too(name: str, promises: dict[str, Any]) -> None:
    """Real definitions, whose participants have forgotten what they promised."""
    forgetful = {id: _without(drawn, promises) for id, drawn in sagas().items()}
    verdict = check(forgetful[name], forgetful)
    assert verdict.verdict == ("conditional" if promises is SILENT else "unsafe")


def _without(drawn: Saga, promises: dict[str, Any]) -> Saga:
    return replace(drawn, participants={id: replace(one, **promises) for id, one in drawn.participants.items()})


@often
@given(unlawful())
def test_every_run_that_is_shown_can_be_played_again(drawn: Saga) -> None:
    check(drawn)


@settings(often, max_examples=10)
@given(unlawful(most=2))
def test_all_steps_together_show_nothing_that_no_step_shows_alone(drawn: Saga) -> None:
    """What two faults do to the whole is among what any number of faults does to a step."""
    alone = verify(drawn, memory=MEMORY)
    together = verify(drawn, limits=Limits(max_worlds=40_000, max_faults=2), memory=MEMORY)
    known = {(found.property, found.step) for found in alone.violations}
    assert {(found.property, found.step) for found in together.violations} <= known
