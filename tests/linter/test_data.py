"""A datum is there when every path brings it: checked against every order in which the steps may run."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.linter.data import gap
from sagactl.linter.facts import Facts
from sagactl.model import Saga
from tests.builders import sagas
from tests.linter.cases import CHARGE, SHIP, findings, flow
from tests.linter.data_cases import ASK, BY_ANSWER, TAKE
from tests.test_access import orders


@st.composite
def passing_on(draw: st.DrawFn) -> Saga:
    """A small saga in which the last step takes what some step brings."""
    whole = draw(sagas(most=5))
    source = draw(st.sampled_from(whole.steps))
    taker = draw(st.sampled_from(whole.steps))
    steps = []
    for step in whole.steps:
        if step is source:
            step = replace(step, output={"n": "number"}, on_timeout=None)
        if step.id == taker.id:
            step = replace(step, input={"n": f"steps.{source.id}.output.n"})
        steps.append(step)
    return replace(whole, steps=tuple(steps))


@given(passing_on())
@settings(max_examples=300)
def test_a_datum_is_missing_exactly_when_some_path_does_not_bring_it(saga: Saga) -> None:
    facts = Facts(saga)
    (datum,) = facts.data
    missing = any(
        datum.source not in order[: order.index(datum.step)] for order in orders(facts.flow) if datum.step in order
    )
    assert (gap(datum, facts) is not None) is missing


def help_of(text: str) -> str:
    return next(each.help for each in findings(text) if each.code == "SG701")


def test_the_remedy_fits_the_cause() -> None:
    beside = help_of(flow(f"{ASK}, after: []", f"{TAKE}, after: []", SHIP))
    assert beside == "let `take` wait for it:\nafter: [ask]"
    assert help_of(flow(TAKE, ASK, SHIP)) == "let `take` wait for it: move it behind `ask`"
    assert help_of(flow(f"{ASK}, reply: false", TAKE, SHIP)) == "wait for the answer; in `ask`:\nreply: true"
    by_choice = "input: {big: boolean}\nchoices: {size: {large: input.big, small: otherwise}}\n"
    skipped = help_of(flow(f"{ASK}, when: {{size: large}}", TAKE, SHIP, head=by_choice))
    assert skipped == "take `take` only where `ask` is taken:\nwhen: {size: large}"


def test_what_a_step_lacks_is_told_at_once() -> None:
    both = TAKE.replace("n: steps.ask.output.n", "n: steps.ask.output.n, m: [steps.ask.output.list]")
    (found,) = [each for each in findings(flow(both, ASK, SHIP)) if each.code == "SG701"]
    assert found.message == "`take` takes `steps.ask.output.n` (and 1 more), and `ask` comes later"
    assert len(found.related) == 2


def test_a_choice_is_named_with_the_step_that_needs_it_first() -> None:
    text = flow(f"{CHARGE}, when: {{size: large}}", ASK, SHIP, head=BY_ANSWER)
    (found,) = [each for each in findings(text) if each.code == "SG701"]
    assert found.message.startswith("choice `size`, which `charge` needs, asks for `steps.ask.output.n`")
