"""Accesses and locks of a flow, checked against every order in which its steps may run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product

from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.access import Access, Locks, accesses, commute, runs_whenever
from sagactl.flow import Flow
from sagactl.model import Saga
from tests.builders import act, pivot, reading, saga, sagas


def test_accesses_come_in_the_order_of_the_flow() -> None:
    flow = Flow(
        saga(
            act("late", after="early", reads=("x",), writes=("x", "z"), write_mode="add"),
            reading("early", after=(), reads=("x",)),
            pivot("last", after="late", writes=("z",)),
        )
    )
    assert accesses(flow) == {
        "x": (Access("x", 1, True, False), Access("x", 0, True, True, "add", True)),
        "z": (Access("z", 0, False, True, "add", True), Access("z", 2, False, True)),
    }


def test_writes_commute_when_both_are_said_to_do_the_same() -> None:
    assert commute("add", "add") is True
    assert commute("append", "append") is True
    assert commute("add", "append") is False
    assert commute("set", None) is False
    assert commute("add", None) is None


def test_a_step_runs_whenever_those_with_its_conditions_do() -> None:
    narrow = act("a", when={"way": "left", "size": "small"})
    wide = act("b", when={"way": "left"})
    assert runs_whenever(wide, narrow)
    assert not runs_whenever(narrow, wide)
    assert runs_whenever(narrow, wide, act("c", when={"size": "small"}))
    assert runs_whenever(act("d"))


# -- every order


@st.composite
def locking(draw: st.DrawFn) -> Saga:
    """A small saga in which some steps take the lock of one resource and some release it."""
    whole = draw(sagas(most=5))
    steps = [
        replace(step, lock=lock and "x", unlock=unlock and "x")
        for step in whole.steps
        for lock, unlock in [draw(st.sampled_from(((None, None), (None, None), ("x", None), (None, "x"))))]
    ]
    return replace(whole, steps=tuple(steps))


def orders(flow: Flow) -> Iterator[tuple[int, ...]]:
    """Every order in which the steps of a completed run may happen, for all outcomes of the choices."""
    choices = list(flow.saga.choices.values())
    for outcomes in product(*(choice.outcomes for choice in choices)):
        way = {choice.id: outcome.id for choice, outcome in zip(choices, outcomes, strict=True)}
        taken = [
            step.index
            for step in flow.steps
            if all(way[choice] == outcome for choice, outcome in step.step.when.items())
        ]
        for order in permutations(taken):
            before = 0
            for index in order:
                if flow.descendants[index] & before:
                    break
                before |= 1 << index
            else:
                yield order


def held(flow: Flow, taker: int, order: tuple[int, ...]) -> tuple[int, ...]:
    """What happens after a lock is taken, up to and including its release."""
    found = []
    for index in order[order.index(taker) + 1 :]:
        found.append(index)
        if flow.saga.steps[index].unlock == "x":
            break
    return tuple(found)


@given(locking())
@settings(max_examples=150)
def test_a_step_that_may_run_under_a_lock_is_known_to(saga: Saga) -> None:
    flow = Flow(saga)
    for hold in Locks(flow).holds:
        for order in orders(flow):
            if hold.taker in order:
                under = held(flow, hold.taker, order)
                assert all(hold.during >> index & 1 for index in under)
                assert all(hold.releases >> i & 1 for i in under if saga.steps[i].unlock == "x")


@given(locking())
@settings(max_examples=150)
def test_what_surely_runs_under_a_lock_does_so_in_every_order(saga: Saga) -> None:
    flow = Flow(saga)
    locks = Locks(flow)
    for order in orders(flow):
        for hold in locks.holds:
            for index in order:
                if locks.keeps(hold) >> index & 1:
                    assert hold.taker in order
                    assert index == hold.taker or index in held(flow, hold.taker, order)


@given(locking())
@settings(max_examples=150)
def test_a_lock_that_covers_two_steps_is_not_released_between_them(saga: Saga) -> None:
    flow = Flow(saga)
    locks = Locks(flow)
    for order in orders(flow):
        for at, first in enumerate(order):
            until = locks.held_from("x", first)
            for last in order[at + 1 :]:
                if until >> last & 1:
                    between = order[at : order.index(last)]
                    assert not any(saga.steps[index].unlock == "x" for index in between)


@given(sagas(most=6))
def test_steps_are_apart_when_their_conditions_contradict_each_other(saga: Saga) -> None:
    from sagactl.flow import exclusive

    locks = Locks(Flow(saga))
    for index, step in enumerate(saga.steps):
        for other, another in enumerate(saga.steps):
            assert bool(locks.apart(index) >> other & 1) is exclusive(step, another)
