"""What a definition says in both styles: who is told what, who hears it, and what is derived where nothing is said."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings

from sagactl.flow import Flow
from sagactl.model import Deadline, Listens, Publishes, Step
from sagactl.styles import (
    ORCHESTRATOR,
    OUTSIDE,
    OWN_SERVICE,
    Channel,
    Choreography,
    Timer,
    choreography,
    orchestration,
    start_events,
)
from tests.builders import act, choice, listening, local, pivot, retriable, saga, sagas, undo, wait


def _choreography(*steps: Step, **more: Any) -> Choreography:
    return choreography(Flow(saga(*steps, **more)))


def _heard(compiled: Choreography, step: str, *purposes: Any) -> list[str]:
    return [each.event for each in compiled.heard_by(step, *purposes)]


# -- what starts a step


def test_a_step_starts_on_the_success_of_its_predecessors() -> None:
    compiled = _choreography(act("a"), act("b", after=""), act("c", after="a b"))
    assert _heard(compiled, "c", "start") == ["ADone", "BDone"]
    assert {each.mode for each in compiled.heard_by("c", "start")} == {"all"}


def test_a_run_starts_on_an_event_from_outside() -> None:
    assert _heard(_choreography(act("a"), act("b")), "a", "start") == ["TrialRequested"]
    declared = _choreography(act("a"), act("b"), starts_on=("Wanted", "Repeated"))
    assert _heard(declared, "a", "start") == ["Wanted", "Repeated"]
    assert [(each.name, each.declared) for each in declared.events if each.kind == "start"] == [
        ("Wanted", True),
        ("Repeated", True),
    ]
    assert start_events(Flow(saga(act("a"), id="book-trip"))) == ("BookTripRequested",)


def test_what_is_declared_takes_the_place_of_what_would_be_derived() -> None:
    compiled = _choreography(
        listening("a", "Wanted"),
        act("b", compensation=undo(listens=Listens(events=("CFailed", "Called"), mode="any"))),
        act("c"),
    )
    assert [(each.event, each.source, each.kind) for each in compiled.heard_by("a", "start")] == [
        ("Wanted", OUTSIDE, "start")
    ]
    undoing = compiled.heard_by("b", "undo", "stop")
    assert [(each.event, each.source, each.mode, each.declared) for each in undoing] == [
        ("CFailed", "c", "any", True),
        ("Called", OUTSIDE, "any", True),
    ]


def test_names_that_are_published_are_the_names_that_are_heard() -> None:
    named = Publishes(success="Reserved", failure="Refused", undone="Released")
    compiled = _choreography(act("z"), act("a", publishes=named, rejects="No"), act("b"))
    assert _heard(compiled, "b", "start") == ["Reserved"]
    assert _heard(compiled, "z", "undo") == ["Refused", "Released"]
    assert [(each.name, each.kind, each.declared) for each in compiled.events if each.step == "a"] == [
        ("Reserved", "success", True),
        ("Refused", "failure", True),
        ("Released", "undone", True),
    ]


# -- how failures travel back


def test_a_rollback_goes_back_in_a_chain() -> None:
    compiled = _choreography(act("a"), act("b"), act("c"))
    assert _heard(compiled, "a", "undo", "stop") == ["BFailed", "BUndone"]
    assert _heard(compiled, "b", "undo", "stop") == ["CFailed", "CUndone"]
    assert _heard(compiled, "c", "undo", "stop") == []


def test_with_a_parallel_rollback_everybody_hears_the_failure_itself() -> None:
    compiled = _choreography(act("a"), act("b"), act("c"), rollback={"order": "parallel"})
    assert _heard(compiled, "a", "undo", "stop") == ["BFailed", "CFailed"]


def test_steps_side_by_side_hear_each_other_fail() -> None:
    compiled = _choreography(act("a"), act("b", after="a"), act("c", after="a"), act("d", after="b c"))
    assert _heard(compiled, "b", "stop") == ["CFailed"]
    assert _heard(compiled, "c", "stop") == ["BFailed"]
    assert _heard(compiled, "a", "undo") == ["BFailed", "BUndone", "CFailed", "CUndone"]


def test_a_branch_that_is_not_taken_hears_of_the_one_that_is_and_passes_it_on() -> None:
    way = choice("way", "left", "right")
    steps = (act("a"), act("b", after="a", when={"way": "left"}), act("c", after="a", when={"way": "right"}))
    assert _heard(_choreography(*steps, choices=[way]), "b", "stop") == ["CFailed"]


def test_who_stands_beside_the_pivot_hears_that_it_is_done() -> None:
    compiled = _choreography(act("a"), pivot("p", after="a"), act("b", after="a"))
    assert _heard(compiled, "b", "stop") == ["PFailed", "PDone"]
    assert _heard(compiled, "a", "stop") == []


def test_after_the_point_of_no_return_nobody_hears_of_failures() -> None:
    compiled = _choreography(act("a"), pivot("p"), retriable("r"), retriable("s", after="p"))
    assert [_heard(compiled, step, "undo", "stop") for step in ("p", "r", "s")] == [[], [], []]


def test_a_step_that_starts_on_a_failure_takes_no_part_in_the_way_back() -> None:
    compiled = _choreography(act("a"), act("b"), listening("tell", "BFailed", compensation=None))
    assert [(each.event, each.kind) for each in compiled.heard_by("tell")] == [("BFailed", "failure")]
    assert _heard(compiled, "a", "undo", "stop") == ["BFailed", "BUndone"]


# -- who does what


def test_a_wait_belongs_to_whoever_goes_on_after_it() -> None:
    compiled = _choreography(
        act("a", participant="front"), wait("w", timeout_s=60.0), act("b", participant="back"), deadline_s=600.0
    )
    assert {each.participant for each in compiled.heard_by("w")} == {"back"}
    assert compiled.timers == (Timer("", 600.0, OUTSIDE, "deadline"), Timer("w", 60.0, "back", "wait"))


def test_the_deadline_has_the_owner_that_is_declared() -> None:
    compiled = _choreography(act("a"), deadline_s=None)
    assert compiled.timers == ()
    owned = choreography(Flow(replace(saga(act("a")), deadline=Deadline(after_s=5.0, owner="shop"))))
    assert owned.timers == (Timer("", 5.0, "shop", "deadline"),)


def test_who_undoes_hears_of_failures() -> None:
    compiled = _choreography(act("a", compensation=undo(participant="desk")), local("b"))
    assert {each.participant for each in compiled.heard_by("a", "undo")} == {"desk"}
    assert {each.participant for each in compiled.heard_by("b")} == {OWN_SERVICE}


def test_an_orchestrator_sends_commands_hears_replies_and_owns_the_timers() -> None:
    compiled = orchestration(
        Flow(saga(act("a", rejects="No"), wait("w", timeout_s=60.0), act("b", reply=False), deadline_s=600.0))
    )
    assert [(each.name, each.operation, each.replies) for each in compiled.commands] == [
        ("DoA", "action", ("ADone", "No")),
        ("UndoA", "compensation", ("AUndone",)),
        ("DoB", "action", ()),
        ("UndoB", "compensation", ("BUndone",)),
    ]
    assert compiled.channels == (
        Channel("shop", ("DoA", "UndoA", "DoB", "UndoB"), ("ADone", "No", "AUndone", "BUndone")),
    )
    assert {timer.owner for timer in compiled.timers} == {ORCHESTRATOR}
    assert [(timer.step, timer.watches) for timer in compiled.timers] == [
        ("", "deadline"),
        ("w", "wait"),
        ("a", "reply"),
        ("b", "reply"),
    ]


@settings(max_examples=100, deadline=None)
@given(sagas())
def test_every_event_that_is_heard_is_published(made: Any) -> None:
    compiled = choreography(Flow(made))
    published = {(event.step, event.kind, event.name) for event in compiled.events}
    for each in compiled.subscriptions:
        assert (each.source, each.kind, each.event) in published
        assert each in compiled.listeners(each.source, each.kind)
