"""The way as a whole: order, pivot, data, endless tries, ends that nobody accepts, and what never happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sagactl.evidence.steps import Memory, Steps
from sagactl.flow import Flow
from sagactl.model import Accept, Saga
from sagactl.verdict import Verdict
from sagactl.verifier import Limits, verify
from sagactl.verifier.whole import whole
from tests.builders import act, bare, choice, participant, pivot, retriable, saga, undo, wait
from tests.simulator.rehearsals import DEFINITIONS, definition, sagas

BEFORE = act("a", compensation=undo(retry="forever"))


def properties(drawn: Saga, **limits: Any) -> list[tuple[str, str]]:
    return [(found.property, found.step) for found in verify(drawn, limits=Limits(**limits)).violations]


DEFECTS: dict[str, tuple[Saga, list[tuple[str, str]]]] = {
    "nothing is wrong": (saga(BEFORE, pivot("p", retry="forever"), retriable("r")), []),
    "a no behind the pivot": (saga(BEFORE, pivot("p", retry="forever"), retriable("r", rejects="No")), [("S10", "r")]),
    "a no beside the pivot": (
        saga(BEFORE, pivot("p", after="a", retry="forever"), act("b", after="a", rejects="No")), [("S10", "b")],
    ),
    "a wait that gives up behind the pivot": (
        saga(BEFORE, pivot("p", retry="forever"), wait("w", timeout_s=5.0, on_timeout="fail")), [("S10", "w")],
    ),
    "a second pivot that says no": (
        saga(BEFORE, pivot("p", retry="forever"), pivot("q", rejects="No", retry="forever")), [("S10", "q")],
    ),
    "a pivot of which nobody knows": (saga(BEFORE, pivot("p")), [("S11", "p")]),
    "one that can be asked": (
        saga(BEFORE, pivot("p"), participants=[participant("shop", status_query=True)]), [],
    ),
    "an undo that needs the answer": (
        saga(act("a", compensation=undo(input={"id": "steps.a.output.id"})), act("b")), [("S12", "a")],
    ),
    "an undo that needs what was given": (
        saga(act("a", compensation=undo(input={"id": "input.id"})), act("b")), [],
    ),
    "tried for ever before the pivot": (
        saga(act("a", retry="forever"), pivot("p", retry="forever")), [("L3", "a")],
    ),
    "an unknown that is left alone": (saga(act("a", failed_step="never"), act("b")), [("S5", "a")]),
    "an end that is accepted": (saga(act("a"), act("b"), accept=Accept(parked=("a", "b"))), []),
    "an end that is not": (saga(act("a"), act("b"), accept=Accept(parked=("a",))), [("accept", "b")]),
}  # fmt: skip


@pytest.mark.parametrize("name", DEFECTS)
def test_what_is_wrong_with_the_whole(name: str) -> None:
    drawn, expected = DEFECTS[name]
    assert properties(drawn) == expected


def test_a_remedy_is_what_to_paste_and_mends_it() -> None:
    found = verify(saga(BEFORE, pivot("p"))).violations[0]
    assert "status_query: true" in found.remedy
    assert properties(saga(BEFORE, pivot("p"), participants=[participant("shop", status_query=True)])) == []


def test_without_accept_parked_ends_are_listed_and_not_condemned() -> None:
    verdict = verify(saga(act("a"), act("b")))
    assert (verdict.verdict, [each.step for each in verdict.parked]) == ("safe", ["a", "b"])


def test_what_never_happens_is_said_and_no_part_of_the_verdict() -> None:
    drawn = saga(act("a", compensation=undo(retry="forever")), rollback={"triggers": ("deadline",)})
    verdict = verify(drawn)
    assert verdict.vacuous == ("the compensation of `a` is never started",)
    assert verdict.verdict == "safe"


# -- ends


def ends(verdict: Verdict) -> list[tuple[str, dict[str, str], bool]]:
    return [(end.outcome, dict(end.steps), end.accepted) for end in verdict.ends or ()]


def test_every_way_to_end_with_a_word_for_each_step() -> None:
    drawn = saga(
        BEFORE, bare("b", kind="retriable", retry="forever", when={"way": "up"}),
        choices=[choice("way", "up", "down")], accept=Accept(parked=()),
    )  # fmt: skip
    assert ends(verify(drawn, limits=Limits(with_ends=True))) == [
        ("completed", {"a": "done", "b": "not taken"}, True),
        ("completed", {"a": "done", "b": "done"}, True),
        ("compensated", {"a": "undone", "b": "not started"}, True),
        ("parked", {"a": "undone", "b": "standing"}, False),
    ]


def test_ends_that_are_too_many_are_cut_and_said() -> None:
    wide = saga(*(act(f"s{index}", after="") for index in range(9)))
    verdict = verify(wide, limits=Limits(max_worlds=3_000, with_ends=True))
    assert (verdict.verdict, verdict.capped) == ("incomplete", True)
    assert "ways to end beyond the first" in verdict.uncovered[-1]


# -- limits


def test_a_way_back_with_too_many_ends_is_not_begun() -> None:
    """Ten compensations that may fail end in 2¹⁰ ways; nine are few enough to begin with."""
    for number, begun in ((9, True), (10, False)):
        row = Flow(saga(*(act(f"s{index}") for index in range(number))))
        assert (whole(Steps(Memory()), row).states > 0) == begun


def test_a_verification_whose_time_is_up_is_never_safe() -> None:
    verdict = verify(saga(act("a"), act("b")), limits=Limits(is_over=lambda: True))
    assert verdict.verdict == "incomplete" and verdict.uncovered


def test_a_step_beyond_the_limit_is_named() -> None:
    verdict = verify(saga(act("a"), act("b")), limits=Limits(max_worlds=50))
    assert verdict.verdict == "incomplete"
    assert [what.split(" alone")[0] for what in verdict.uncovered] == ["`a`", "`b`"]


# -- every definition


@pytest.mark.parametrize("path", sorted(DEFINITIONS.glob("*.saga.yaml")), ids=lambda path: path.name.split(".")[0])
def test_every_definition_is_safe_or_says_what_it_hangs_on(path: Path) -> None:
    drawn = definition(path.name.removesuffix(".saga.yaml"))
    verdict = verify(drawn, sagas())
    assert verdict.verdict in ("safe", "conditional"), [found.explanation for found in verdict.violations]
    assert not verdict.uncovered


def test_a_row_that_is_too_long_for_all_ways_is_not_begun() -> None:
    """Each undo that may fail doubles the ways, and every two steps that follow each other show the order."""
    verdict = verify(saga(*(act(f"s{index}") for index in range(20))))
    assert verdict.verdict == "safe"
    assert any("every two steps that follow each other" in covered for covered in verdict.covered)
    assert verdict.worlds < 1_000
