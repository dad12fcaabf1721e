"""Many runs at once are the same runs as one by one, and as rehearsals."""

from __future__ import annotations

import subprocess
import sys
from typing import Final

import pytest

from sagactl.flow import Flow
from sagactl.model import Latency
from sagactl.simulator import make_plan, rehearse
from sagactl.simulator.chance import Seeded
from sagactl.simulator.many import TOLERANCE_S, Asked, Sampling, same, sample
from sagactl.simulator.odds import Odds
from sagactl.simulator.plan import style_of
from sagactl.simulator.rates import make_rates
from sagactl.simulator.rehearsal import Draw
from sagactl.simulator.table import Table
from sagactl.simulator.walk import Walked, walk
from sagactl.unfold import unfold
from tests.builders import act, participant, pivot, saga
from tests.simulator.rehearsals import DEFINITIONS, REHEARSED, UNFOLDED, definition, sagas

numpy = pytest.importorskip("numpy")

SEEDS: Final = 10_000


def at_once(table: Table, seeds: range, small: int = 24) -> list[Walked]:
    from sagactl.simulator.derived import _Portion

    portion = _Portion(table, seeds, small)
    portion.run()
    return [Walked(portion.endings[code], duration_s, back_s) for code, duration_s, back_s in portion.results()]


def assert_same(found: list[Walked], expected: list[Walked]) -> None:
    assert [run.ending for run in found] == [run.ending for run in expected]
    for known, run in zip(expected, found, strict=True):
        assert abs(run.duration_s - known.duration_s) <= TOLERANCE_S
        assert abs(run.rollback_s - known.rollback_s) <= TOLERANCE_S


def three_steps() -> Flow:
    """Every shape of latency, pauses with jitter, a deadline, two branches, and a pivot."""
    shapes = (
        Latency(shape="percentiles", values_s=(0.5, 9.0)),
        Latency(shape="exponential", values_s=(2.0,)),
        Latency(shape="uniform", values_s=(1.0, 5.0)),
    )
    shops = [participant(f"shop-{n}", latency=shape, status_query=True) for n, shape in enumerate(shapes)]
    steps = (
        act("hold", participant="shop-0", after="", rejects="No", retry=2),
        act("pay", participant="shop-1", after="", retry=2),
        pivot("ship", participant="shop-2", after="hold pay", retry=2),
    )
    return unfold(saga(*steps, participants=shops, deadline_s=25.0)).flow


def test_ten_thousand_seeds_are_the_same_as_rehearsals() -> None:
    flow = three_steps()
    plan, odds = make_plan(flow), Odds(make_rates(flow, ["0.05"]), {"shop-1": 1.5})
    found = at_once(Table(flow, plan, odds), range(SEEDS))
    assert {run.ending.outcome for run in found} == {"completed", "compensated", "parked"}
    for seed, run in enumerate(found):
        assert same(rehearse(flow, plan, draw=Draw(Seeded(seed), *odds)), run), seed


@pytest.mark.parametrize("name", REHEARSED + UNFOLDED)
def test_every_definition_is_the_same_one_by_one(name: str) -> None:
    flow = unfold(definition(name), sagas()).flow
    crash = ["crash=0.002"] if style_of(flow) == "orchestration" else []
    table = Table(flow, make_plan(flow), Odds(make_rates(flow, ["0.03", *crash, "cancel=0.002"])))
    expected = [walk(table, seed) for seed in range(1500)]
    assert_same(at_once(table, range(1500)), expected)


def test_small_groups_and_a_full_table_change_nothing() -> None:
    flow = three_steps()
    plan, odds = make_plan(flow), Odds(make_rates(flow, ["0.1"]))
    whole = Table(flow, plan, odds)
    expected = [walk(whole, seed) for seed in range(500)]
    assert_same(at_once(whole, range(500), small=1), expected)
    assert_same(at_once(whole, range(500), small=1_000), expected)
    assert_same(at_once(Table(flow, plan, odds, 30), range(500)), expected)


def test_all_ways_count_the_same() -> None:
    flow = three_steps()
    odds = Odds(make_rates(flow, ["0.1"]))
    quick, exact = (sample(flow, make_plan(flow), odds, Asked(3000, 7, way=way)) for way in ("numpy", "table"))
    assert (quick.way, exact.way) == ("numpy", "table")
    assert quick.tally.endings == exact.tally.endings
    assert quick.tally.runs == exact.tally.runs == 3000
    for left, right in ((quick.tally.all, exact.tally.all), (quick.tally.rollback, exact.tally.rollback)):
        assert left.number == right.number
        assert left.total_ns == pytest.approx(right.total_ns, rel=1e-9)
        assert sum(abs(left.bins.get(bin, 0) - right.bins.get(bin, 0)) for bin in left.bins | right.bins) <= 4


def test_a_portion_more_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = three_steps()
    odds = Odds(make_rates(flow, ["0.1"]))
    whole = sample(flow, make_plan(flow), odds, Asked(3000, way="numpy"))
    monkeypatch.setattr("sagactl.simulator.derived.PORTION", 700)
    parts = Sampling(flow, make_plan(flow), odds, Asked(3000, way="numpy"))
    assert list(parts.portions()) == [700, 1400, 2100, 2800, 3000]
    assert parts.sample.tally.endings == whole.tally.endings
    assert parts.sample.tally.all.bins == whole.tally.all.bins


def test_many_at_once_that_are_wrong_are_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    flow = three_steps()
    monkeypatch.setattr("sagactl.simulator.derived._samples_s", lambda latency, uniforms: uniforms)
    assert Sampling(flow, make_plan(flow), Odds(), Asked(3000, way="numpy")).way == "table"


def test_few_runs_import_no_numpy() -> None:
    script = (
        "import os, sys; from sagactl.cli.app import run\n"
        f"run(['simulate', {str(DEFINITIONS / 'order-fulfillment.saga.yaml')!r}, '--runs', '300', '-o', os.devnull])\n"
        "print('numpy' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


def test_without_numpy_runs_go_one_by_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "sagactl.simulator.derived", None)
    flow = three_steps()
    assert sample(flow, make_plan(flow), Odds(), Asked(200, way="numpy")).way == "table"


def test_quantiles_are_the_same_to_the_last_digits() -> None:
    from sagactl.simulator.derived import _samples_s
    from sagactl.simulator.latency import sample_s

    uniforms = numpy.array([2**-54, 1e-9, 0.01, 0.074, 0.076, 0.3, 0.5, 0.7, 0.9249, 0.9251, 0.99, 1 - 2**-53])
    for shape, values_s in (("percentiles", (0.08, 2.0)), ("exponential", (0.1,)), ("uniform", (0.1, 0.5))):
        latency = Latency(shape=shape, values_s=values_s)
        expected = [sample_s(latency, uniform) for uniform in uniforms.tolist()]
        assert _samples_s(latency, uniforms).tolist() == pytest.approx(expected, rel=1e-14)
