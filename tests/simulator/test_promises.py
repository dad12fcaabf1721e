"""What the pattern promises, rehearsed on real definitions."""

from __future__ import annotations

import pytest

from sagactl.flow import Flow, flow
from tests.builders import act, bare, choice, local, participant, pivot, reading, retriable, saga, undo, wait
from tests.simulator.rehearsals import REHEARSED, UNFOLDED, definition, letters, rehearsed, told


@pytest.mark.parametrize("name", REHEARSED)
def test_without_faults_every_definition_completes(name: str) -> None:
    trace = rehearsed(name)
    assert (trace.status, trace.outcome) == ("COMPLETED", "completed")
    assert not (trace.violations or trace.dead_letters or trace.unused_faults or trace.compensated)


def before_the_pivot() -> list[tuple[str, str]]:
    """Every step of every definition that may fail before the point of no return, or is it."""
    found = []
    for name in REHEARSED:
        plan = flow(definition(name))
        found += [
            (name, step.id)
            for step in plan.steps
            if step.place in ("before", "pivot") and can_be_refused(plan, step.id)
        ]
    return found


def can_be_refused(plan: Flow, id: str) -> bool:
    return bool(plan[id].step.rejects) or plan[id].step.local


@pytest.mark.parametrize(("name", "id"), before_the_pivot())
def test_any_step_that_fails_rolls_the_earlier_ones_back_in_reverse_with_their_results(name: str, id: str) -> None:
    saga = definition(name)
    plan = flow(saga)
    choose = [f"{key}={outcome}" for key, outcome in plan[id].step.when.items()]
    trace = rehearsed(plan, fail=[id], choose=choose)
    undoable = [step for step in trace.executed if plan[step].undo is not None]
    assert (trace.status, trace.outcome, trace.dead_letters, trace.violations) == ("FAILED", "compensated", (), ())
    assert sorted(trace.compensated) == sorted(undoable)
    assert trace.unused_faults == ()
    if saga.rollback.order != "parallel":
        for position, step in enumerate(trace.compensated):
            later = {
                plan.steps[index].id
                for index in range(len(plan.steps))
                if plan.descendants[plan[step].index] >> index & 1
            }
            assert not later & set(trace.compensated[position:])
    assert all("with its result" in words for words in told(trace, "undo-sent"))


def test_the_rollback_is_the_reverse_of_the_way_there() -> None:
    trace = rehearsed("order-fulfillment", "create-shipment#*:fail", choose="speed=express")
    assert trace.executed == ("reserve-items", "charge-payment", "book-express")
    assert trace.compensated == ("book-express", "charge-payment", "reserve-items")


def test_a_timed_out_step_is_itself_undone_because_its_outcome_is_unknown() -> None:
    quiet = [participant("shop", status_query=False)]
    trace = rehearsed(saga(act("a"), act("b", retry=2), participants=quiet), timeout="b")
    assert trace.executed == ("a",) and trace.compensated == ("b", "a")
    assert told(trace, "undo-sent") == ["b UndoB, result unknown", "a UndoA, with its result"]
    assert told(trace, "undo-executed") == ["b", "a"]
    assert (trace.outcome, trace.violations) == ("compensated", ())


def test_a_timed_out_step_that_never_arrived_has_nothing_to_undo() -> None:
    trace = rehearsed(saga(act("a"), act("b")), "b:request-lost")
    assert told(trace, "nothing-to-undo") == ["b"] and trace.outcome == "compensated"


def test_a_participant_that_can_be_asked_settles_a_lost_answer() -> None:
    done = rehearsed("order-fulfillment", timeout="charge-payment")
    assert done.outcome == "completed" and told(done, "asked") == ["charge-payment what became of it?"]
    not_done = rehearsed("order-fulfillment", "charge-payment#*:request-lost")
    assert (not_done.outcome, not_done.compensated) == ("compensated", ("reserve-items",))


def test_a_failed_try_is_repeated_and_the_run_goes_on() -> None:
    trace = rehearsed("order-fulfillment", "charge-payment:fail", "charge-payment#2:reply-lost")
    assert trace.outcome == "completed"
    assert told(trace, "retrying") == ["charge-payment ProcessPayment (try 2)", "charge-payment ProcessPayment (try 3)"]
    assert told(trace, "deduplicated") == ["charge-payment"]


def test_a_failed_compensation_lands_in_the_dead_letters_while_the_rest_goes_on() -> None:
    trace = rehearsed("order-fulfillment", fail="create-shipment", fail_undo="charge-payment", choose="speed=express")
    assert (trace.status, trace.outcome) == ("FAILED", "parked")
    assert trace.compensated == ("book-express", "reserve-items")
    assert [(letter.step, letter.reason, letter.tries, letter.direction) for letter in trace.dead_letters] == [
        ("charge-payment", "error", 20, "back")
    ]


def test_a_compensation_that_works_at_a_later_try_leaves_no_dead_letter() -> None:
    trace = rehearsed(
        "order-fulfillment", "reserve-items:compensation-fail", "reserve-items#2:compensation-request-lost",
        fail="charge-payment",
    )  # fmt: skip
    assert (trace.outcome, trace.compensated, trace.unused_faults) == ("compensated", ("reserve-items",), ())
    assert len(told(trace, "undo-retrying")) == 2


def test_a_compensation_that_may_say_no_falls_back() -> None:
    faults = {"choose": "verdict=covered review=needed", "fail": "adjuster-review"}
    trace = rehearsed("insurance-claim", "send-expert:compensation-fail", **faults)
    assert told(trace, "undo-rejected", "fallback-sent")[0] == "send-expert VisitUnderWay"


def test_told_to_stop_what_was_not_undone_is_listed() -> None:
    stops = saga(act("a"), act("b"), act("c"), act("d"), rollback={"on_failure": "stop"})
    trace = rehearsed(stops, fail="d", fail_undo="c")
    assert (trace.outcome, trace.skipped, letters(trace)) == ("parked", ("a", "b"), ["c: error"])
    assert trace.compensated == ("d",)


def test_a_step_that_is_never_undone_is_parked_when_its_outcome_is_unknown() -> None:
    trace = rehearsed(saga(act("a"), act("b", failed_step="never")), timeout="b")
    assert (trace.outcome, trace.compensated, letters(trace)) == (
        "parked", ("a",), ["b: outcome unknown, not undone"],
    )  # fmt: skip


def test_what_is_still_retried_after_the_pivot_is_parked() -> None:
    trace = rehearsed("order-fulfillment", fail="send-confirmation", max_tries=4)
    assert (trace.status, trace.outcome, letters(trace)) == ("FAILED", "parked", ["send-confirmation: still retrying"])
    assert trace.dead_letters[0].tries == 4 and trace.dead_letters[0].direction == "forward"
    assert trace.compensated == ()


def test_siblings_of_a_step_that_is_retried_for_ever_go_on_to_their_end() -> None:
    trace = rehearsed("travel-booking", fail="award-miles", max_tries=3)
    assert "send-itinerary" in trace.executed and letters(trace) == ["award-miles: still retrying"]


@pytest.mark.parametrize(("id", "outcome"), [("manager-approval", "completed"), ("director-approval", "compensated")])
def test_a_wait_that_times_out_goes_on_or_is_a_no(id: str, outcome: str) -> None:
    trace = rehearsed("expense-approval", timeout=[id], choose="size=large")
    assert trace.outcome == outcome and told(trace, "timed-out") == [id]
    assert (id in trace.executed) is (outcome == "completed")


def test_a_wait_may_be_answered_with_a_no() -> None:
    trace = rehearsed("food-delivery", "restaurant-answer:reject")
    assert told(trace, "rejected") == ["restaurant-answer DishSoldOut"] and trace.compensated == ("hold-payment",)


def test_the_deadline_rolls_back_before_the_pivot() -> None:
    late = saga(act("a"), wait("b"), pivot("c"), deadline_s=60.0)
    trace = rehearsed(late, "b:request-lost")
    assert (trace.outcome, trace.compensated, round(trace.duration_s, 6)) == ("compensated", ("a",), 60.1)
    assert told(trace, "rollback", "withdrawn") == ["deadline", "b BCame"]


def test_after_the_pivot_the_deadline_only_alerts() -> None:
    late = saga(act("a"), pivot("b"), wait("c", timeout_s=90.0, on_timeout="continue"), deadline_s=60.0)
    trace = rehearsed(late, "c:request-lost")
    assert (trace.outcome, told(trace, "alert")) == ("completed", ["deadline after the point of no return"])


def test_a_deadline_never_cancels_a_compensation() -> None:
    late = saga(act("a", compensation=undo(retry=20)), act("b"), deadline_s=5.0)
    trace = rehearsed(late, *(f"a#{attempt}:compensation-fail" for attempt in range(1, 9)), fail="b")
    assert trace.outcome == "compensated" and trace.duration_s > 5.0


def test_parallel_siblings_finish_before_they_are_undone() -> None:
    trace = rehearsed("travel-booking", fail="hold-hotel", choose="car=wanted")
    assert set(trace.executed) == set(trace.compensated) == {"hold-flight", "hold-car"}
    whats = [(moment.what, moment.step) for moment in trace.moments]
    assert (
        whats.index(("rejected", "hold-hotel"))
        < whats.index(("done", "hold-flight"))
        < whats.index(("undo-sent", "hold-flight"))
    )
    assert ("sent", "charge-traveller") not in whats


def test_a_branch_that_is_not_taken_is_skipped() -> None:
    standard, express = (rehearsed("order-fulfillment", choose=f"speed={way}") for way in ("standard", "express"))
    assert told(standard, "skipped") == ["book-express speed is not express"]
    assert "book-express" not in standard.executed and "book-express" in express.executed


def test_a_local_step_takes_no_time_and_no_message() -> None:
    trace = rehearsed(saga(local("a"), act("b", rejects="No")), fail="b")
    assert [(m.what, m.t_s) for m in trace.moments if m.step == "a"][:2] == [("sent", 0.0), ("executed", 0.0)]
    assert trace.compensated == ("a",)


def test_a_read_that_fails_has_nothing_to_undo() -> None:
    trace = rehearsed(saga(act("a"), reading("b")), timeout="b")
    assert (trace.outcome, trace.compensated) == ("compensated", ("a",))


def test_two_faults_at_once() -> None:
    trace = rehearsed("travel-booking", "hold-hotel:reject", "hold-flight:request-lost")
    assert (trace.outcome, trace.compensated, trace.unused_faults) == ("compensated", ("hold-flight",), ())
    both = rehearsed("money-transfer", timeout="withdraw", fail="deposit")
    assert (both.outcome, both.compensated, both.unused_faults) == ("compensated", ("withdraw",), ())


def test_a_pivot_that_was_done_unknown_to_all_is_a_violation() -> None:
    trace = rehearsed(saga(act("a"), pivot("b")), timeout="b")
    assert [violation.property for violation in trace.violations] == ["S11"] and trace.outcome == "parked"


def test_a_violation_names_the_promise_that_nobody_stated() -> None:
    silent = [participant("shop", idempotency=None)]
    trace = rehearsed(saga(act("a", retry=2), participants=silent), "a:reply-lost")
    assert [(v.property, v.step, v.promise) for v in trace.violations] == [("S1", "a", "idempotency")]


def test_a_late_no_among_those_who_forget_names_the_memory() -> None:
    forgets = [participant("shop", remembers_failures=None)]
    slow = act("a", retry=2, rejects="No", latency=definition("order-fulfillment").participants["payment"].latency)
    hasty = saga(slow, participants=forgets, timeout_s=0.05)
    trace = rehearsed(hasty, "a:reject")
    assert all(
        violation.promise == "remembers_failures" for violation in trace.violations if violation.property == "S5"
    )


# -- what nobody notices


def test_a_lost_answer_that_no_timeout_notices_is_given_up() -> None:
    trace = rehearsed(saga(act("a"), act("b"), timeout_s=None), "b:reply-lost")
    assert letters(trace) == ["b: no answer, and no timeout notices it"] and trace.outcome == "parked"


def test_on_the_way_back_an_answer_that_never_comes_leaves_the_step_unknown_and_undone() -> None:
    silent = saga(act("a"), act("b"), timeout_s=None, deadline_s=30.0)
    trace = rehearsed(silent, "b:reply-lost")
    assert (trace.outcome, trace.compensated, letters(trace)) == ("compensated", ("b", "a"), [])


def test_an_answer_slower_than_the_timeout_is_the_fault_late() -> None:
    slow = saga(act("a", retry=3, timeout_s=0.06))
    trace = rehearsed(slow)
    assert [moment.what for moment in trace.moments if moment.fault == "late"] == ["timed-out"]
    assert trace.outcome == "completed" and told(trace, "executed") == ["a"]


# -- what cannot be run yet


@pytest.mark.parametrize("name", UNFOLDED)
def test_without_faults_every_unfolded_definition_completes(name: str) -> None:
    trace = rehearsed(name)
    assert (trace.outcome, trace.violations, trace.unused_faults) == ("completed", (), ())


# -- choices


def test_a_choice_is_decided_by_the_plan_then_by_the_input_then_by_otherwise() -> None:
    chosen = rehearsed("order-fulfillment", choose="speed=express")
    by_input = rehearsed("order-fulfillment", data={"express": True})
    by_default = rehearsed("order-fulfillment")
    assert [told(trace, "decided") for trace in (chosen, by_input, by_default)] == [
        ["speed=express"], ["speed=express"], ["speed=standard"],
    ]  # fmt: skip
    assert chosen.notes == ()
    assert by_input.notes == ("choice `speed`: `express`, because input.express",)
    assert by_default.notes == (
        "choice `speed`: `standard`, because no input was given; `--choose speed=…` decides otherwise",
    )


def test_what_is_assumed_of_an_output_is_said() -> None:
    notes = rehearsed("loan-approval").notes
    assert (
        "choice `risk`: `normal`, because steps.pull-report.output.score is missing; `--choose risk=…` decides otherwise"
        in notes
    )


def test_a_choice_that_nobody_meets_is_not_decided() -> None:
    unmet = saga(bare("a", rejects="No"), act("b", when={"way": "left"}), choices=[choice("way", "left", "right")])
    assert rehearsed(unmet, fail="a").notes == ()


def test_a_rehearsal_after_a_retriable_step_that_works_at_once_has_no_dead_letters() -> None:
    assert rehearsed(saga(pivot("a"), retriable("b")), "b:fail", "b#2:reply-lost").dead_letters == ()
