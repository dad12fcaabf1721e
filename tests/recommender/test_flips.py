"""What is said to flip the verdict does flip it, however the saga looks."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sagactl.model import Deadline, Requires, Saga, Step
from sagactl.recommender import Flip, Weights, recommend, with_setting
from sagactl.recommender.changes import MOST_UNITS, changes
from sagactl.recommender.facts import Counts, collect
from sagactl.recommender.recommendation import decide

from .builders import act, chain, choice, done, person, pivot, reaction, read, saga

COUNTS = st.builds(
    Counts,
    steps=st.integers(0, 10),
    participants=st.integers(0, 8),
    choices=st.integers(0, 4),
    rollback_chain=st.integers(0, 6),
    service_cycles=st.integers(0, 4),
    joins=st.integers(0, 2),
    reactions=st.integers(0, 8),
    human_waits=st.integers(0, 2),
    contexts=st.integers(0, 4),
    deadline=st.booleans(),
    visibility=st.booleans(),
    audit=st.booleans(),
    high_throughput=st.booleans(),
    latency=st.booleans(),
    changes_often=st.booleans(),
    no_single_point_of_failure=st.booleans(),
    engine=st.booleans(),
)

BUILD = {"done": done, "draft": act, "reaction": reaction, "read": read, "pivot": pivot}


@st.composite
def sagas(draw: st.DrawFn) -> Saga:
    """Sagas of any shape, sensible or not."""
    steps: list[Step] = []
    for index in range(draw(st.integers(0, 9))):
        kind = draw(st.sampled_from(("done", "done", "done", "draft", "reaction", "read", "pivot", "wait")))
        after = draw(st.none() | st.sets(st.sampled_from([step.id for step in steps] or ["s0"]), max_size=3))
        when = {"c": draw(st.sampled_from(("yes", "no")))} if draw(st.integers(0, 3)) == 0 else {}
        more = {"after": None if after is None or not steps else tuple(sorted(after)), "when": when}
        if kind == "wait":
            steps.append(person(f"s{index}", **more))
        else:
            steps.append(BUILD[kind](f"s{index}", f"p{draw(st.integers(0, 6))}", **more))
    requires = Requires(
        audit=draw(st.none() | st.booleans()),
        throughput=draw(st.sampled_from((None, "high"))),
        changes_often=draw(st.none() | st.booleans()),
        no_single_point_of_failure=draw(st.none() | st.booleans()),
        engine=draw(st.sampled_from((None, None, "temporal"))),
    )
    contexts = {f"p{index}": f"c{draw(st.integers(0, 4))}" for index in range(draw(st.integers(0, 7)))}
    return saga(steps, contexts=contexts, deadline=draw(st.booleans()), requires=requires)


def _applied(given: Saga, flip: Flip) -> Saga | None:
    """The saga after a change that can be made without inventing steps, or None."""
    name, on = flip.name[:-1], flip.name.endswith("+")
    if name == "deadline":
        return replace(given, deadline=Deadline(after_s=60.0) if on else None)
    if name.startswith("requires.") and on:
        value = {"requires.throughput": "high", "requires.latency": "1s", "requires.engine": "any"}.get(name, "true")
        return with_setting(given, name, value)
    if name.startswith("requires."):
        attribute = {"latency": "latency_s"}.get(name.removeprefix("requires."), name.removeprefix("requires."))
        dropped: dict[str, Any] = {attribute: None}
        return replace(given, requires=replace(given.requires, **dropped))
    if name == "branch" and on and collect(given).backbone:
        # A new choice at a step that matters changes nothing but the number of choices.
        first = collect(given).backbone[0].id
        new = {f"new{unit}": "yes" for unit in range(flip.units)}
        steps = tuple(replace(s, when={**s.when, **new}) if s.id == first else s for s in given.steps)
        return replace(given, steps=steps, choices={**given.choices, **{id: choice(id) for id in new}})
    return None


@settings(max_examples=400, deadline=None)
@given(sagas())
def test_flips_are_true(given_saga: Saga) -> None:
    found = recommend(given_saga)
    for flip in found.flips:
        assert (flip.verdict == found.recommendation) == (flip.kind == "tie")
        if flip.kind in ("factor", "tie"):
            again = recommend(given_saga, weights=Weights().without(flip.name))
            assert (again.recommendation, again.score) == (flip.verdict, flip.score)
        elif flip.kind == "change":
            assert flip.counts is not None
            assert decide(flip.counts)[:2] == (flip.verdict, flip.score)
            changed = _applied(given_saga, flip)
            if changed is not None:
                again = recommend(changed)
                assert (again.recommendation, again.score) == (flip.verdict, flip.score), flip.sentence


@settings(max_examples=200, deadline=None)
@given(sagas())
def test_strength_means_what_it_says(given_saga: Saga) -> None:
    found = recommend(given_saga)
    factors = [flip for flip in found.flips if flip.kind == "factor"]
    if found.decided_by is None:
        assert (found.strength == "weak") == (-1.5 < found.score < 1.5)
    if found.strength != "weak":
        assert (found.strength == "clear") == bool(factors)


@settings(max_examples=100, deadline=None)
@given(sagas())
def test_the_same_saga_gets_the_same_answer(given_saga: Saga) -> None:
    assert recommend(given_saga) == recommend(given_saga)


@settings(max_examples=100, deadline=None)
@given(sagas())
def test_the_score_is_the_sum_of_its_factors(given_saga: Saga) -> None:
    found = recommend(given_saga)
    assert found.score == sum(factor.points for factor in found.factors)


@settings(max_examples=300, deadline=None)
@given(COUNTS)
def test_changes_are_one_kind_at_a_time_and_rise(counts: Counts) -> None:
    units = 1
    for change in changes(counts):
        assert units <= change.units <= MOST_UNITS
        units = change.units
        assert min(change.counts) >= 0
        differing = {name for name in Counts._fields if getattr(counts, name) != getattr(change.counts, name)}
        assert differing == {"steps", "participants"} if change.name.startswith("own-step") else len(differing) == 1


@pytest.mark.parametrize(
    ("given_saga", "sentence"),
    [
        (saga(chain(4), deadline=True), "one more branch makes it orchestration (score +2.5)"),
        (saga(chain(3)), "2 more branches make it orchestration (score -1, by the rule of thumb)"),
        (saga(chain(3), requires={"audit": True}), "`requires.engine: <name>` makes it orchestration (score -2.5)"),
        (saga(chain(4, 4), deadline=True), "`requires.audit: true` makes it orchestration (score +2)"),
        (
            saga(chain(5, 4)),
            "one step fewer and as many participants makes it choreography (score -0.5, by the rule of thumb)",
        ),
    ],
)
def test_nearest_change_as_a_sentence(given_saga: Saga, sentence: str) -> None:
    assert sentence in [flip.sentence for flip in recommend(given_saga).flips]


def test_an_engine_does_not_hide_what_the_flow_would_have_to_be() -> None:
    names = {flip.name for flip in recommend(saga(chain(3), requires={"audit": True})).flips}
    assert "requires.engine+" in names
    assert "branch+" in names


def test_a_change_never_takes_the_second_step_away() -> None:
    counts = collect(saga(chain(2))).counts
    assert all(change.counts.steps >= 2 for change in changes(counts))


def test_declared_style_is_compared_with_plain_verdicts_only() -> None:
    assert recommend(saga(chain(3), style="choreography")).agrees is True
    assert recommend(saga(chain(3), style="orchestration")).agrees is False
    assert recommend(saga(chain(3))).agrees is None
    assert recommend(saga((pivot("a", "p0"),), style="orchestration")).agrees is None


def test_without_the_audit_it_is_a_tie() -> None:
    """Whoever asks for an audit learns that nothing else speaks so clearly for the verdict."""
    given = saga(chain(5), requires={"audit": True, "no_single_point_of_failure": True, "throughput": "high"})
    found = recommend(given)
    ties = [flip.sentence for flip in found.flips if flip.kind == "tie" and flip.name == "visibility"]
    assert found.strength == "robust"
    assert ties == [
        "without the points for visibility or audit required (+1.5) it is a tie (score 0), "
        "and the rule of thumb says orchestration"
    ]
