"""Values are dataclasses in all that can be asked of one, and do not change."""

from __future__ import annotations

import pickle
from copy import copy
from dataclasses import FrozenInstanceError, fields, replace
from typing import Any

import pytest

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


@pytest.mark.parametrize(
    ("given", "wrong"), [({}, "id"), ({"id": "a", "aftr": ()}, "aftr"), ({"aktion": "Do"}, "aktion, id")]
)
def test_what_is_missing_or_unknown_is_named(given: dict[str, Any], wrong: str) -> None:
    with pytest.raises(TypeError, match=f"Step: missing or unknown: {wrong}"):
        Step(**given)


def test_two_that_say_the_same_are_equal_wherever_they_stand() -> None:
    here, there = Retry(attempts=3, route=("defaults", "retry")), Retry(attempts=3, jitter=None)
    assert here == there and hash(here) == hash(there)
    assert here != Retry(attempts=4) and here != Accept() and here != "Retry"


def test_a_value_does_not_change() -> None:
    retry: Any = Retry(attempts=3)
    with pytest.raises(FrozenInstanceError):
        retry.attempts = 4
    with pytest.raises(FrozenInstanceError):
        del retry.attempts
    assert retry == replace(retry) and replace(retry, attempts=4).attempts == 4


def test_a_value_shows_what_it_says() -> None:
    assert repr(Accept(parked=("a",), route=("accept",))) == "Accept(parked=('a',))"


def test_values_can_be_copied_and_sent_to_another_process() -> None:
    drawn: Saga = saga(act("a"), act("b", retry=3))
    assert pickle.loads(pickle.dumps(drawn)) == drawn == copy(drawn)
    assert pickle.loads(pickle.dumps(drawn)).steps[1].retry == Retry(attempts=3)
