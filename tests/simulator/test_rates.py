"""How probable faults are: what the words mean, what they come to, and what is refused."""

from __future__ import annotations

from math import sqrt
from typing import Any

import pytest

from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.simulator import Plan, make_plan
from sagactl.simulator.many import Asked, Sample, sample
from sagactl.simulator.odds import Odds
from sagactl.simulator.rates import make_rates, make_slow
from sagactl.unfold import unfold
from tests.builders import act, pivot, saga, wait


def flow(**more: Any) -> Flow:
    steps = (act("reserve"), act("pay", rejects="Declined", retry=2), pivot("ship", retry="forever"))
    return unfold(saga(*steps, **more)).flow


def run(*words: str, runs: int = 4000, given: Flow | None = None) -> Sample:
    given = given or flow()
    return sample(given, make_plan(given), Odds(make_rates(given, words)), Asked(runs))


@pytest.mark.parametrize(
    ("words", "step", "faults", "expected"),
    [
        (["0.06"], "pay", ["reject", "fail", "request-lost"], [0.02, 0.02, 0.02]),
        (["6%"], "pay", ["reject", "fail", "request-lost"], [0.02, 0.02, 0.02]),
        (["0.06", "pay=0.3"], "pay", ["fail", "request-lost"], [0.15, 0.15]),
        (["0.06", "pay=0.3"], "ship", ["fail", "request-lost"], [0.03, 0.03]),
        (["0.06", "fail=0.5"], "pay", ["fail", "request-lost"], [0.5, 0.06]),
        (["fail=0.5", "pay:fail=0.1"], "pay", ["fail", "request-lost"], [0.1, 0.0]),
        (["pay:fail=0.1", "fail=0.5"], "pay", ["fail"], [0.1]),
        (["fail=0.5", "fail=0.2"], "ship", ["fail"], [0.2]),
        ([], "pay", ["fail"], [0.0]),
    ],
)
def test_the_nearest_statement_holds(words: list[str], step: str, faults: list[str], expected: list[float]) -> None:
    found = make_rates(flow(), words).among(step, faults)
    assert [chance for _, chance in found] == pytest.approx(expected)


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("often", "`often` states no rate"),
        ("1.5", "a rate is a number from 0 to 1"),
        ("nan", "a rate is a number from 0 to 1"),
        ("-0.1", "a rate is a number from 0 to 1"),
        ("101%", "a rate is a number from 0 to 1"),
        ("pya=0.1", "unknown step or fault `pya`"),
        ("pay:rejct=0.1", "unknown fault `rejct`"),
        ("pya:reject=0.1", "unknown step `pya`"),
        ("ship:reject=0.1", "`ship#*:reject` can never happen"),
        ("ship:compensation-fail=0.1", "can never happen"),
        ("send-lost=0.1", "`send-lost` can happen at no step"),
        ("deadline=0.1", "`deadline` can happen at no step"),
        ("late=0.1", "follows from latencies and timeouts"),
        ("pay:late=0.1", "follows from latencies and timeouts"),
    ],
)
def test_what_cannot_be_is_refused(word: str, message: str) -> None:
    with pytest.raises(UsageError, match=None) as refused:
        make_rates(flow(), [word])
    assert message in refused.value.message


def test_what_comes_close_is_named() -> None:
    with pytest.raises(UsageError) as refused:
        make_rates(flow(), ["pay:rejct=0.1"])
    assert refused.value.help == "did you mean `reject`?"


def test_the_faults_of_one_message_are_at_most_certain() -> None:
    make_rates(flow(), ["pay:fail=0.6", "pay:reject=0.4"])
    with pytest.raises(UsageError) as refused:
        make_rates(flow(), ["pay:fail=0.6", "pay:reject=0.4", "0.1"])
    assert refused.value.message == "the rates of faults of one request of `pay` add up to 1.1, more than 1"


def test_a_name_that_is_a_step_and_a_fault_is_refused() -> None:
    with pytest.raises(UsageError, match="a fault and a step"):
        make_rates(unfold(saga(act("fail"))).flow, ["fail=0.1"])


@pytest.mark.parametrize("word", ["shop", "shop=", "shop=fast", "shop=0", "shop=-1", "shop=nan", "=2", "shop=1e9"])
def test_a_factor_is_a_positive_number(word: str) -> None:
    with pytest.raises(UsageError, match="slows nobody down"):
        make_slow(flow(), [word])


def test_a_participant_that_is_slow_exists() -> None:
    assert make_slow(flow(), ["shop=3"]) == {"shop": 3.0}
    with pytest.raises(UsageError) as refused:
        make_slow(flow(), ["shpo=3"])
    assert refused.value.help == "did you mean `shop`?"


def assert_share(found: Sample, expected: float) -> None:
    """Within four standard deviations of the binomial distribution; the seeds are always the same."""
    runs = found.tally.runs
    bound = 4 * sqrt(expected * (1 - expected) / runs)
    assert found.tally.ended("compensated") / runs == pytest.approx(expected, abs=bound)


def test_a_rejection_happens_as_often_as_stated() -> None:
    found = run("pay:reject=0.05")
    assert_share(found, 0.05)


def test_independent_chances_multiply() -> None:
    """Two tries that must both fail, at 20 % each, and each of them after the first step."""
    found = run("pay:fail=0.2")
    assert_share(found, 0.04)


@pytest.mark.parametrize(("rate", "outcome"), [("pay:reject=1", "compensated"), ("0", "completed")])
def test_what_is_certain_always_happens(rate: str, outcome: Any) -> None:
    assert run(rate, runs=200).tally.ended(outcome) == 200


def test_a_fault_of_the_run_happens_only_when_it_is_named() -> None:
    assert run("0.3", runs=500).tally.violations() == {}
    found = run("reserve:cancel=0.5", runs=2000)
    assert_share(found, 0.5)


def test_a_crash_happens_once_for_each_message() -> None:
    assert run("crash=1", runs=50).tally.ended("completed") == 50


def test_a_wait_may_never_be_answered() -> None:
    given = unfold(saga(act("pay"), wait("approve", timeout_s=60.0))).flow
    found = run("approve:request-lost=0.5", runs=2000, given=given)
    assert_share(found, 0.5)


def test_a_rate_that_no_run_can_meet_is_told() -> None:
    assert run("reserve:compensation-fail=0.1", runs=100).unreached == ("reserve:compensation-fail=0.1",)
    assert run("reserve:compensation-fail=0.1", "pay:reject=0.5", runs=100).unreached == ()
    assert run("reserve:compensation-fail=0", runs=100).unreached == ()


def test_a_planned_fault_that_no_run_meets_is_told() -> None:
    given = flow()
    plan: Plan = make_plan(given, faults=["pay#2:fail"])
    assert sample(given, plan, Odds(), Asked(50)).unreached == ("pay#2:fail",)
    both = make_plan(given, faults=["pay#1:fail", "pay#2:fail"])
    found = sample(given, both, Odds(), Asked(50))
    assert (found.unreached, found.tally.ended("compensated")) == ((), 50)
