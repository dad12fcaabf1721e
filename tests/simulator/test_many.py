"""Many runs: the same as so many rehearsals, counted; intervals, percentiles, queues, reports and refusals."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from random import Random

import pytest

from sagactl.model import Limits
from sagactl.simulator import make_plan
from sagactl.simulator.many import Asked, Sampling, sample
from sagactl.simulator.odds import Odds
from sagactl.simulator.plan import style_of
from sagactl.simulator.rates import make_rates, make_slow
from sagactl.simulator.table import Table
from sagactl.simulator.tally import Seen, Tally, Times, wilson
from sagactl.simulator.waiting import Queue
from sagactl.simulator.walk import walk
from sagactl.unfold import unfold
from tests.builders import act, pivot, saga
from tests.runner import sagactl
from tests.simulator.rehearsals import DEFINITIONS, REHEARSED, UNFOLDED, definition, sagas

ORDER = str(DEFINITIONS / "order-fulfillment.saga.yaml")


@pytest.mark.parametrize("name", REHEARSED + UNFOLDED)
def test_the_table_gives_what_rehearsals_give(name: str) -> None:
    """Parallel branches, choices, nested sagas, items, restarts, deadlines, crashes and cancels among them."""
    flow = unfold(definition(name), sagas()).flow
    crash = ["crash=0.05"] if style_of(flow) == "orchestration" else []
    for words in (["0.02"], ["0.2", *crash, "cancel=0.05"]):
        sampling = Sampling(flow, make_plan(flow), Odds(make_rates(flow, words)), Asked(100, way="table"))
        assert sampling.way == "table", "the first hundred runs are compared with rehearsals"


def test_a_planned_fault_is_walked_as_it_is_rehearsed() -> None:
    flow = unfold(definition("order-fulfillment")).flow
    plan = make_plan(flow, faults=["charge-payment:late", "reserve-items!:cancel", "create-shipment:duplicate"])
    assert Sampling(flow, plan, Odds(), Asked(100, way="table")).way == "table"


def test_a_table_that_is_too_small_still_gives_the_same() -> None:
    flow = unfold(definition("order-fulfillment")).flow
    odds = Odds(make_rates(flow, ["0.2"]))
    small, whole = (Table(flow, make_plan(flow), odds, most) for most in (10, 20_000))
    assert [walk(small, seed) for seed in range(200)] == [walk(whole, seed) for seed in range(200)]
    assert len(small.nodes) == 10 < len(whole.nodes)


def test_a_table_that_is_full_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = unfold(definition("order-fulfillment")).flow
    plan, odds = make_plan(flow), Odds(make_rates(flow, ["0.2"]))
    assert not any("remembered" in note for note in sample(flow, plan, odds, Asked(200, way="table")).notes)
    monkeypatch.setattr("sagactl.simulator.many.Table", partial(Table, most=10))
    found = sample(flow, plan, odds, Asked(200, way="table"))
    assert found.notes[-1] == "only the first 10 situations are remembered; others are found anew each time"


def test_a_table_that_is_wrong_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = unfold(definition("order-fulfillment")).flow
    odds = Odds(make_rates(flow, ["0.2"]))
    right = sample(flow, make_plan(flow), odds, Asked(200))
    monkeypatch.setattr("sagactl.simulator.walk.sample_s", lambda latency, uniform: 0.25)
    rehearsed = sample(flow, make_plan(flow), odds, Asked(200))
    assert (right.way, rehearsed.way) == ("table", "rehearsed")
    assert rehearsed.tally.endings == right.tally.endings
    assert rehearsed.tally.all.bins == right.tally.all.bins


def test_the_seed_decides_everything() -> None:
    flow = unfold(definition("order-fulfillment")).flow
    odds = Odds(make_rates(flow, ["0.1"]))
    first, again, other = (sample(flow, make_plan(flow), odds, Asked(500, seed)) for seed in (3, 3, 503))
    assert first.tally.endings == again.tally.endings
    assert first.tally.all.bins == again.tally.all.bins != other.tally.all.bins
    both = sample(flow, make_plan(flow), odds, Asked(1000, 3))
    assert both.tally.ended("completed") == first.tally.ended("completed") + other.tally.ended("completed")


# -- counting


@pytest.mark.parametrize(
    ("hits", "of", "least", "most"),
    [
        (81, 263, 0.2553, 0.3662),  # Newcombe, Statistics in Medicine 17 (1998), table I
        (15, 148, 0.0624, 0.1605),
        (0, 20, 0.0, 0.1611),
        (1, 29, 0.0061, 0.1718),
        (20, 20, 0.8389, 1.0),
        (0, 0, 0.0, 1.0),
    ],
)
def test_intervals_are_the_published_ones(hits: int, of: int, least: float, most: float) -> None:
    found = wilson(hits, of)
    assert (found.least, found.most) == pytest.approx((least, most), abs=5e-5)


def test_percentiles_are_right_to_half_a_thousandth() -> None:
    numbers = sorted(Random(seed).lognormvariate(0, 2) for seed in range(5001))
    times = Times()
    for number in numbers:
        times.add(number)
    for percent in (1, 50, 90, 99, 99.9):
        rank = -int(-5001 * percent // 100)
        assert times.percentile_s(percent) == pytest.approx(numbers[rank - 1], rel=5e-4)
    assert times.percentile_s(100) == times.longest_s == numbers[-1]
    assert times.mean_s == pytest.approx(sum(numbers) / 5001)
    assert sum(count for _, _, count in times.columns(7)) == 5001
    assert len(times.bins) < 5001


def test_times_of_zero_are_times() -> None:
    times = Times()
    times.add(0.0)
    assert (times.percentile_s(50), times.longest_s, list(times.columns(2))) == (
        0.0,
        0.0,
        [(0.0, 0.0, 1), (0.0, 0.0, 0)],
    )


def test_memory_does_not_grow_with_the_number_of_runs() -> None:
    flow = unfold(definition("order-fulfillment")).flow
    odds = Odds(make_rates(flow, ["0.02"]))
    few, many = (sample(flow, make_plan(flow), odds, Asked(runs, way="table")) for runs in (2_000, 20_000))
    assert len(many.tally.endings) < 3 * len(few.tally.endings)
    assert len(many.tally.all.bins) < 4 * len(few.tally.all.bins) < 6_000


def test_the_first_seed_of_an_end_repeats_it() -> None:
    flow = unfold(definition("order-fulfillment")).flow
    found = sample(flow, make_plan(flow), Odds(make_rates(flow, ["0.3"])), Asked(300))
    for ending, seen in found.tally.endings.items():
        again = sample(flow, make_plan(flow), Odds(make_rates(flow, ["0.3"])), Asked(1, seen.first_seed))
        assert again.tally.endings == {ending: Seen(1, seen.first_seed)}


# -- waiting


def test_waiting_follows_from_arrivals_and_durations() -> None:
    """Two places; by hand: at 0 for 5, at 1 for 5, at 2 waits until 5 for 1, at 3 waits until 6 for 1, at 9 for 1."""
    queue = Queue(2, 1.0)
    waits = [queue.arrive(at_s, duration_s) for at_s, duration_s in ((0, 5), (1, 5), (2, 1), (3, 1), (9, 1))]
    assert waits == [0, 0, 3, 3, 0]
    assert (queue.waited, queue.busy_s, queue.totals.longest_s) == (2, 13, 5)


def test_the_average_wait_is_that_of_theory() -> None:
    """One place, random arrivals, fixed durations: load² / (2 · rate · (1 − load)) (Pollaczek and Khinchine)."""
    queue = Queue(1, 0.5)
    for seed in range(200_000):
        queue.add(seed, 1.0)
    assert queue.load == pytest.approx(0.5)
    assert queue.waits.mean_s == pytest.approx(0.5, rel=0.03)
    assert queue.waited / 200_000 == pytest.approx(0.5, abs=0.01)


def test_a_limit_makes_runs_wait() -> None:
    flow = unfold(saga(act("pay"), pivot("ship"), limits=Limits(concurrency=1))).flow
    found = sample(flow, make_plan(flow), Odds(), Asked(3000, arrivals_per_s=4.0))
    assert found.queue is not None
    assert found.queue.load == pytest.approx(0.8)
    assert found.queue.waits.mean_s == pytest.approx(0.8**2 / (2 * 4 * 0.2), rel=0.3)


def test_one_slow_participant_reaches_the_others() -> None:
    flow = unfold(definition("order-fulfillment")).flow
    plain, slowed = (
        sample(flow, make_plan(flow), Odds(slow=make_slow(flow, words)), Asked(400)) for words in ([], ["payment=40"])
    )
    assert plain.tally.ended("completed") > slowed.tally.ended("completed")
    assert ("reserve-items", "") in slowed.tally.compensated()


# -- the command


def test_many_runs_are_a_table_for_people() -> None:
    call = sagactl("simulate", ORDER, "--runs", "400", "--fault-rate", "0.1", "--arrivals", "20", "--slow", "payment=9")
    assert call.code == 0, call.err
    for word in ("400 runs of order-fulfillment, seeds 1 to 400", "95 % sure", "going back", "p99", "as stated", "█"):
        assert word in call.out
    again = sagactl(
        "simulate", ORDER, "--runs", "400", "--fault-rate", "0.1", "--arrivals", "20", "--slow", "payment=9"
    )
    assert again.out == call.out


def test_runs_that_take_the_same_time_need_no_picture() -> None:
    call = sagactl("simulate", str(DEFINITIONS / "points-redemption.saga.yaml"), "--runs", "20", "--color", "always")
    assert call.code == 0, call.err
    assert "nearly all of them take" in call.out


def test_many_runs_are_data_for_programs() -> None:
    call = sagactl("simulate", ORDER, "--runs", "300", "--seed", "5", "--fault-rate", "0.2", "--format", "json")
    data = json.loads(call.out)
    assert (data["version"], data["runs"], data["seed"], data["slowed"], data["queue"]) == (1, 300, 5, None, None)
    assert sum(outcome["runs"] for outcome in data["outcomes"].values()) == 300
    assert data["durations"]["all"]["p50_s"] <= data["durations"]["all"]["p99_s"] <= data["durations"]["all"]["max_s"]
    assert data["based_on"]["way"] == "table"
    example = next(entry for entry in data["compensated"])["example"]
    words = example["command"].split()
    assert words[:2] == ["sagactl", "simulate"]
    alone = json.loads(sagactl(*words[1:], "--format", "json").out)
    assert data["compensated"][0]["step"] in alone["compensated"]


def test_a_broken_promise_ends_with_one(tmp_path: Path) -> None:
    """A pivot that nobody can be asked about."""
    silent = tmp_path / "silent.saga.yaml"
    silent.write_text(Path(ORDER).read_text(encoding="utf-8").replace(", status_query: true", ""), encoding="utf-8")
    call = sagactl("simulate", str(silent), "--runs", "50", "--seed", "562100", "--fault-rate", "create-shipment=0.5")
    assert (call.code, "S11 create-shipment" in call.out) == (1, True)


def test_a_rate_that_is_never_possible_ends_with_one() -> None:
    call = sagactl("simulate", ORDER, "--runs", "20", "--fault-rate", "charge-payment:compensation-fail=0.5")
    assert call.code == 1
    assert "never possible in any of these runs: charge-payment:compensation-fail=0.5" in call.out


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["--runs", "0"], "the number of runs is from 1"),
        (["--fault-rate", "0.1"], "`--fault-rate` needs `--runs` or `--seed`"),
        (["--slow", "payment=2"], "`--slow` needs `--runs` or `--seed`"),
        (["--arrivals", "5"], "`--arrivals` needs `--runs`"),
        (["--runs", "5", "--arrivals", "0"], "`--arrivals` is a number of runs per second"),
        (["--runs", "5", "--seed", "-1"], "a seed is a number from 0"),
        (["--runs", "5", "--expect", "completed"], "`--expect` and `--runs` exclude each other"),
        (["--runs", "5", "--all"], "`--all` and `--runs` exclude each other"),
        (["--seed", "5", "--all"], "`--seed` and `--all` exclude each other"),
        (["--runs", "5", "--format", "html"], "unknown format `html`"),
        (["--runs", "5", "--fault-rate", "chargepayment=0.1"], "unknown step or fault `chargepayment`"),
        (["--runs", "5", "--slow", "paymnt=2"], "unknown participant `paymnt`"),
    ],
)
def test_calls_that_make_no_sense_are_refused(words: list[str], message: str) -> None:
    call = sagactl("simulate", ORDER, *words)
    assert (call.code, call.out) == (2, "")
    assert message in call.err


def test_arrivals_need_a_limit() -> None:
    lines = (DEFINITIONS / "order-fulfillment.saga.yaml").read_bytes().splitlines(keepends=True)
    text = b"".join(line for line in lines if not line.startswith(b"limits"))
    call = sagactl("simulate", "-", "--runs", "5", "--arrivals", "1", stdin=text)
    assert (call.code, "has no limit that runs could wait for" in call.err) == (2, True)


def test_nothing_was_counted_yet() -> None:
    assert (Tally().runs, Tally().all.percentile_s(50), Tally().violations()) == (0, 0.0, {})
