"""What follows from a saga: order, kinds, places, policies and promises."""

from __future__ import annotations

from typing import Any

import pytest

from sagactl.flow import exclusive, failure_event, flow, success_event, undone_event
from sagactl.model import Compensation, Defaults, Publishes, Retry, Rollback, Saga, Step
from sagactl.policies import Policy
from tests.builders import (
    FOREVER,
    act,
    bare,
    choice,
    listening,
    local,
    participant,
    pivot,
    reading,
    retriable,
    retry,
    saga,
    undo,
    wait,
)


def order(*steps: Step) -> list[str]:
    plan = flow(saga(*steps))
    return [plan.steps[index].id for index in plan.order]


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((act("a"), act("b"), act("c")), "a b c"),
        ((act("a", after="c"), act("b", after=""), act("c", after="")), "b c a"),
        ((act("a"), act("b", after="d"), act("c", after="a"), act("d", after="a")), "a c d b"),
        ((act("a", after=""), act("b", after=""), act("c", after="a b")), "a b c"),
        ((), ""),
    ],
)
def test_predecessors_come_first_and_ties_keep_the_order_of_the_file(steps: tuple[Step, ...], expected: str) -> None:
    assert order(*steps) == expected.split()


def test_a_step_without_after_follows_the_one_before_it() -> None:
    plan = flow(saga(act("a"), act("b"), act("c", after=""), act("d")))
    assert [plan.steps[index].after for index in range(4)] == [(), (0,), (), (2,)]


def test_steps_on_a_cycle_are_in_no_order_and_are_named() -> None:
    plan = flow(saga(act("a"), act("b", after="c"), act("c", after="b"), act("d", after="c")))
    assert (plan.order, plan.cyclic) == ((0,), (1, 2, 3))


def test_unknown_and_own_ids_in_after_are_passed_over() -> None:
    assert flow(saga(act("a"), act("b", after="a b nobody a"))).after == ((), (0,))


def test_ancestors_descendants_and_neighbours_are_transitive() -> None:
    plan = flow(saga(act("a"), act("b", after="a"), act("c", after="a"), act("d", after="b c")))
    assert plan.ancestors == (0, 0b0001, 0b0001, 0b0111)
    assert plan.descendants == (0b1110, 0b1000, 0b1000, 0)
    assert [plan.beside(index) for index in range(4)] == [0, 0b0100, 0b0010, 0]
    assert [step.id for step in plan.members(0b1010)] == ["b", "d"]
    assert "a" in plan and "x" not in plan and plan["d"].index == 3


def test_the_order_follows_from_the_events_that_steps_listen_to() -> None:
    plan = flow(
        saga(
            listening("c", "BDone", "Booked"),
            listening("b", "Start"),
            act("a", after="", publishes=Publishes(success="Booked")),
            listening("d", "CDone", "Booked", mode="any"),
        )
    )
    assert [step.after for step in plan.steps] == [(1, 2), (), (), (0, 2)]
    assert [step.join for step in plan.steps] == ["all", "all", "all", "any"]


def test_a_step_that_joins_by_any_may_start_before_a_predecessor_has_ended() -> None:
    steps = (
        listening("a", "Start"), listening("b", "ADone"), listening("c", "ADone"),
        listening("d", "BDone", "CDone", mode="any"), listening("e", "DDone"),
    )  # fmt: skip
    plan = flow(saga(*steps))
    assert plan.ancestors[3:] == (0b00111, 0b01111)
    assert plan.sure_ancestors == (0, 0b00001, 0b00001, 0b00001, 0b01001)
    assert [plan.beside(index) for index in range(5)] == [0, 0b11100, 0b11010, 0b00110, 0b00110]
    assert plan.descendants == (0b11110, 0b11000, 0b11000, 0b10000, 0)


def test_branches_of_a_choice_do_not_race_at_a_join_by_any() -> None:
    left, right = {"way": "left"}, {"way": "right"}
    steps = (
        listening("a", "Start"), listening("b", "ADone", when=left), listening("c", "ADone", when=right),
        listening("d", "BDone", "CDone", mode="any"),
    )  # fmt: skip
    plan = flow(saga(*steps, choices=[choice("way", "left", "right")]))
    assert plan.sure_ancestors == plan.ancestors


def test_without_a_join_by_any_all_ancestors_are_sure() -> None:
    plan = flow(saga(act("a"), act("b", after="a"), listening("c", "BDone", "ADone")))
    assert plan.sure_ancestors is plan.ancestors


def test_a_pivot_that_may_still_run_is_not_behind_a_step() -> None:
    plan = flow(
        saga(
            listening("a", "Start"), listening("b", "ADone", kind="pivot", compensation=None),
            listening("c", "BDone", "ADone", mode="any"),
        )
    )  # fmt: skip
    assert [step.place for step in plan.steps] == ["before", "pivot", "beside"]


def test_events_are_named_after_the_step_unless_they_are_named() -> None:
    named = act("book-room", publishes=Publishes(success="Booked", failure="Full", undone="Free"))
    names = (success_event, failure_event, undone_event)
    assert [name(act("book-room")) for name in names] == ["BookRoomDone", "BookRoomFailed", "BookRoomUndone"]
    assert [name(named) for name in names] == ["Booked", "Full", "Free"]


# -- kinds and places


@pytest.mark.parametrize(
    ("steps", "kinds", "places"),
    [
        ((act("a"), act("b")), "compensatable compensatable", "before before"),
        ((act("a"), bare("b"), bare("c")), "compensatable pivot retriable", "before pivot after"),
        ((bare("a"), act("b"), bare("c")), "pivot compensatable retriable", "pivot after after"),
        ((wait("a"), bare("b"), wait("c")), "read-only pivot read-only", "before pivot after"),
        ((reading("a"), pivot("b"), retriable("c")), "read-only pivot retriable", "before pivot after"),
        ((act("a", kind="pivot"), bare("b")), "pivot retriable", "pivot after"),
        ((local("a"), local("b", compensation=None)), "compensatable pivot", "before pivot"),
        ((act("a", after=""), act("b", after=""), pivot("c", after="b")), "compensatable compensatable pivot", "beside before pivot"),
        ((pivot("a"), act("b", after=""), act("c", after="a b")), "pivot compensatable compensatable", "pivot beside after"),
    ],
)  # fmt: skip
def test_kinds_are_inferred_and_places_follow(steps: tuple[Step, ...], kinds: str, places: str) -> None:
    plan = flow(saga(*steps))
    assert ([step.kind for step in plan.steps], [step.place for step in plan.steps]) == (kinds.split(), places.split())


def test_exclusive_branches_have_a_pivot_each() -> None:
    left, right = {"way": "left"}, {"way": "right"}
    plan = flow(
        saga(
            act("a"), bare("b", when=left), bare("c", when=right), bare("d"), act("e", when=right, after="a"),
            choices=[choice("way", "left", "right")],
        )
    )  # fmt: skip
    assert [step.kind for step in plan.steps] == ["compensatable", "pivot", "pivot", "retriable", "compensatable"]
    assert [step.place for step in plan.steps] == ["before", "pivot", "pivot", "after", "beside"]
    assert plan.pivots == (1, 2)


@pytest.mark.parametrize(
    ("left", "right", "expected"),
    [
        ({}, {"way": "left"}, False),
        ({"way": "left"}, {"way": "left"}, False),
        ({"way": "left"}, {"way": "right"}, True),
        ({"way": "left"}, {"size": "small"}, False),
        ({"way": "left", "size": "small"}, {"way": "left", "size": "large"}, True),
    ],
)
def test_conditions_that_contradict_each_other_exclude(
    left: dict[str, str], right: dict[str, str], expected: bool
) -> None:
    assert exclusive(act("a", when=left), act("b", when=right)) is expected
    assert exclusive(act("b", when=right), act("a", when=left)) is expected


def test_a_nested_saga_with_a_pivot_is_a_pivot() -> None:
    outer = saga(act("a"), Step(id="b", saga="inner"), bare("c"))
    with_pivot, without = saga(bare("x"), id="inner"), saga(act("x"), id="inner")
    assert [step.kind for step in flow(outer, {"inner": with_pivot}).steps] == ["compensatable", "pivot", "retriable"]
    assert [step.kind for step in flow(outer, {"inner": without}).steps] == ["compensatable", "compensatable", "pivot"]
    assert flow(outer).steps[1].kind == "compensatable"


def test_sagas_that_run_each_other_many_times_are_each_looked_at_once() -> None:
    twice = {f"s{i}": saga(*(Step(id=id, saga=f"s{i + 1}") for id in "ab"), id=f"s{i}") for i in range(15)}
    sagas = {**twice, "s15": saga(bare("x"), id="s15")}
    assert [step.kind for step in flow(sagas["s0"], sagas).steps] == ["pivot", "compensatable"]


def test_sagas_too_deep_inside_each_other_have_no_pivot() -> None:
    chain = {f"s{i}": saga(Step(id="a", saga=f"s{i + 1}"), id=f"s{i}") for i in range(2_000)}
    assert flow(chain["s0"], {**chain, "s2000": saga(bare("x"), id="s2000")}).pivots == ()


def test_waits_and_reads_have_no_effects() -> None:
    plan = flow(saga(act("a"), wait("b"), reading("c"), pivot("d")))
    assert [step.has_effects for step in plan.steps] == [True, False, False, True]


# -- policies

THREE = Retry(attempts=3, initial_s=2.0, factor=3.0, max_s=9.0, jitter=False)
ROLLBACK = Retry(attempts=20, max_s=30.0)


def policies(
    step: Step, *, defaults: Defaults = Defaults(), rollback: Retry | None = None
) -> tuple[Policy, Policy | None]:
    only = flow(Saga(id="s", steps=(step,), defaults=defaults, rollback=Rollback(retry=rollback))).steps[0]
    return only.action, only.undo


@pytest.mark.parametrize(
    ("step", "action", "undo_policy"),
    [
        (act("a"), Policy(3, 10.0, 2.0, 3.0, 9.0, False), Policy(20, 10.0, 2.0, 3.0, 30.0, False)),
        (act("a", timeout_s=4.0), Policy(3, 4.0, 2.0, 3.0, 9.0, False), Policy(20, 10.0, 2.0, 3.0, 30.0, False)),
        (act("a", retry=5), Policy(5, 10.0, 2.0, 3.0, 9.0, False), Policy(20, 10.0, 2.0, 3.0, 30.0, False)),
        (
            act("a", retry=Retry(initial_s=0.5)),
            Policy(3, 10.0, 0.5, 3.0, 9.0, False),
            Policy(20, 10.0, 2.0, 3.0, 30.0, False),
        ),
        (bare("a", retry=FOREVER), Policy(None, 10.0, 2.0, 3.0, 9.0, False), None),
        (
            act("a", compensation=undo(retry=2, timeout_s=7.0)),
            Policy(3, 10.0, 2.0, 3.0, 9.0, False),
            Policy(2, 7.0, 2.0, 3.0, 30.0, False),
        ),
        (wait("a"), Policy(), None),
        (wait("a", timeout_s=60.0), Policy(timeout_s=60.0), None),
        (local("a"), Policy(), Policy()),
        (local("a", retry=2, timeout_s=1.0), Policy(2, 1.0), Policy()),
        (Step(id="a", saga="inner"), Policy(), None),
    ],
)
def test_the_nearest_policy_wins_field_by_field(step: Step, action: Policy, undo_policy: Policy | None) -> None:
    """Waits, local steps and nested sagas take nothing from the defaults; compensations ask `rollback` first."""
    assert policies(step, defaults=Defaults(timeout_s=10.0, retry=THREE), rollback=ROLLBACK) == (action, undo_policy)


def test_without_any_retry_there_is_one_try_and_no_timeout() -> None:
    assert policies(act("a")) == (Policy(1, None), Policy(1, None))


def test_compensations_fall_back_to_the_retries_of_actions_in_the_defaults_but_not_of_their_step() -> None:
    assert policies(act("a", retry=5), defaults=Defaults(retry=retry(3)))[1] == Policy(3)
    assert policies(act("a", retry=5))[1] == Policy(1)


@pytest.mark.parametrize(
    ("policy", "pauses"),
    [
        (Policy(5, None, 1.0, 2.0, 60.0), [1.0, 2.0, 4.0, 8.0]),
        (Policy(5, None, 1.0, 2.0, 3.0), [1.0, 2.0, 3.0, 3.0]),
        (Policy(3, None, 0.0), [0.0, 0.0]),
        (Policy(4, None, 2.0, 1.0), [2.0, 2.0, 2.0]),
        (Policy(3, None, 8.0, 0.5), [8.0, 4.0]),
    ],
)
def test_pauses_grow_by_the_factor_up_to_the_longest(policy: Policy, pauses: list[float]) -> None:
    assert [policy.pause_s(made) for made in range(1, len(pauses) + 1)] == pauses
    assert policy.pauses_s(len(pauses) + 1) == sum(pauses)


def test_huge_numbers_of_tries_cost_nothing() -> None:
    assert Policy(10**6, 1.0, 1.0, 2.0, 60.0).worst_s() == 10**6 + 63.0 + 60.0 * (10**6 - 1 - 6)
    assert Policy().pause_s(10**6) == 60.0


def test_the_worst_case_is_unknown_without_a_timeout_and_counts_endless_tries_once() -> None:
    assert Policy(3).worst_s() is None
    assert Policy(3, 10.0).worst_s() == 33.0
    assert Policy(None, 10.0).worst_s() == 10.0


@pytest.mark.parametrize(
    ("only", "cause", "expected"),
    [
        (None, "timeout", True),
        (("timeout",), "timeout", True),
        (("timeout",), "error", False),
        (("error",), "RateLimited", True),
        (("error",), "timeout", False),
        (("RateLimited",), "RateLimited", True),
        (("RateLimited",), "error", False),
    ],
)
def test_only_the_named_causes_are_tried_again(only: tuple[str, ...] | None, cause: str, expected: bool) -> None:
    assert Policy(3, only=only).retries(cause) is expected


# -- promises

STATED = participant("shop", idempotency="key", rejects_late_actions=True, remembers_failures=None, dedup_window_s=60.0)
OTHER = participant("bank", idempotency="natural", dedup_window_s=None)


@pytest.mark.parametrize(
    ("step", "promise", "action", "of_undo"),
    [
        (act("a"), "idempotency", "key", "key"),
        (act("a", idempotency="none"), "idempotency", "none", "none"),
        (act("a", compensation=undo(idempotency="natural")), "idempotency", "key", "natural"),
        (act("a", idempotency="none", compensation=undo(idempotency="key")), "idempotency", "none", "key"),
        (act("a", compensation=undo(participant="bank")), "idempotency", "key", "natural"),
        (act("a", compensation=undo(participant="bank")), "dedup_window_s", 60.0, None),
        (act("a", compensation=undo(participant="shop"), idempotency="none"), "idempotency", "none", "none"),
        (act("a", rejects_late_actions=False), "rejects_late_actions", False, False),
        (act("a"), "remembers_failures", None, None),
        (act("a", remembers_failures=True), "remembers_failures", True, True),
        (act("a", status_query=True), "status_query", True, True),
        (act("a", participant="nobody"), "idempotency", None, None),
    ],
)
def test_the_nearest_promise_wins(step: Step, promise: str, action: Any, of_undo: Any) -> None:
    plan = flow(Saga(id="s", steps=(step,), participants={"shop": STATED, "bank": OTHER})).steps[0]
    assert (getattr(plan.promises, promise), getattr(plan.undo_promises, promise)) == (action, of_undo)


@pytest.mark.parametrize(
    ("on_step", "on_saga", "expected"),
    [(None, None, "auto"), (None, "never", "never"), ("always", "never", "always")],
)
def test_failed_step_is_inherited_from_the_rollback(on_step: Any, on_saga: Any, expected: str) -> None:
    plan = flow(saga(act("a", failed_step=on_step), rollback={"failed_step": on_saga}))
    assert plan.steps[0].failed_step == expected


def test_the_compensation_of_a_step_is_found_on_its_plan() -> None:
    plan = flow(saga(act("a", compensation="Undo"), bare("b")))
    assert plan.steps[0].compensation == Compensation(command="Undo") and plan.steps[1].compensation is None
