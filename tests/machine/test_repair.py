"""What people do by hand: each repair of each record, what it is refused for, and what holds whatever they do."""

from __future__ import annotations

from collections.abc import Iterator
from random import Random
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sagactl.flow import Flow, flow
from sagactl.machine import State, outcome, resume, start, transition
from sagactl.machine import commands as c
from sagactl.machine import events as e
from sagactl.machine.commands import Commands
from sagactl.machine.repair import TABLE, Repair, Repaired, ResolveStep, RetryStep, SkipStep, repair
from sagactl.machine.state import ACTIVE, CLEAN, Record, StepState, pivot_committed, status
from sagactl.model import Compensation, Retry, Rollback, Saga, Wait
from tests.builders import act, bare, pivot, retriable, sagas
from tests.machine.test_properties import SEEDS, answer, fair_run, often


def driven(saga: Saga, *events: e.Event) -> tuple[Flow, State]:
    """The state after the events, each of which matters."""
    plan = flow(saga)
    state, _ = start(plan)
    for event in events:
        after, commands = transition(plan, state, event)
        assert (after, commands) != (state, ()), event
        state = after
    return plan, state


def records(repaired: Repaired) -> list[Record]:
    return [step.record for step in repaired.state.steps]


TRIP = Saga(id="trip", steps=(act("car"), act("hotel"), act("flight", rejects="Full")))
FORWARD = (e.ActionSucceeded(0), e.ActionSucceeded(1), e.ActionRejected(2, "Full"))
DEAD = (*FORWARD, e.CompensationRejected(1, "Refused"), e.CompensationSucceeded(0))


def test_a_dead_compensation_is_tried_again_with_its_result_and_the_run_ends_compensated() -> None:
    plan, state = driven(TRIP, *DEAD)
    assert outcome(plan, state) == "parked"
    again = repair(plan, state, RetryStep(1))
    assert again.commands == (c.RunCompensation(1, 1, plan["hotel"].undo.timeout_s, False, 1),)  # type: ignore[union-attr]
    assert (again.state.phase, records(again)) == ("back", ["undone", "undoing", "rejected"])
    assert status(plan, again.state) == "COMPENSATING"
    after, commands = transition(plan, again.state, e.CompensationSucceeded(1))
    assert commands == (c.Finish("compensated"),)
    assert outcome(plan, after) == "compensated"


def test_a_skipped_undo_leaves_the_run_parked_by_decision() -> None:
    plan, state = driven(TRIP, *DEAD)
    skipped = repair(plan, state, SkipStep(1))
    assert records(skipped) == ["undone", "settled", "rejected"]
    assert skipped.state.steps[1].cause == "settled by hand: Refused"
    assert skipped.commands == (c.Finish("parked"),)
    assert records(repair(plan, skipped.state, RetryStep(1))) == ["undone", "undoing", "rejected"]


def test_an_undo_that_was_done_after_all_counts() -> None:
    plan, state = driven(TRIP, *DEAD)
    found = repair(plan, state, ResolveStep(1, True))
    assert (records(found), found.commands) == (["undone", "undone", "rejected"], (c.Finish("compensated"),))
    assert "retry or skip" in repair(plan, state, ResolveStep(1, False)).refusal


def test_a_run_that_ended_well_is_closed() -> None:
    plan, state = driven(TRIP, *FORWARD, e.CompensationSucceeded(1), e.CompensationSucceeded(0))
    for wanted in (RetryStep(1), SkipStep(1), ResolveStep(1, True)):
        assert repair(plan, state, wanted) == (state, (), "the run has ended compensated, so nothing is left to repair")


STOPS = Saga(id="stops", rollback=Rollback(on_failure="stop"), steps=(act("a"), act("b"), act("c"), act("d")))
STOPPED = (*map(e.ActionSucceeded, range(3)), e.ActionRejected(3), e.CompensationRejected(2))


def test_a_stopped_rollback_goes_on_once_what_stopped_it_is_out_of_the_way() -> None:
    plan, state = driven(STOPS, *STOPPED)
    assert [step.record for step in state.steps] == ["left", "left", "dead", "rejected"]
    assert "stopped at `c`" in repair(plan, state, RetryStep(0)).refusal
    assert records(repair(plan, state, RetryStep(2))) == ["done", "done", "undoing", "rejected"]
    skipped = repair(plan, state, SkipStep(2))
    assert records(skipped) == ["done", "undoing", "settled", "rejected"]
    one = repair(plan, state, SkipStep(1))
    assert (records(one), one.commands) == (["left", "settled", "dead", "rejected"], (c.Finish("parked"),))


ORDER = Saga(id="order", steps=(act("a"), pivot("p", rejects="No"), retriable("last", retry=1)))
STUCK = (e.ActionSucceeded(0), e.ActionSucceeded(1), e.ActionFailed(2, 1))


def test_a_stuck_step_is_tried_again_waived_or_found_done() -> None:
    plan, state = driven(ORDER, *STUCK)
    again = repair(plan, state, RetryStep(2))
    assert (again.state.phase, records(again)) == ("forward", ["done", "done", "requested"])
    assert isinstance(again.commands[0], c.RunAction)
    for wanted, record in ((SkipStep(2), "waived"), (ResolveStep(2, True), "done")):
        through = repair(plan, state, wanted)
        assert (records(through), through.commands) == (["done", "done", record], (c.Finish("completed"),))
    assert repair(plan, state, ResolveStep(2, True)).state.steps[2].known is False
    assert repair(plan, state, ResolveStep(2, True, known=True)).state.steps[2].known is True


def test_what_is_not_done_after_the_pivot_stays_with_people() -> None:
    plan, state = driven(ORDER, *STUCK)
    found = repair(plan, state, ResolveStep(2, False))
    assert records(found) == ["done", "done", "stuck"]
    assert [type(command) for command in found.commands] == [c.SendDeadLetter, c.Finish]


def test_a_parked_pivot_that_was_not_done_lets_the_run_go_back() -> None:
    saga = Saga(id="order", rollback=Rollback(triggers=("failure",)), steps=(act("a"), pivot("p", rejects="No")))
    plan, state = driven(saga, e.ActionSucceeded(0), e.ActionRejected(1, "No"))
    assert [step.record for step in state.steps] == ["done", "stuck"]
    found = repair(plan, state, ResolveStep(1, False))
    assert (found.state.phase, records(found)) == ("back", ["undoing", "rejected"])
    done = repair(plan, state, ResolveStep(1, True))
    assert (records(done), done.commands) == (["done", "done"], (c.Finish("completed"),))


def test_a_waived_step_lets_the_next_ones_start_and_a_waived_pivot_is_committed() -> None:
    plan, state = driven(ORDER, e.ActionSucceeded(0))
    waived = repair(plan, state, SkipStep(1))
    assert records(waived) == ["done", "waived", "requested"]
    assert pivot_committed(plan, waived.state)
    assert transition(plan, waived.state, e.CancelRequested())[0].phase == "forward"


def test_what_was_never_known_is_undone_once_it_is_found_done() -> None:
    saga = Saga(id="never", steps=(act("a", failed_step="never", retry=1),))
    plan, state = driven(saga, e.ActionTimedOut(0, 1))
    assert state.steps[0].record == "standing"
    assert "whether `a` was done" in repair(plan, state, RetryStep(0)).refusal
    assert records(repair(plan, state, ResolveStep(0, True))) == ["undoing"]
    assert records(repair(plan, state, ResolveStep(0, False))) == ["rejected"]
    assert repair(plan, state, ResolveStep(0, False)).commands == (c.Finish("compensated"),)


def test_what_nothing_undoes_stays_with_people() -> None:
    saga = Saga(id="bare", steps=(bare("a", kind="compensatable"), act("b")))
    plan, state = driven(saga, e.ActionSucceeded(0), e.ActionRejected(1))
    assert state.steps[0].record == "standing"
    assert "no compensation" in repair(plan, state, RetryStep(0)).refusal
    assert records(repair(plan, state, ResolveStep(0, True))) == ["standing", "rejected"]
    assert records(repair(plan, state, SkipStep(0))) == ["settled", "rejected"]


def test_a_pause_need_not_be_waited_for() -> None:
    saga = Saga(id="pause", steps=(act("a", retry=3), act("b")))
    plan, state = driven(saga, e.ActionFailed(0, 1))
    again = repair(plan, state, RetryStep(0))
    assert again.state.steps[0] == StepState("requested", 2)
    undoing = Compensation(command="Undo", fallback="Mend", retry=Retry(attempts=3))
    saga = Saga(id="pause", steps=(act("a", compensation=undoing), act("b")))
    plan, state = driven(saga, e.ActionSucceeded(0), e.ActionRejected(1), e.CompensationRejected(0), e.CompensationFailed(0, 1, fallback=True))  # fmt: skip
    assert state.steps[0].record == "fallback-paused"
    assert repair(plan, state, RetryStep(0)).state.steps[0][:2] == ("falling-back", 2)


def test_a_wait_can_be_answered_or_given_up_by_hand() -> None:
    saga = Saga(id="leave", steps=(act("a", wait=Wait(decision="ok", by="boss"), action=None, compensation=None), act("b")))  # fmt: skip
    plan, state = driven(saga)
    assert records(repair(plan, state, ResolveStep(0, True))) == ["done", "requested"]
    given_up = repair(plan, state, SkipStep(0))
    assert (records(given_up), given_up.commands[0]) == (["waived", "requested"], c.WithdrawWait(0))


def test_a_wish_to_go_back_ends_with_the_pivot() -> None:
    saga = Saga(id="wish", steps=(act("a", after=()), pivot("p", after=())))
    plan, state = driven(saga, e.ActionRejected(0, "No"))
    assert state.wish == "No"
    assert "waits for its pivot" in repair(plan, state._replace(steps=(StepState("stuck"), state.steps[1])), RetryStep(0)).refusal  # fmt: skip
    waived = repair(plan, state, SkipStep(1))
    assert (waived.state.wish, records(waived)) == ("", ["stuck", "waived"])


@pytest.mark.parametrize("record", get_args(Record))
def test_what_makes_no_sense_is_refused_in_words(record: Record) -> None:
    plan = flow(TRIP)
    state = State("back", (StepState(record), StepState(), StepState()))
    for kind in (RetryStep, SkipStep):
        if record not in TABLE[kind]:
            refused = repair(plan, state, kind(0))
            assert (refused.state, refused.commands) == (state, ())
            assert refused.refusal.startswith("`car` ")
    assert repair(plan, state, RetryStep(7)).refusal == "the saga has no such step"


# -- whatever people do


def any_repair(chance: Random, plan: Flow) -> Repair:
    step = chance.randrange(-1, len(plan.steps) + 1)
    kind: Any = chance.choice((RetryStep, SkipStep, ResolveStep))
    return ResolveStep(step, chance.random() < 0.5, chance.random() < 0.5) if kind is ResolveStep else kind(step)  # type: ignore[no-any-return]


def repaired_run(saga: Saga, seed: int) -> Iterator[tuple[Flow, State, State, Commands]]:
    """A run to its end, then up to twenty repairs with answers between them, each transition with what was before."""
    chance, plan = Random(seed), flow(saga)
    state, commands = start(plan)
    for turn in range(200):
        before = state
        if chance.random() < 0.3 or state.phase == "ended":
            if turn > 150:
                return
            state, commands, refusal = repair(plan, state, any_repair(chance, plan))
            assert (state == before and commands == ()) if refusal else True
        else:
            waiting = [each for each in resume(plan, state) if not isinstance(each, c.WatchDeadline)]
            happens = answer(chance, plan, chance.choice(waiting), turn > 100)
            assert happens is not None
            state, commands = transition(plan, state, happens)
        yield plan, before, state, commands


@often
@given(sagas(), SEEDS)
def test_whatever_people_do_the_order_and_the_pivot_hold(saga: Saga, seed: int) -> None:
    for plan, before, state, commands in repaired_run(saga, seed):
        hash((state, commands))
        assert state.phase == "ended" or resume(plan, state)
        committed = any(before.steps[pivot].record in ("done", "waived") for pivot in plan.pivots)
        for command in commands:
            if isinstance(command, c.RunCompensation):
                assert not committed
                later = [state.steps[step.index] for step in plan.members(plan.descendants[command.step])]
                assert saga.rollback.order == "parallel" or not any(step.record in ACTIVE for step in later)
            if isinstance(command, c.RunAction):
                assert state.phase == "forward"


@often
@given(sagas(), SEEDS)
def test_whatever_people_do_compensated_means_that_nothing_is_left(saga: Saga, seed: int) -> None:
    for plan, _, state, _ in repaired_run(saga, seed):
        if outcome(plan, state) == "compensated":
            assert [p.id for p, s in zip(plan.steps, state.steps, strict=True) if s.record not in CLEAN and p.has_effects] == []  # fmt: skip
        if outcome(plan, state) == "completed":
            assert all(step.record in ("done", "skipped", "waived") for step in state.steps)


@often
@given(sagas(), SEEDS)
def test_a_run_without_repairs_knows_neither_waived_nor_settled(saga: Saga, seed: int) -> None:
    for _, _, _, state, _ in fair_run(saga, seed):
        assert not any(step.record in ("waived", "settled") for step in state.steps)


STEP_STATES = st.builds(StepState, st.sampled_from(get_args(Record)), st.integers(0, 3), st.sampled_from(("", "no")), st.booleans())  # fmt: skip


@often
@given(sagas(), st.data(), SEEDS)
def test_no_repair_of_any_record_raises(saga: Saga, data: st.DataObject, seed: int) -> None:
    """Records that no run reaches are met, too: of an edited store, or of another version of the definition."""
    plan = flow(saga)
    steps = tuple(data.draw(STEP_STATES) for _ in plan.steps)
    state = State(data.draw(st.sampled_from(("forward", "back", "ended"))), steps, (None,) * len(saga.choices), data.draw(st.sampled_from(("", "no"))))  # fmt: skip
    repaired = repair(plan, state, any_repair(Random(seed), plan))
    assert (repaired.state == state and repaired.commands == ()) if repaired.refusal else hash(repaired.state)
