"""Values are dataclasses in all that can be asked of one."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import fields, replace

from sagactl.flow import flow
from sagactl.model import Accept, Retry, Saga, Step
from tests.builders import act, saga


def test_what_is_not_given_is_the_default() -> None:
    step = Step(id="a")
    assert (step.after, step.rejects, dict(step.when), step.route) == (None, (), {}, ())
    assert [field.name for field in fields(Retry)] == [
        "attempts",
        "initial_s",
        "factor",
        "max_s",
        "jitter",
        "only",
        "route",
    ]


def test_two_that_say_the_same_are_equal_wherever_they_stand() -> None:
    here, there = Retry(attempts=3, route=("defaults", "retry")), Retry(attempts=3, jitter=None)
    assert here == there and hash(here) == hash(there)
    assert here != Retry(attempts=4) and here != Accept() and here != "Retry"


def test_a_changed_value_is_another_one() -> None:
    retry = Retry(attempts=3)
    assert retry == replace(retry) and replace(retry, attempts=4).attempts == 4
    assert retry.attempts == 3


def test_steps_of_a_flow_are_themselves_alone() -> None:
    step = flow(saga(act("a"))).steps[0]
    assert step != replace(step) and len({step, replace(step)}) == 2


def test_a_value_shows_what_it_says() -> None:
    assert repr(Accept(parked=("a",), route=("accept",))) == "Accept(parked=('a',))"


def test_values_can_be_copied_and_sent_to_another_process() -> None:
    drawn: Saga = saga(act("a"), act("b", retry=3))
    assert pickle.loads(pickle.dumps(drawn)) == drawn == copy(drawn)
    assert pickle.loads(pickle.dumps(drawn)).steps[1].retry == Retry(attempts=3)
