"""Scenarios are played and compared; what they name wrongly is told at its place."""

from __future__ import annotations

from typing import Any

import pytest

from sagactl.flow import flow
from sagactl.scenario import Expectation, Letter, Scenario
from sagactl.simulator.scenarios import Difference, mistakes, play
from tests.builders import act, choice, participant, pivot, retriable, saga
from tests.runner import sagactl
from tests.simulator.rehearsals import DEFINITIONS

PLAN = flow(
    saga(
        act("book"),
        act("pay", rejects="No", retry=3),
        act("rush", when={"way": "fast"}),
        pivot("ship", rejects="No"),
        retriable("tell"),
        choices=[choice("way", "fast", "slow")],
    )
)


def scenario(expect: Expectation | Any = "compensated", **more: Any) -> Scenario:
    expectation = expect if isinstance(expect, Expectation) else Expectation(expect)
    return Scenario("n", expectation, route=("scenarios", 0), **more)


def test_every_definition_has_scenarios_and_all_of_them_pass() -> None:
    result = sagactl("test", str(DEFINITIONS))
    assert (result.code, result.err) == (0, ""), result.out
    definitions = {path.name.split(".")[0] for path in DEFINITIONS.glob("*.saga.yaml")}
    assert {path.name.split(".")[0] for path in DEFINITIONS.glob("*.scenarios.yaml")} == definitions


@pytest.mark.parametrize(
    ("expect", "more", "differences"),
    [
        (Expectation("compensated"), {"fail": ("pay",)}, []),
        (Expectation("completed"), {"fail": ("pay",)}, [("outcome", "completed", "compensated")]),
        (Expectation("compensated", executed=("book",), compensated=("book",)), {"fail": ("pay",)}, []),
        (
            Expectation("compensated", compensated=("book", "pay")),
            {"fail": ("ship",)},
            [("compensated", ("book", "pay"), ("pay", "book"))],
        ),
        (Expectation("completed", executed=()), {}, [("executed", (), ("book", "pay", "ship", "tell"))]),
        (Expectation("parked", dead_letters=(Letter("pay"),)), {"fail": ("ship",), "fail_undo": ("pay",)}, []),
        (Expectation("parked", dead_letters=(Letter("pay", "error"),)), {"fail": ("ship",), "fail_undo": ("pay",)}, []),
        (
            Expectation("parked", dead_letters=(Letter("pay", "timeout"), Letter("book"))),
            {"fail": ("ship",), "fail_undo": ("pay",)},
            [("dead_letters", ("book", "pay: timeout"), ("pay: error",))],
        ),
        (Expectation("compensated", dead_letters=(), skipped=(), violations=()), {"fail": ("pay",)}, []),
        (Expectation("compensated", duration_at_most_s=0.001), {"fail": ("book",)}, [("duration", "at most 1ms", "200ms")]),
        (Expectation("compensated", duration_at_most_s=0.2), {"fail": ("book",)}, []),
        (Expectation("completed"), {"fail": ("rush",)}, [("faults", ("rush#*:fail",), ())]),
        (Expectation("compensated"), {"fail": ("rush",), "choose": {"way": "fast"}}, []),
        (Expectation("completed", violations=("S1",)), {}, [("violations", ("S1",), ())]),
    ],
)  # fmt: skip
def test_differences_are_data(expect: Expectation, more: dict[str, Any], differences: list[Any]) -> None:
    played = play(PLAN, scenario(expect, **more))
    assert list(played.differences) == [Difference(*each) for each in differences]
    assert played.passed == (not differences)


def _repeated(idempotency: str | None) -> Any:
    return flow(saga(act("pay", retry=2, timeout_s=1.0), participants=[participant(idempotency=idempotency)]))


def test_a_promise_that_is_denied_shows_its_violation() -> None:
    faults = {"faults": ("pay:reply-lost",)}
    assert play(_repeated("key"), scenario("completed", **faults)).passed
    played = play(_repeated("none"), scenario("completed", **faults))
    assert played.differences == (Difference("violations", (), ("S1",)),)


def test_what_nobody_has_promised_counts_only_where_violations_are_written() -> None:
    faults = {"faults": ("pay:reply-lost",)}
    assert play(_repeated(None), scenario("completed", **faults)).passed
    written = Expectation("completed", violations=())
    assert play(_repeated(None), scenario(written, **faults)).differences == (Difference("violations", (), ("S1",)),)


@pytest.mark.parametrize(
    ("given", "route", "part", "message", "help"),
    [
        (scenario(fail=("pai",)), ("fail", 0), "value", "unknown step `pai`", "did you mean `pay`?"),
        (scenario(fail=("pay",), timeout=("shop",)), ("timeout", 0), "value", "unknown step `shop`", ""),
        (scenario(fail_undo=("ship",)), ("fail_undo", 0), "value", "no compensation that could fail", "possible at"),
        (scenario(faults=("pay:fail", "pay")), ("faults", 1), "value", "`pay` names no fault", "STEP:FAULT"),
        (scenario(faults=("pay#4:fail",)), ("faults", 0), "value", "tried 3 times at most", "possible at"),
        (scenario(choose={"wey": "fast"}), ("choose", "wey"), "key", "unknown choice `wey`", "did you mean `way`?"),
        (scenario(choose={"way": "fats"}), ("choose", "way"), "value", "unknown outcome", "did you mean `fast`?"),
        (
            scenario(Expectation("parked", dead_letters=(Letter("tel"),))),
            ("expect", "dead_letters", 0), "value", "unknown step `tel`", "did you mean `tell`?",
        ),
        (scenario(Expectation("parked", skipped=("a",))), ("expect", "skipped", 0), "value", "unknown step `a`", ""),
    ],
)  # fmt: skip
def test_mistakes_are_told_at_their_place(given: Scenario, route: Any, part: str, message: str, help: str) -> None:
    (found,) = mistakes(PLAN, given)
    assert found.place == (("scenarios", 0, *route), part)
    assert message in found.message and help in found.help
