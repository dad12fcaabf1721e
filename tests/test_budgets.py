"""Worst times are sums that can be checked by hand, and no rehearsal takes longer than they say."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given

from sagactl.budgets import MAX_WAYS, Budget, Path, budget, rollback_deadline_s
from sagactl.durations import long_duration, parse_duration, roomy_duration
from sagactl.flow import Flow
from sagactl.model import Saga, Step
from sagactl.shares import Share, items, rounds
from sagactl.simulator.matrix import rows, singles
from sagactl.unfold import unfold
from tests.builders import (
    FOREVER,
    act,
    choice,
    listening,
    local,
    participant,
    pivot,
    retriable,
    retry,
    saga,
    undo,
    wait,
)
from tests.builders import sagas as every_shape
from tests.simulator.rehearsals import REHEARSED, UNFOLDED, definition, rehearsed, sagas


def budget_of(*steps: Step, sagas: dict[str, Saga] | None = None, **more: Any) -> Budget:
    more.setdefault("participants", [participant("shop")])
    return budget(Flow(saga(*steps, **more), sagas or {}), sagas)


def forward(step: Step, **more: Any) -> Share:
    return budget_of(step, **more).forward[0]


def back(step: Step, **more: Any) -> Share:
    return budget_of(step, **more).back[0]


# -- one step

THRICE = retry(3, initial_s=1.0, factor=2.0, max_s=60.0)


@pytest.mark.parametrize(
    ("step", "share"),
    [
        (act("a"), Share(10.0, 10.0)),
        (act("a", retry=THRICE), Share(10.0, 33.0)),
        (act("a", retry=THRICE, status_query=True), Share(10.0, 43.0)),
        (act("a", retry=THRICE, timeout_s=2.0), Share(2.0, 9.0)),
        (act("a", retry=FOREVER), Share(10.0, 10.0, "forever")),
        (act("a", retry=FOREVER, status_query=True), Share(10.0, 10.0, "forever")),
        (wait("a", timeout_s=86400.0), Share(86400.0, 86400.0)),
        (wait("a"), Share(0.0, 0.0, "timeout")),
        (local("a"), Share()),
        (local("a", retry=THRICE), Share(0.0, 3.0)),
        (act("a", reply=False), Share()),
        (act("a", reply=False, status_query=True), Share(10.0, 20.0)),
        (act("a", for_each="input.items", max_items=7), Share(10.0, 70.0)),
        (act("a", for_each="input.items", max_items=7, parallel=3), Share(10.0, 30.0)),
        (act("a", for_each="input.items", max_items=7, parallel=True), Share(10.0, 10.0)),
        (act("a", for_each="input.items", parallel=True), Share(10.0, 10.0)),
        (act("a", for_each="input.items"), Share(10.0, 10.0, "items")),
        (Step(id="a", saga="elsewhere"), Share(0.0, 0.0, "saga")),
        (Step(id="a", saga="elsewhere", timeout_s=60.0), Share(60.0, 60.0, "saga")),
    ],
)
def test_a_step_takes_its_tries_its_pauses_and_its_question(step: Step, share: Share) -> None:
    assert forward(step) == share


def test_without_a_timeout_there_is_no_bound() -> None:
    assert forward(act("a", retry=THRICE), timeout_s=None) == Share(0.0, 3.0, "timeout")


@pytest.mark.parametrize(
    ("step", "worst_s", "gap"),
    [
        (act("a"), 10.0, None),
        (act("a", compensation=undo(retry=3)), 33.0, None),
        (act("a", compensation=undo(retry=3, fallback="Voucher")), 66.0, None),
        (act("a", compensation=undo(retry="forever")), 10.0, "forever"),
        (act("a", compensation=undo(reply=False)), 0.0, None),
        (act("a", for_each="input.items", max_items=7, parallel=3), 30.0, None),
        (local("a"), 0.0, None),
        (wait("a", timeout_s=5.0), 0.0, None),
        (pivot("a"), 0.0, None),
        (Step(id="a", saga="elsewhere"), 0.0, "saga"),
    ],
)
def test_a_compensation_takes_its_tries_and_those_of_its_fallback(step: Step, worst_s: float, gap: str | None) -> None:
    assert (back(step).worst_s, back(step).gap) == (worst_s, gap)


def test_the_type_of_a_list_may_limit_it() -> None:
    source = act("s", output={"found": {"type": "array", "maxItems": 4}})
    bounded = saga(
        source,
        act("a", for_each="input.items", parallel=2),
        act("b", for_each="steps.s.output.found"),
        act("c", for_each="input.more"),
        act("d"),
        input={"items": {"type": "array", "maxItems": 5}, "more": {"type": "array", "maxItems": 10**400}},
    )
    assert [items(bounded, step) for step in bounded.steps] == [1, 5, 4, None, 1]
    assert [rounds(bounded, step) for step in bounded.steps] == [1, 3, 4, None, 1]


# -- the way forward


def path(found: Budget) -> tuple[float, str]:
    return found.to_commit.total_s, " ".join(found.flow.steps[index].id for index in found.to_commit.steps)


def timed(id: str, timeout_s: float, **more: Any) -> Step:
    return act(id, timeout_s=timeout_s, **more)


def test_steps_after_each_other_add_up_and_steps_beside_each_other_do_not() -> None:
    branches = [timed("a", 1.0), timed("b", 2.0, after="a"), timed("c", 5.0, after="a"), timed("d", 1.0, after="b c")]
    assert path(budget_of(*branches)) == (7.0, "a c d")
    assert path(budget_of(*branches, timed("e", 8.0, after=""))) == (8.0, "e")


def test_what_comes_after_the_pivot_is_not_on_the_way_to_it() -> None:
    found = budget_of(timed("a", 1.0), pivot("p", timeout_s=2.0), retriable("m", timeout_s=4.0))
    assert path(found) == (3.0, "a p")
    assert (found.to_commit.is_bounded, found.to_end.is_bounded) == (True, False)
    assert found.to_end.total_s == found.past_commit.total_s == 7.0


def test_without_a_pivot_a_run_can_be_rolled_back_to_its_end() -> None:
    assert path(budget_of(timed("a", 1.0), timed("b", 2.0))) == (3.0, "a b")
    assert budget_of(timed("a", 1.0)).past_commit.total_s == 0.0


def test_a_branch_beside_the_pivot_does_not_delay_it() -> None:
    found = budget_of(timed("a", 1.0), timed("b", 9.0, after="a"), pivot("p", after="a", timeout_s=2.0))
    assert path(found) == (3.0, "a p")
    assert found.to_end.total_s == 10.0


def test_steps_that_exclude_each_other_never_add_up() -> None:
    steps = [
        timed("a", 3.0, when={"way": "left"}),
        timed("b", 4.0, when={"way": "right"}),
        timed("c", 1.0, when={"way": "left", "size": "large"}),
        timed("d", 2.0, when={"size": "small"}),
    ]
    found = budget_of(*steps, choices=[choice("way", "left", "right"), choice("size", "large", "small")])
    assert path(found) == (6.0, "b d")
    assert sorted(found.ways) == [0b0010, 0b0101, 0b1001, 0b1010]


def test_an_outcome_that_no_step_asks_for_is_a_way_too() -> None:
    found = budget_of(timed("a", 3.0, when={"size": "large"}), choices=[choice("size", "large", "middle", "small")])
    assert found.ways == (0b1, 0b0)


def test_each_way_is_committed_by_its_own_pivot() -> None:
    steps = [
        pivot("give", timeout_s=1.0, when={"way": "left"}),
        timed("charge", 5.0, when={"way": "right"}),
        pivot("ship", timeout_s=2.0, when={"way": "right"}),
    ]
    found = budget_of(*steps, choices=[choice("way", "left", "right")])
    assert path(found) == (7.0, "charge ship")
    assert found.revocable == 0b111


def test_a_pivot_that_is_not_taken_commits_nothing() -> None:
    steps = [pivot("p", timeout_s=1.0, when={"way": "left"}), timed("a", 5.0)]
    found = budget_of(*steps, choices=[choice("way", "left", "right")])
    assert path(found) == (5.0, "a")


def test_a_join_by_any_waits_for_the_first_that_runs() -> None:
    steps = [
        timed("a", 3.0, after=""),
        timed("b", 9.0, after=""),
        listening("c", "ADone", "BDone", mode="any", timeout_s=1.0),
    ]
    assert budget_of(*steps).path(0b111, [3.0, 9.0, 1.0], lambda runs, done_s: 2).total_s == 4.0
    assert budget_of(*steps).path(0b110, [3.0, 9.0, 1.0], lambda runs, done_s: 2).total_s == 10.0


def test_many_choices_are_looked_at_in_part_and_say_so() -> None:
    choices = [choice(f"c{index}", "on", "off") for index in range(20)]
    steps = [timed(f"s{index}", 1.0, when={f"c{index}": "on"}) for index in range(20)]
    found = budget_of(*steps, choices=choices)
    assert len(found.ways) == MAX_WAYS
    assert (found.to_commit.total_s, found.to_commit.is_bounded) == (20.0, False)
    few = budget_of(*steps[:6], choices=choices)
    assert (len(few.ways), few.to_commit.is_bounded) == (MAX_WAYS, True)


def test_a_saga_without_steps_takes_no_time() -> None:
    found = budget(Flow(Saga(id="none")))
    assert found.to_commit == found.to_end == found.past_commit == found.way_back == Path()


# -- the way back


def test_the_way_back_is_the_reverse_of_the_order() -> None:
    steps = [timed("a", 1.0), timed("b", 2.0, after="a"), timed("c", 5.0, after="a"), pivot("p", after="b c")]
    found = budget_of(*steps)
    assert found.way_back.total_s == 1.0 * 10 + 10.0
    assert [found.flow.steps[index].id for index in found.way_back.steps] == ["b", "a"]
    assert found.path_back(found.ways[0], 1).total_s == 10.0
    assert budget_of(*steps, rollback={"order": "parallel"}).way_back.total_s == 10.0


def test_what_comes_after_the_pivot_is_not_undone() -> None:
    assert budget_of(act("a"), pivot("p"), act("late", kind="compensatable")).undoable == 0b1


def test_a_rollback_in_which_nobody_answers_takes_just_as_long() -> None:
    chain = saga(act("a"), act("b"), act("c", rejects="No"), rollback={"retry": retry(4, jitter=False)})
    lost = [f"{id}#*:compensation-request-lost" for id in "ab"]
    trace = rehearsed(chain, *lost, fail="c")
    started_s = next(moment.t_s for moment in trace.moments if moment.what == "rollback")
    within = saga(act("a"), act("b"), rollback={"retry": retry(4, jitter=False)})
    assert trace.duration_s - started_s == pytest.approx(budget(Flow(within)).way_back.total_s)
    assert len(trace.dead_letters) == 2


# -- nested sagas


def nested(inner: Saga, **more: Any) -> Share:
    return budget_of(Step(id="n", saga=inner.id, **more), sagas={inner.id: inner}).forward[0]


def test_a_nested_saga_takes_what_its_steps_take() -> None:
    inner = saga(timed("a", 1.0, retry=THRICE), timed("b", 2.0), id="inner")
    assert nested(inner) == Share(3.0, 8.0)
    assert budget_of(Step(id="n", saga="inner"), sagas={"inner": inner}).back[0].worst_s == 20.0


def test_its_deadline_cuts_short_what_can_still_be_rolled_back() -> None:
    steps = [timed("a", 1.0, retry=THRICE), pivot("p", timeout_s=2.0), act("m", timeout_s=3.0, kind="retriable")]
    assert nested(saga(*steps, id="inner")) == Share(6.0, 11.0)
    assert nested(saga(*steps, id="inner", deadline_s=4.0)) == Share(6.0, 7.0)
    assert nested(saga(act("a", retry=FOREVER), id="inner", deadline_s=40.0)) == Share(10.0, 40.0)
    late = saga(act("a"), pivot("p"), retriable("m"), id="inner", deadline_s=40.0)
    assert nested(late) == Share(30.0, 30.0, "forever")


def test_sagas_that_lead_back_to_each_other_have_no_bound() -> None:
    left, right = saga(Step(id="n", saga="right"), id="left"), saga(Step(id="n", saga="left"), id="right")
    assert budget(Flow(left), {"left": left, "right": right}).forward[0].gap == "saga"


def test_sagas_deep_inside_each_other_are_cut_off() -> None:
    chain = {f"s{depth}": saga(Step(id="n", saga=f"s{depth + 1}"), act("a"), id=f"s{depth}") for depth in range(40)}
    found = budget(Flow(chain["s0"]), chain)
    assert found.forward[0].gap == "saga"
    assert found.forward[0].worst_s > 100.0


# -- deadlines and durations


def test_a_deadline_that_starts_no_rollback_gives_no_budget() -> None:
    assert rollback_deadline_s(saga(act("a"))) is None
    assert rollback_deadline_s(saga(act("a"), deadline_s=60.0)) == 60.0
    assert rollback_deadline_s(saga(act("a"), deadline_s=60.0, rollback={"triggers": ("cancel",)})) is None
    assert rollback_deadline_s(saga(act("a"), deadline_s=60.0, rollback={"triggers": ("deadline",)})) == 60.0


@pytest.mark.parametrize(
    ("seconds", "long", "roomy"),
    [
        (0.46, "460ms", "5s"),
        (12.3, "12.3s", "15s"),
        (59.9999, "1m", "1m"),
        (60.0, "1m", "2m"),
        (73.0, "1m 13s", "2m"),
        (3599.9999, "1h", "1h"),
        (3691.5, "1h 1m 31.5s", "90m"),
        (90000.0, "1d 1h", "2d"),
        (1e12, "11574074d 1h 46m 40s", "3650d"),
    ],
)
def test_durations_for_people_and_for_pasting(seconds: float, long: str, roomy: str) -> None:
    assert (long_duration(seconds), roomy_duration(seconds)) == (long, roomy)
    assert parse_duration(roomy) is not None


# -- against what really happens


@pytest.mark.parametrize("name", REHEARSED + UNFOLDED)
def test_no_rehearsal_takes_longer_than_the_budget(name: str) -> None:
    plan = unfold(definition(name), sagas()).flow
    found = budget(plan)
    runs = 1 + (plan.saga.rollback.max_restarts or 0)
    endless = {step.id for step in plan.steps if step.action.tries is None}
    checked = 0
    for row in rows(plan, singles(plan)):
        if row is not None and not any(fault.step in endless for fault in (*row.case.faults, *row.beside)):
            most_s = (
                found.to_end.total_s if row.outcome == "completed" else found.to_end.total_s + found.way_back.total_s
            )
            assert row.duration_s <= runs * most_s, row
            checked += 1
    assert checked > 10


@given(every_shape())
def test_no_shape_upsets_the_sums(shape: Saga) -> None:
    found = budget(Flow(shape))
    assert 0 <= found.to_commit_once.total_s <= found.to_commit.total_s <= found.to_end.total_s
    assert found.past_commit.total_s <= found.to_end.total_s
    assert found.to_end.total_s <= sum(found.worst_s) + 1e-6
    assert found.way_back.total_s <= sum(share.worst_s for share in found.back) + 1e-6
