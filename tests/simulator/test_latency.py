"""How long a participant takes: quantiles of each distribution, and times that a seed draws."""

from __future__ import annotations

import subprocess
import sys
from itertools import pairwise
from statistics import NormalDist, fmean

import pytest

from sagactl.model import Latency, Participant, Step
from sagactl.simulator import make_plan, rehearse
from sagactl.simulator.chance import Seeded, base_of, mix, named, uniform
from sagactl.simulator.latency import normal_quantile, sample_s, slowed, typical_s
from sagactl.simulator.rates import make_rates
from sagactl.simulator.rehearsal import Draw
from sagactl.trace import Trace
from sagactl.unfold import unfold
from tests.builders import act, participant, saga
from tests.simulator.rehearsals import DEFINITIONS, definition

ROOT = DEFINITIONS.parent


def latency(shape: str, *values_s: float) -> Latency:
    return Latency(shape=shape, values_s=values_s)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("given", "at", "expected_s"),
    [
        (latency("fixed", 0.08), 0.99, 0.08),
        (latency("uniform", 0.01, 0.05), 0.25, 0.02),
        (latency("uniform", 0.01, 0.05), 0.5, 0.03),
        (latency("exponential", 0.1), 0.5, 0.0693147180559945),
        (latency("exponential", 0.1), 0.99, 0.4605170185988091),
        (latency("percentiles", 0.08, 2.0), 0.5, 0.08),
        (latency("percentiles", 0.08, 2.0), 0.99, 2.0),
        (latency("percentiles", 1.0, 1.0), 0.7, 1.0),
    ],
)
def test_a_uniform_number_stands_for_a_quantile(given: Latency, at: float, expected_s: float) -> None:
    assert sample_s(given, at) == pytest.approx(expected_s, rel=1e-12)


@pytest.mark.parametrize(
    ("given", "expected_s"),
    [
        (latency("fixed", 0.08), 0.08),
        (latency("uniform", 0.01, 0.05), 0.03),
        (latency("exponential", 0.1), 0.1),
        (latency("percentiles", 0.08, 2.0), 0.08),
    ],
)
def test_the_typical_time_is_in_the_middle(given: Latency, expected_s: float) -> None:
    assert typical_s(given) == pytest.approx(expected_s)


def test_normal_quantiles_are_those_of_the_standard_library() -> None:
    shares = [place / 1009 for place in range(1, 1009)] + [2**-54, 1e-12, 1e-300, 1 - 2**-53]
    assert [normal_quantile(share) for share in shares] == pytest.approx([NormalDist().inv_cdf(s) for s in shares])


def test_a_slow_participant_takes_every_time_so_much_longer() -> None:
    assert sample_s(slowed(latency("percentiles", 0.1, 1.0), 5), 0.3) == pytest.approx(
        5 * sample_s(latency("percentiles", 0.1, 1.0), 0.3)
    )


def test_draws_are_pinned() -> None:
    """The published test vector of SplitMix64, and numbers of ours that must never change."""
    assert mix(0x9E3779B97F4A7C15) == 0xE220A8397B1DCDAF
    assert named("latency", "charge-payment", "action", 1) == 0xB55F5495195EECE6
    assert uniform(base_of(7), named("arrival")) == 0.29426864773338984


def test_draws_are_uniform_and_those_of_neighbours_independent() -> None:
    name, other = named("one"), named("other")
    pairs = [(uniform(base_of(seed), name), uniform(base_of(seed), other)) for seed in range(20_000)]
    assert fmean(left for left, _ in pairs) == pytest.approx(0.5, abs=0.01)
    assert all(0 < left < 1 for left, _ in pairs)
    tenths = [sum(int(left * 10) == tenth for left, _ in pairs) for tenth in range(10)]
    assert sum((count - 2000) ** 2 / 2000 for count in tenths) < 27.9  # chi-squared, 9 degrees, 0.1 %
    assert fmean((left - 0.5) * (right - 0.5) for left, right in pairs) == pytest.approx(0, abs=0.003)
    assert fmean((left[0] - 0.5) * (right[0] - 0.5) for left, right in pairwise(pairs)) == pytest.approx(0, abs=0.003)


def drawn(seed: int, *steps: Step, rates: tuple[str, ...] = (), owner: Participant | None = None) -> Trace:
    flow = unfold(saga(*steps, participants=[owner or participant("shop")], retry=None)).flow
    return rehearse(flow, make_plan(flow), draw=Draw(Seeded(seed), make_rates(flow, rates)))


def test_without_a_seed_everything_takes_its_typical_time() -> None:
    owner = participant("shop", latency=latency("percentiles", 0.2, 3.0))
    flow = unfold(saga(act("pay"), participants=[owner])).flow
    assert rehearse(flow, make_plan(flow)).duration_s == pytest.approx(0.2)


def test_a_request_and_its_answer_together_take_what_was_drawn() -> None:
    given = latency("percentiles", 0.2, 3.0)
    times = sorted(drawn(seed, act("pay"), owner=participant("shop", latency=given)).duration_s for seed in range(2001))
    assert times[1000] == pytest.approx(0.2, rel=0.15)
    assert times[200] == pytest.approx(sample_s(given, 0.1), rel=0.15)
    name = named("latency", "pay", "action", 1, 0, 0, 0)
    expected_s = sample_s(given, Seeded(5).uniform(name))
    assert drawn(5, act("pay"), owner=participant("shop", latency=given)).duration_s == pytest.approx(expected_s)


def test_a_pause_is_drawn_from_the_range_that_the_machine_allows() -> None:
    """Failed at once, paused for half a second to a second, tried again."""
    rates = ("pay:fail=1",)
    pauses = []
    for seed in range(300):
        trace = drawn(seed, act("pay", retry=2), rates=rates)
        failed = next(moment.t_s for moment in trace.moments if moment.what == "failed")
        again = next(moment.t_s for moment in trace.moments if moment.what == "retrying")
        pauses.append(again - failed)
    assert 0.5 <= min(pauses) < 0.51
    assert 0.99 < max(pauses) <= 1.0
    assert fmean(pauses) == pytest.approx(0.75, abs=0.03)


def test_a_latency_beyond_the_timeout_is_a_late_message() -> None:
    owner = participant("shop", latency=latency("uniform", 10.0, 30.0))
    trace = drawn(1, act("pay"), owner=owner)
    assert any(moment.fault == "late" for moment in trace.moments)


def test_the_same_seed_gives_the_same_run_in_every_process() -> None:
    script = (
        "from tests.simulator.test_latency import order_run\n"
        "print([(m.what, m.step, round(m.t_s, 12)) for m in order_run(11).moments])"
    )
    told = {
        subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=ROOT).stdout
        for _ in range(2)
    }
    told.add(f"{[(m.what, m.step, round(m.t_s, 12)) for m in order_run(11).moments]}\n")
    assert len(told) == 1
    assert order_run(11).moments != order_run(12).moments


def order_run(seed: int) -> Trace:
    flow = unfold(definition("order-fulfillment")).flow
    return rehearse(flow, make_plan(flow), draw=Draw(Seeded(seed), make_rates(flow, ["0.1"])))
