"""Items, nested sagas, restarts and unheard actions are rehearsed like everything else, and rolled back like it."""

from __future__ import annotations

from typing import Any

import pytest

from sagactl.errors import UsageError
from sagactl.model import Compensation, Latency, Saga, Step
from sagactl.unfold import unfold
from tests.builders import act, participant, saga, undo
from tests.simulator.rehearsals import definition, letters, rehearsed, sagas, told

BASKET = {"order_id": "o", "items": [{"sku": "a"}, {"sku": "b"}, {"sku": "c"}], "total": 3}


def basket(number: int) -> dict[str, Any]:
    return {"basket_id": "b", "customer_id": "c", "items": [{}] * number}


def test_without_input_two_items_are_assumed() -> None:
    assert "reserve-item[2]" in rehearsed("basket-order").executed
    assert "reserve-item[3]" not in rehearsed("basket-order").executed


def test_the_input_says_how_many_items_there_are() -> None:
    trace = rehearsed("basket-order", data=basket(4))
    assert sum(id.startswith("reserve-item[") for id in trace.executed) == 4


def test_no_items_are_no_steps() -> None:
    trace = rehearsed("basket-order", data=basket(0))
    assert trace.outcome == "completed"
    assert not any("[" in id for id in trace.executed)


def test_items_that_were_done_are_undone_when_another_is_refused() -> None:
    trace = rehearsed("basket-order", fail="reserve-item[2]")
    assert (trace.outcome, trace.compensated) == ("compensated", ("reserve-item[1]",))


def test_a_step_without_its_item_means_every_item() -> None:
    trace = rehearsed("basket-order", fail="reserve-item")
    assert trace.replay["faults"] == ["reserve-item[1]:reject", "reserve-item[2]:reject"]


def test_more_items_than_allowed_are_refused_at_the_start() -> None:
    with pytest.raises(UsageError, match="takes at most"):
        rehearsed("basket-order", data=basket(500))


def test_items_go_one_after_the_other_unless_they_may_go_together() -> None:
    def order(parallel: bool | int | None) -> list[tuple[str, ...] | None]:
        step = act("a")
        made = Saga(
            id="s",
            steps=(
                Step(
                    id="a",
                    participant="p",
                    action="A",
                    for_each="input.x",
                    parallel=parallel,
                    compensation=step.compensation,
                ),
            ),
        )
        return [each.after for each in unfold(made, data={"x": [1, 2, 3]}).saga.steps]

    assert order(None) == [(), ("a[1]",), ("a[2]",)]
    assert order(True) == [(), (), ()]
    assert order(2) == [(), (), ("a[1]",)]


def test_a_nested_saga_is_undone_with_its_parent() -> None:
    trace = rehearsed("conference-trip", fail="charge-cost-centre")
    assert trace.outcome == "compensated"
    assert set(trace.compensated[:3]) == {f"arrange-travel/{id}" for id in ("hold-seat", "hold-room", "order-taxi")}
    assert trace.compensated[-1] == "reserve-ticket"


def test_the_pivot_of_a_nested_saga_is_the_pivot() -> None:
    trace = rehearsed("account-opening", fail="order-card")
    assert trace.outcome == "parked"
    assert trace.compensated == ()


def test_a_nested_saga_brings_its_own_policies_and_participants() -> None:
    flow = unfold(definition("account-opening"), sagas()).flow
    inner, own = flow["fund-account/deposit"], unfold(sagas()["money-transfer"]).flow["deposit"]
    assert (inner.action, inner.promises, inner.kind) == (own.action, own.promises, own.kind)


def test_a_participant_of_the_same_name_that_promises_something_else_stays_itself() -> None:
    child = saga(act("c"), id="child", participants=[participant("shop", idempotency="none")])
    outer = saga(Step(id="run", saga="child"), act("a"), participants=[participant("shop", idempotency="key")])
    flow = unfold(outer, {"child": child}).flow
    assert flow["run/c"].promises.idempotency == "none"
    assert flow["a"].promises.idempotency == "key"


def test_the_deadline_of_a_nested_saga_rolls_everything_back() -> None:
    slow = saga(
        act("c"),
        act("d", latency=Latency(shape="fixed", values_s=(50.0,))),
        id="child",
        deadline_s=20.0,
        timeout_s=90.0,
    )
    outer = saga(act("a"), Step(id="run", saga="child"), act("b"))
    trace = rehearsed(unfold(outer, {"child": slow}).flow)
    assert trace.outcome == "compensated"
    assert told(trace, "deadline") == ["of run"]
    assert trace.compensated == ("run/d", "run/c", "a")


def test_a_restart_tries_the_whole_saga_again() -> None:
    trace = rehearsed("ride-hailing", fail="assign-driver")
    assert (trace.outcome, trace.compensated) == ("compensated", ("hold-fare",) * 3)
    assert told(trace, "restarted") == ["restart 1", "restart 2"]


def test_a_cancelled_run_is_not_tried_again() -> None:
    trace = rehearsed("ride-hailing", "assign-driver:cancel")
    assert (trace.outcome, told(trace, "restarted")) == ("compensated", [])


def test_an_unheard_action_does_not_hold_the_flow_up_and_is_undone_like_an_unknown_one() -> None:
    unheard = Step(
        id="tell", participant="shop", action="Tell", reply=False, compensation=Compensation(command="Untell")
    )
    made = saga(unheard, act("b", rejects="No"), participants=[participant("shop", status_query=False)])
    assert rehearsed(made).outcome == "completed"
    assert rehearsed(made, fail="b").compensated == ("tell",)


def test_an_undo_that_nobody_confirms_is_handed_to_people() -> None:
    made = saga(act("a", compensation=undo(reply=False)), act("b", rejects="No"))
    trace = rehearsed(made, fail="b")
    assert trace.outcome == "parked"
    assert letters(trace)[0][0] == "a"


# -- the faults of the network and of the orchestrator


def test_a_duplicate_completion_is_skipped() -> None:
    trace = rehearsed("order-fulfillment", "charge-payment:duplicate")
    assert (trace.outcome, trace.violations) == ("completed", ())
    assert told(trace, "duplicated") and told(trace, "deduplicated") and told(trace, "ignored")


def test_a_late_action_is_refused_after_its_compensation() -> None:
    """The tombstone: the zombie arrives after everything else has settled."""
    made = saga(act("a", retry=1, status_query=False), act("b"))
    trace = rehearsed(made, "a:late")
    assert (trace.outcome, trace.violations) == ("compensated", ())
    assert told(trace, "nothing-to-undo") and told(trace, "refused")


def test_without_a_tombstone_the_late_action_stands() -> None:
    made = saga(act("a", retry=1, rejects_late_actions=False, status_query=False), act("b"))
    trace = rehearsed(made, "a:late")
    assert [(v.property, v.promise) for v in trace.violations] == [("S6", "")]


def test_a_crash_sends_again_what_is_outstanding_and_is_no_new_try() -> None:
    trace = rehearsed("order-fulfillment", "charge-payment:crash")
    assert (trace.outcome, trace.violations) == ("completed", ())
    assert len(told(trace, "retrying")) == 0
    assert told(trace, "deduplicated")


def test_a_crash_without_idempotency_charges_twice() -> None:
    made = saga(act("a", idempotency="none"), act("b"))
    assert [v.property for v in rehearsed(made, "a:crash").violations] == ["S1"]


def test_a_cancel_before_the_pivot_rolls_back_and_after_it_only_alerts() -> None:
    before = rehearsed("order-fulfillment", "charge-payment:cancel")
    after = rehearsed("order-fulfillment", "create-shipment!:cancel")
    assert (before.outcome, before.compensated) == ("compensated", ("charge-payment", "reserve-items"))
    assert (after.outcome, len(told(after, "alert"))) == ("completed", 1)


def test_a_deadline_can_be_made_to_pass_at_a_step() -> None:
    trace = rehearsed("order-fulfillment", "charge-payment:deadline")
    assert (trace.outcome, trace.duration_s < 5) == ("compensated", True)


def test_a_forgotten_key_shows_when_the_window_is_shorter_than_the_retries() -> None:
    short = saga(act("a", retry=3), act("b"), participants=[participant("shop", dedup_window_s=5.0)])
    trace = rehearsed(short, "a#1:reply-lost", "a#2:key-expired")
    assert [v.property for v in trace.violations] == ["S1"]


@pytest.mark.parametrize(("fault", "done"), [("send-lost", True), ("write-lost", False)])
def test_a_dual_write_loses_either_the_message_or_the_data(fault: str, done: bool) -> None:
    dual = saga(
        act("a", retry=1, status_query=False), act("b"), participants=[participant("shop", messaging="dual-write")]
    )
    trace = rehearsed(dual, f"a:{fault}")
    assert bool(told(trace, "timed-out")) is done
    assert bool(trace.violations) is not done


def test_a_deadline_needs_a_deadline() -> None:
    with pytest.raises(UsageError, match="has no deadline"):
        rehearsed(saga(act("a"), act("b")), "a:deadline")
