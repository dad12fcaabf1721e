"""Runs that nobody leads end as led ones do, reach everybody who must undo, and get lost only where events do."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, Final

import pytest
from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st

from sagactl.errors import NotSupported, UsageError
from sagactl.flow import Flow
from sagactl.machine.state import outcome
from sagactl.model import Choice, Deadline, Listens, Saga, Step
from sagactl.simulator import make_plan, rehearse
from sagactl.trace import Trace
from sagactl.unfold import unfold
from sagactl.world import choreography
from sagactl.world.faults import NEEDS_ORCHESTRATOR
from sagactl.world.parts import Move
from sagactl.world.properties import disorders, violations
from sagactl.world.rest import overdue
from sagactl.world.views import EventWorld
from tests.builders import act, bare, choice, listening, participant, pivot, retriable, saga, sagas, undo, wait
from tests.simulator.rehearsals import definition, letters, rehearsed, told
from tests.simulator.rehearsals import sagas as definitions

SAME: Final = (
    "reject", "fail", "compensation-fail", "cancel", "deadline", "duplicate", "compensation-duplicate",
)  # fmt: skip
"""What means the same in both styles."""

MOST_MOVES: Final = 3_000


def some(number: int) -> settings:
    """So many examples, the same each time."""
    ignored = (HealthCheck.filter_too_much, HealthCheck.too_slow)
    return settings(derandomize=True, deadline=None, database=None, max_examples=number, suppress_health_check=ignored)


def hears(*steps: Step, **more: Any) -> Saga:
    return saga(*steps, style="choreography", **more)


# -- the same ends


def ending(trace: Trace) -> tuple[Any, ...]:
    """All of an end that must not depend on the style; independent steps may come in another order."""
    return (
        trace.outcome,
        sorted(trace.executed),
        sorted(trace.compensated),
        sorted((letter.step, letter.direction) for letter in trace.dead_letters),
        trace.skipped,
        sorted((broken.property, broken.step) for broken in trace.violations),
    )


def words(flow: Flow, *, interrupts: bool) -> Iterator[dict[str, list[str]]]:
    """No fault, each fault at its first try, at every try and after the answer; each failure with each failed undo."""
    yield {}
    for plan in flow.steps:
        for fault in SAME:
            if interrupts or fault not in ("cancel", "deadline"):
                yield from ({"faults": [f"{plan.id}{at}:{fault}"]} for at in ("", "#*", "!"))
        yield from ({"fail": [other.id], "fail_undo": [plan.id]} for other in flow.steps)


def differing(flow: Flow, choose: list[str], *, interrupts: bool) -> list[str]:
    """The plans that end otherwise when nobody leads."""
    found: list[str] = []
    for said in words(flow, interrupts=interrupts):
        try:
            led = rehearse(flow, make_plan(flow, choose=choose, style="orchestration", **said))  # type: ignore[arg-type]
            free = rehearse(flow, make_plan(flow, choose=choose, style="choreography", **said))  # type: ignore[arg-type]
        except UsageError:
            continue
        if ending(led) != ending(free):
            found.append(f"{said}: led {ending(led)}, free {ending(free)}")
    return found


def ways(choices: dict[str, Choice]) -> list[list[str]]:
    return [[f"{each.id}={outcome.id}"] for each in choices.values() for outcome in each.outcomes] or [[]]


@pytest.mark.parametrize("name", sorted(set(definitions()) - {"ride-hailing"}))
def test_every_definition_ends_as_it_does_when_it_is_led(name: str) -> None:
    flow = unfold(definitions()[name], definitions()).flow
    for choose in ways(dict(flow.saga.choices)):
        assert differing(flow, choose, interrupts=True) == []


@some(60)
@given(sagas(most=5))
def test_any_small_saga_ends_as_it_does_when_it_is_led(made: Saga) -> None:
    """Where steps run side by side, waits and interruptions fall on other moments, because a hop is saved."""
    flow = Flow(made)
    together = [plan for plan in flow.steps if flow.beside(plan.index)]
    assume(not any(plan.step.wait is not None for plan in together))
    assume(not together or made.rollback.on_failure != "stop")
    alone = not together and not any(plan.step.when for plan in flow.steps)
    assert differing(flow, [], interrupts=alone) == []


# -- any order of events


def driven(flow: Flow, seed: int, *, faults: int, loses: bool) -> Iterator[tuple[EventWorld, Move, EventWorld]]:
    """A run in which whatever is possible comes in any order, with so many faults at most."""
    chance, world = Random(seed), choreography.begin(flow).world
    for _ in range(MOST_MOVES):
        possible = list(choreography.moves(flow, world))
        good = [move for move in possible if not move.fault and move.kind not in ("cancel", "deadline")]
        bad = [
            move for move in possible if move not in good and (loses or move.fault not in ("reply-lost", "send-lost"))
        ]
        bad = [move for move in bad if move.fault not in ("key-expired", "write-lost")]
        clock = [move for move in possible if move.kind == "deadline"]
        move: Move | None
        if faults and bad and chance.random() < 0.15:
            move, faults = chance.choice(bad), faults - 1
        else:
            move = chance.choice(good) if good else clock[0] if clock else overdue(flow, world)
        if move is None:
            return
        after = choreography.apply(flow, world, move).world
        yield world, move, after
        world = after
    raise AssertionError("the run does not end")


@some(300)
@given(sagas(most=6), st.integers(0, 2**32 - 1), st.booleans())
def test_in_any_order_of_events_every_run_ends_and_keeps_what_must_hold(made: Saga, seed: int, loses: bool) -> None:
    flow = Flow(made)
    world = choreography.begin(flow).world
    for before, _, world in driven(flow, seed, faults=3, loses=loses):
        hash(world)
        assert list(disorders(flow, before.state, world.state)) == []
    assert world.ended and outcome(flow, world.state) is not None
    never = {plan.id for plan in flow.steps if plan.failed_step == "never"}
    broken = {found.property for found in violations(flow, world) if found.step not in never}
    assert broken <= {"S11"}


@some(300)
@given(sagas(most=6), st.integers(0, 2**32 - 1))
def test_every_failure_reaches_those_who_must_undo(made: Saga, seed: int) -> None:
    """As long as no event is lost, nobody waits for what nobody tells."""
    flow = Flow(made)
    for before, move, _ in driven(flow, seed, faults=3, loses=False):
        if move.kind == "give-up":
            assert before.state.steps[move.step].record in ("requested", "undo-paused", "fallback-paused", "paused")


def test_hearing_an_event_again_changes_nothing() -> None:
    flow = Flow(hears(act("a"), act("b")))
    world = choreography.begin(flow).world
    world = choreography.apply(flow, world, Move("deliver", 0, "action", 1)).world
    twice = world._replace(notices=world.notices * 2)
    hear = Move("hear", 1, source=0, detail="success")
    once = choreography.apply(flow, twice, hear).world
    assert choreography.apply(flow, once, hear).world.views == once.views


# -- what is told


def test_participants_tell_each_other() -> None:
    trace = rehearsed(hears(act("a"), act("b"), pivot("c", rejects="No")), fail="c")
    assert told(trace, "published") == [
        "a ADone for shop",
        "b BDone for shop",
        "c CFailed for shop",
        "b BUndone for shop",
        "a AUndone, which nobody here hears",
    ]
    assert told(trace, "heard") == ["a TrialRequested", "b ADone", "c BDone", "b CFailed", "a BUndone"]
    assert trace.style == "choreography"


def test_a_choreography_takes_one_hop_where_an_orchestration_takes_two() -> None:
    steps = (act("a"), act("b"), pivot("c"))
    assert rehearsed(saga(*steps)).duration_s == pytest.approx(0.3)
    assert rehearsed(hears(*steps)).duration_s == pytest.approx(0.15)


def test_a_step_that_is_not_taken_tells_so() -> None:
    way = choice("way", "left", "right")
    trace = rehearsed(hears(act("a"), act("b", when={"way": "left"}), act("c", after="b"), choices=[way]))
    assert told(trace, "published")[1] == "b BDone (skipped) for shop"
    assert trace.executed == ("a", "c")


def test_a_step_that_never_started_tells_so_because_others_wait_for_its_word() -> None:
    steps = (act("a"), act("b", after="a", rejects="No"), act("c", after="a", latency=None), act("d", after="c"))
    trace = rehearsed(hears(*steps), "b:reject")
    assert "d DFailed (never started) for shop" in told(trace, "published")
    assert trace.compensated == ("c", "a")


def test_tries_are_repeated_where_they_fail_and_told_of_once() -> None:
    trace = rehearsed(hears(act("a", retry=3), act("b")), "a#1:fail", "a#2:fail")
    assert told(trace, "published") == ["a ADone for shop", "b BDone, which nobody here hears"]
    assert told(trace, "failed", "retrying") == ["a", "a DoA (try 2)", "a", "a DoA (try 3)"]


def test_a_failed_undo_is_told_too_so_that_the_others_go_on() -> None:
    trace = rehearsed(hears(act("a"), act("b"), pivot("c", rejects="No")), fail="c", fail_undo="b")
    assert "b BUndone (handed to people) for shop" in told(trace, "published")
    assert (trace.outcome, trace.compensated, letters(trace)) == ("parked", ("a",), ["b: error"])


def test_a_rollback_that_stops_is_not_told_on() -> None:
    steps = (act("a"), act("b"), pivot("c", rejects="No"))
    trace = rehearsed(hears(*steps, rollback={"on_failure": "stop"}), fail="c", fail_undo="b")
    assert (trace.compensated, trace.skipped) == ((), ("a",))


# -- what is declared


def test_a_failure_that_nobody_hears_is_not_heard() -> None:
    deaf = act("b", after="a", compensation=undo("UndoB", listens=Listens(events=("SomethingElse",))))
    steps = (act("a"), deaf, act("c", after="a", rejects="No"))
    trace = rehearsed(hears(*steps), fail="c")
    assert (trace.outcome, trace.compensated) == ("parked", ())
    assert letters(trace) == [
        "a: it waits to hear what becomes of b",
        "b: nobody tells it to undo: it does not hear that c failed",
    ]


def test_the_deadline_reaches_whoever_did_not_hear() -> None:
    deaf = act("b", after="a", compensation=undo("UndoB", listens=Listens(events=("SomethingElse",))))
    trace = rehearsed(hears(act("a"), deaf, act("c", after="a", rejects="No"), deadline_s=60.0), fail="c")
    assert (trace.outcome, trace.compensated) == ("compensated", ("b", "a"))
    assert trace.duration_s == pytest.approx(60.1)


def test_what_is_declared_is_reason_enough_to_undo() -> None:
    """It hears of its neighbour alone, and does not wait for the step that builds on it."""
    eager = act("b", after="a", compensation=undo("UndoB", listens=Listens(events=("CFailed",))))
    steps = (act("a"), eager, act("c", after="a", rejects="No"), wait("d", after="b"))
    trace = rehearsed(hears(*steps), fail="c")
    assert trace.compensated == ("b", "a")


def test_all_declared_events_are_needed_or_any_one() -> None:
    def compensated(mode: Any) -> tuple[str, ...]:
        both = Listens(events=("CFailed", "SomethingElse"), mode=mode)
        steps = (act("a"), act("b", compensation=undo("UndoB", listens=both)), pivot("c", rejects="No"))
        return rehearsed(hears(*steps), fail="c").compensated

    assert compensated("any") == ("b", "a")
    assert compensated("all") == ()


def test_a_step_may_start_when_another_one_fails() -> None:
    tell = listening("tell", "BFailed", compensation=None)
    steps = hears(act("a"), act("b", rejects="No"), tell)
    assert (rehearsed(steps).outcome, rehearsed(steps).executed) == ("completed", ("a", "b"))
    failed = rehearsed(steps, fail="b")
    assert (failed.outcome, failed.executed, failed.compensated) == ("compensated", ("a", "tell"), ("a",))
    with pytest.raises(NotSupported, match="starts when another one fails"):
        rehearsed(steps, style="orchestration")


def test_a_step_may_start_when_another_one_is_undone_and_others_may_follow_it() -> None:
    tell = listening("tell", "AUndone", compensation=None)
    trace = rehearsed(hears(act("a"), act("b", rejects="No"), tell, retriable("then", after="tell")), fail="b")
    assert (trace.outcome, trace.executed) == ("compensated", ("a", "tell", "then"))


# -- what gets lost


def test_an_event_of_which_nobody_hears_is_noticed_by_the_deadline_alone() -> None:
    steps = (act("a"), act("b"), pivot("c"))
    trace = rehearsed(hears(*steps, deadline_s=60.0), "a:reply-lost")
    assert (trace.outcome, trace.compensated) == ("compensated", ("a",))
    assert trace.duration_s == pytest.approx(60.1, abs=0.1)
    assert any("`ADone` never came" in note and "only the deadline" in note for note in trace.notes)


def test_without_a_deadline_the_run_hangs_and_people_are_told_where() -> None:
    trace = rehearsed(hears(act("a"), act("b"), pivot("c")), "a:reply-lost")
    assert (trace.outcome, letters(trace)) == ("parked", ["b: it waits for ADone, which never came"])
    assert any("there is no deadline that would" in note for note in trace.notes)


def test_a_participant_that_writes_twice_may_tell_nothing_or_tell_what_is_not_so() -> None:
    twice = {"participants": [participant("shop", messaging="dual-write")]}
    silent = rehearsed(hears(act("a"), act("b"), **twice), "a:send-lost")
    assert letters(silent) == ["b: it waits for ADone, which never came"]
    loud = rehearsed(hears(act("a"), act("b"), **twice), "a:write-lost")
    assert [broken.property for broken in loud.violations] == ["S4"]


def test_a_deadline_needs_an_owner() -> None:
    owned = hears(act("a"))
    owned = Saga(id="s", style="choreography", steps=owned.steps, deadline=Deadline(after_s=5.0, owner="shop"))
    assert rehearsed(owned).notes == ()
    assert "the deadline has no `owner`" in rehearsed(hears(act("a"), deadline_s=5.0)).notes[0]
    late = rehearsed(
        Saga(id="s", style="choreography", steps=(act("a"), wait("w")), deadline=owned.deadline), "w:request-lost"
    )
    assert [moment.participant for moment in late.moments if moment.what == "deadline"] == ["shop"]


# -- what makes no sense here


@pytest.mark.parametrize("fault", NEEDS_ORCHESTRATOR)
def test_a_fault_without_meaning_is_refused_with_those_that_have_one(fault: str) -> None:
    with pytest.raises(UsageError, match="in a choreography") as caught:
        rehearsed(hears(act("a")), f"a:{fault}")
    assert "`reply-lost`" in caught.value.help and "`crash`" not in caught.value.help


def test_a_wait_for_something_from_outside_may_be_in_vain_in_either_style() -> None:
    for style in ("orchestration", "choreography"):
        trace = rehearsed(saga(act("a"), wait("w", timeout_s=60.0)), "w:request-lost", style=style)
        assert (trace.outcome, trace.compensated) == ("compensated", ("a",))


def test_nobody_could_start_the_whole_saga_again() -> None:
    with pytest.raises(NotSupported, match="tried again as a whole"):
        rehearsed(hears(act("a"), rollback={"then": "restart"}))
    assert definition("ride-hailing").rollback.then == "restart"


def test_an_action_without_undo_that_cannot_go_back_goes_to_people() -> None:
    trace = rehearsed(hears(act("a"), bare("b", kind="compensatable"), pivot("c", rejects="No")), fail="c")
    assert (trace.compensated, letters(trace)) == (("a",), ["b: done, and nothing undoes it"])
