"""The way as a whole: order, pivot, data, endless tries, ends that nobody accepts, and what never happens."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from sagactl.evidence.steps import Memory, Steps
from sagactl.flow import Flow
from sagactl.model import Accept, Choice, Outcome, Saga, Step
from sagactl.verdict import Verdict
from sagactl.verifier import Limits, verify
from sagactl.verifier.whole import whole
from tests.builders import act, bare, choice, participant, pivot, reading, retriable, saga, undo, wait
from tests.simulator.rehearsals import DEFINITIONS, definition, sagas

FAST = Outcome(id="up", predicate="steps.a.output.fast")
BY_A = Choice(id="way", outcomes=(FAST, Outcome(id="down", predicate="otherwise")))
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
    "an undo that needs what comes later": (
        saga(act("a", compensation=undo(input={"id": "steps.b.output.id"})), act("b")), [("S12", "a")],
    ),
    "an undo that needs what came before": (
        saga(act("a"), act("b", compensation=undo(input={"id": "steps.a.output.id"}))), [],
    ),
    "an undo that needs what may not have come": (
        saga(act("a", when={"way": "up"}), act("b", compensation=undo(input={"id": "steps.a.output.id"})),
             choices=[choice("way", "up", "down")]), [("S12", "b")],
    ),
    "an undo that needs what nobody is told": (
        saga(act("a", reply=False), act("b", compensation=undo(input={"id": "steps.a.output.id"}))), [("S12", "b")],
    ),
    "a choice by what nobody is told": (
        saga(act("a", reply=False), act("b", when={"way": "up"}), choices=[BY_A]), [("S8", "b")],
    ),
    "a choice by what came before": (saga(act("a"), act("b", when={"way": "up"}), choices=[BY_A]), []),
    "a choice by what comes at the same time": (
        saga(act("a", after=""), act("b", after="", when={"way": "up"}), choices=[BY_A]), [("S8", "b")],
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


def test_nothing_has_to_be_accepted_of_what_only_looked() -> None:
    """A step without effects whose outcome nobody knows is nobody's business, though another step is parked."""
    drawn = saga(act("a"), reading("b"), accept=Accept(parked=("a",)))
    found = ends(verify(drawn, limits=Limits(with_ends=True)))
    assert ("parked", {"a": "not undone", "b": "unknown"}, True) in found


def test_ends_that_are_too_many_are_cut_and_said() -> None:
    wide = saga(*(act(f"s{index}", after="") for index in range(9)))
    verdict = verify(wide, limits=Limits(max_worlds=3_000, with_ends=True))
    assert (verdict.verdict, verdict.capped) == ("incomplete", True)
    assert "ways to end beyond the first" in verdict.uncovered[-1]


# -- time


QUICK, NO_END = act("a", timeout_s=8.0, retry=3), act("b", timeout_s=None)


@pytest.mark.parametrize(
    ("steps", "deadline_s", "broken", "words"),
    [
        ((QUICK, pivot("p", retry=1, timeout_s=1.0)), 60.0, [], ""),
        ((QUICK, pivot("p", retry=1, timeout_s=1.0)), 10.0, [("L2", "p")], ""),
        ((QUICK, NO_END, pivot("p", retry=1, timeout_s=1.0)), 60.0, [], "`b` states no timeout"),
        ((QUICK, NO_END, pivot("p", retry=1, timeout_s=1.0)), 10.0, [("L2", "p")], ""),
        ((QUICK, pivot("p", retry="forever", timeout_s=1.0)), 60.0, [], ""),
        ((act("a", retry="forever", timeout_s=1.0), pivot("p", timeout_s=1.0)), 60.0, [], "`a` is tried for ever"),
    ],
)
def test_a_deadline_is_held_against_what_is_stated(
    steps: tuple[Step, ...], deadline_s: float, broken: list[tuple[str, str]], words: str
) -> None:
    """Where something has no bound, a sum that is too large is too large; what cannot be judged is said."""
    known = [participant("shop", status_query=True)]
    verdict = verify(saga(*steps, participants=known, deadline_s=deadline_s, timeout_s=None))
    assert [(each.property, each.step) for each in verdict.violations] == broken
    said = [note for note in verdict.notes if "was not judged (L2)" in note]
    assert (words in said[0]) if words else not said


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
