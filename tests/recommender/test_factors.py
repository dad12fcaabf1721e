"""Every threshold of every factor, the rule of thumb, and other people's weights."""

from __future__ import annotations

import math

import pytest

from sagactl.errors import UnknownName, UsageError
from sagactl.recommender import FACTORS, Weights, recommend, weights_from
from sagactl.recommender.factors import NAMES, Band, by_score, reason
from sagactl.recommender.facts import Counts, collect

from .builders import chain, saga

THRESHOLDS: list[tuple[str, Counts, float]] = [
    *(
        ("participants", Counts(participants=n), points)
        for n, points in ((1, -2), (2, -2), (3, -1), (4, 0), (5, 1.5), (6, 2.5), (20, 2.5))
    ),
    *(
        ("steps", Counts(steps=n), points)
        for n, points in ((2, -1.5), (3, -1.5), (4, -0.5), (5, 1), (6, 2), (8, 2), (9, 3), (1000, 3))
    ),
    *(("branching", Counts(choices=n), points) for n, points in ((0, -1), (1, 1), (2, 2), (9, 2))),
    *(("rollback-chain", Counts(rollback_chain=n), points) for n, points in ((0, -1), (1, -1), (2, 0), (3, 1.5))),
    *(("service-cycles", Counts(service_cycles=n), points) for n, points in ((0, -0.5), (1, 0.5), (2, 0.5), (3, 1.5))),
    *(("join", Counts(joins=n), points) for n, points in ((0, 0), (1, 1.5), (4, 1.5))),
    *(
        ("reactions", Counts(steps=steps, reactions=n), points)
        for steps, n, points in (
            (0, 0, 0),
            (3, 1, 0),
            (7, 3, -0.5),
            (71, 29, 0),
            (70, 30, -0.5),
            (4, 6, -0.5),
            (2, 3, -0.5),
            (39, 61, -2),
            (1, 6, -2),
        )
    ),
    *(("deadline", Counts(deadline=on), points) for on, points in ((False, 0), (True, 1))),
    *(("human-wait", Counts(human_waits=n), points) for n, points in ((0, 0), (1, 1.5), (3, 1.5))),
    ("visibility", Counts(), 0),
    ("visibility", Counts(visibility=True), 1.5),
    ("visibility", Counts(audit=True), 1.5),
    ("visibility", Counts(visibility=True, audit=True), 1.5),
    *(("contexts", Counts(contexts=n), points) for n, points in ((0, 0), (1, 0.5), (2, 0), (3, -1.5), (7, -1.5))),
    ("throughput", Counts(), 0),
    ("throughput", Counts(high_throughput=True), -1.5),
    ("throughput", Counts(latency=True), -1.5),
    ("throughput", Counts(high_throughput=True, latency=True), -1.5),
    *(("changes-often", Counts(changes_often=on), points) for on, points in ((False, 0), (True, 1))),
    *(
        ("no-single-point-of-failure", Counts(no_single_point_of_failure=on), points)
        for on, points in ((False, 0), (True, -1))
    ),
]

BY_NAME = {factor.name: factor for factor in FACTORS}


@pytest.mark.parametrize(("name", "counts", "points"), THRESHOLDS)
def test_threshold(name: str, counts: Counts, points: float) -> None:
    assert Weights().points(BY_NAME[name], counts) == points


def test_every_factor_has_its_thresholds_tested() -> None:
    assert {name for name, _, _ in THRESHOLDS} == set(NAMES)


def test_every_factor_has_a_source_and_a_reason_for_each_side() -> None:
    for factor in FACTORS:
        assert factor.source
        points = [band.points for band in factor.bands]
        assert bool(factor.for_orchestration) == (max(points) > 0)
        assert bool(factor.for_choreography) == (min(points) < 0)


@pytest.mark.parametrize(
    ("counts", "verdict", "score", "thumb"),
    [
        (Counts(steps=5, participants=5, rollback_chain=2), "orchestration", 1.0, True),
        (Counts(steps=5, participants=5, rollback_chain=2, deadline=True), "orchestration", 2.0, False),
        (Counts(steps=4, participants=4, rollback_chain=2, deadline=True), "choreography", -1.0, True),
        (Counts(steps=4, participants=4, choices=1, rollback_chain=2), "orchestration", 0.0, True),
        (Counts(steps=4, participants=5, rollback_chain=3, joins=1), "orchestration", 2.5, False),
        (Counts(steps=4, participants=4, rollback_chain=2, service_cycles=1), "choreography", -1.0, True),
        (Counts(steps=9, participants=9, rollback_chain=3, contexts=3), "hybrid", 4.0, False),
        (Counts(steps=4, participants=4, rollback_chain=3, contexts=3), "choreography", -2.0, False),
    ],
)
def test_verdict_by_score(counts: Counts, verdict: str, score: float, thumb: bool) -> None:
    assert by_score(counts) == (verdict, score, thumb)


def test_reasons_hold_the_numbers() -> None:
    facts = collect(saga(chain(5), deadline=True))
    told = {factor.name: reason(factor, facts, 1.0) for factor in FACTORS}
    assert told["participants"].startswith("5 participants on the backbone (`p0`, `p1`, `p2`, `p3`, `p4`): ")
    assert told["steps"].startswith("5 steps to coordinate")
    assert told["rollback-chain"].startswith("a failure can force 4 compensations in a row (of `s0`, ")
    assert told["deadline"].startswith("a deadline of 15m: ")


# -- weights


def test_weights_multiply_and_replace() -> None:
    given = saga(chain(5))
    plain = recommend(given)
    doubled = recommend(given, weights=weights_from({"steps": 2}))
    assert doubled.score == plain.score + 1.0
    replaced = recommend(given, weights=weights_from({"steps": [[4, 0], ["more", -9]]}))
    assert replaced.score == plain.score - 10.0


def test_zero_leaves_a_factor_out() -> None:
    assert weights_from({"contexts": 0}) == Weights().without("contexts")
    counts = Counts(steps=9, participants=9, rollback_chain=3, contexts=3)
    assert by_score(counts, weights_from({"contexts": 0})).verdict == "orchestration"


def test_unknown_factor_is_an_error_with_a_suggestion() -> None:
    with pytest.raises(UnknownName) as caught:
        weights_from({"participant": 1})
    assert caught.value.help == "did you mean `participants`?"
    with pytest.raises(UnknownName):
        Weights(multipliers={"nothing-like-it": 1.0})
    with pytest.raises(UnknownName):
        Weights().without("joins-of-some-kind")


@pytest.mark.parametrize(
    "written",
    [
        "2",
        True,
        None,
        math.nan,
        math.inf,
        [],
        [[3]],
        [[3, "x"]],
        [[3, 1]],
        [["more", 1], [3, 1]],
        [[3, 1], [3, 2], ["more", 0]],
        [[True, 1], ["more", 0]],
        [[math.nan, 1], ["more", 0]],
        [[3, math.inf], ["more", 0]],
    ],
)
def test_weights_that_are_none(written: object) -> None:
    with pytest.raises(UsageError):
        weights_from({"steps": written})


def test_a_band_may_end_before_its_bound() -> None:
    assert not Band(0.3, 0.0, inclusive=False).holds(0.3)
    assert Band(0.3, 0.0).holds(0.3)
