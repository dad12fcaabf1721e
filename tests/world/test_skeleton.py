"""The skeleton shows every way to end, and every order in which a run may go back."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import pytest

from sagactl.flow import flow
from sagactl.machine.state import outcome
from sagactl.model import Saga
from sagactl.world.skeleton import Skeleton, pair, skeleton
from tests.builders import act, choice, local, participant, pivot, retriable, saga, undo, wait

machine: Any = import_module("sagactl.machine.transition")


def ends(drawn: Saga) -> dict[str, list[str]]:
    """How runs end: for each outcome the records of the steps, in alphabetical order."""
    plan = flow(drawn)
    found: dict[str, list[str]] = {}
    for state in skeleton(plan).ends:
        found.setdefault(str(outcome(plan, state)), []).append(" ".join(step.record for step in state.steps))
    return {how: sorted(records) for how, records in sorted(found.items())}


ENDS: dict[str, tuple[Saga, dict[str, list[str]]]] = {
    "one step that says no": (
        saga(act("a", rejects="No", compensation=undo(retry="forever"))),
        {"compensated": ["rejected", "undone"], "completed": ["done"]},
    ),
    "two steps": (
        saga(act("a"), act("b")),
        {
            "compensated": ["undone idle", "undone undone"],
            "completed": ["done done"],
            "parked": ["dead dead", "dead idle", "dead undone", "undone dead"],
        },
    ),
    "before a pivot": (
        saga(act("a", compensation=undo(retry="forever")), pivot("p", rejects="No")),
        {
            "compensated": ["undone idle", "undone rejected"],
            "completed": ["done done"],
            "parked": ["undone standing"],
        },
    ),
    "after a pivot": (
        saga(pivot("p", retry="forever"), retriable("r")),
        {"completed": ["done done"]},
    ),
    "a choice": (
        saga(
            act("a", compensation=undo(retry="forever")), retriable("b", when={"way": "up"}),
            choices=[choice("way", "up", "down")],
        ),
        {
            "compensated": ["undone idle"],
            "completed": ["done done", "done skipped"],
            "parked": ["undone standing"],
        },
    ),
    "a wait": (
        saga(local("a"), wait("w", timeout_s=5.0, on_timeout="fail", rejects="No")),
        {"compensated": ["rejected idle", "undone idle", "undone rejected", "undone withdrawn"], "completed": ["done done"]},
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", ENDS)
def test_every_way_to_end(name: str) -> None:
    drawn, expected = ENDS[name]
    assert ends(drawn) == expected


def test_each_end_comes_with_its_turns() -> None:
    plan = flow(saga(act("a", rejects="No"), act("b")))
    for state, turns in skeleton(plan).ends.items():
        if outcome(plan, state) == "completed":
            assert [(turn.step, turn.what, turn.fault) for turn in turns] == [(0, "done", False), (1, "done", False)]


# -- order


ROW = saga(act("a"), act("b"), act("c"))
DIAMOND = saga(act("a"), act("b", after="a"), act("c", after="a"), act("d", after="b c"))


@pytest.mark.parametrize("drawn", [ROW, DIAMOND, saga(act("a"), act("b"), rollback={"order": "parallel"})])
def test_the_machine_keeps_the_order(drawn: Saga) -> None:
    assert found_of(drawn).disorders == ()


def found_of(drawn: Saga) -> Skeleton:
    return skeleton(flow(drawn))


def properties(found: Skeleton) -> set[tuple[str, int]]:
    return {(each.property, each.step) for each in found.disorders}


def test_a_compensation_that_comes_too_early_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine._Run, "_may_undo", lambda self, plan: True)
    assert properties(found_of(ROW)) == {("S9", 0), ("S9", 1)}
    assert {step for _, step in properties(found_of(DIAMOND))} == {0, 1, 2}
    assert all(each.turns[-1].what in ("done", "unknown", "cancel", "undone") for each in found_of(DIAMOND).disorders)
    assert found_of(saga(act("a"), act("b"), rollback={"order": "parallel"})).disorders == ()


def test_a_compensation_behind_the_pivot_is_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    drawn = saga(act("a"), pivot("p"), retriable("r", rejects="No"))
    assert found_of(drawn).disorders == ()
    monkeypatch.setattr(machine, "pivot_committed", lambda flow, state: False)
    monkeypatch.setattr(machine, "pivot_in_flight", lambda flow, state: False)
    assert ("S10", 0) in properties(found_of(drawn))


def test_two_steps_that_follow_each_other_show_the_order_of_all(monkeypatch: pytest.MonkeyPatch) -> None:
    plan = flow(ROW)
    assert skeleton(pair(plan, plan.steps[0], plan.steps[2])).disorders == ()
    monkeypatch.setattr(machine._Run, "_may_undo", lambda self, plan: True)
    assert properties(skeleton(pair(plan, plan.steps[0], plan.steps[2]))) == {("S9", 0)}


# -- limits


def test_a_wide_saga_meets_the_limit_and_says_so() -> None:
    wide = saga(*(act(f"s{index}", after="") for index in range(9)))
    found = skeleton(flow(wide), limit=500)
    assert (found.complete, found.states) == (False, 500)


def test_records_say_what_is_ever_reached() -> None:
    never = saga(act("a"), act("b", when={"way": "up", "size": "big"}), participants=[participant("shop")], choices=[choice("way", "up", "down"), choice("size", "big", "small")])  # fmt: skip
    assert {"skipped", "done", "idle"} <= found_of(never).records[1]
