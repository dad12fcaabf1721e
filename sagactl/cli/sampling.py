"""`sagactl simulate --seed` and `--runs`: times are drawn, faults come by chance, and many runs are counted."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib import import_module
from typing import TYPE_CHECKING, Final, NamedTuple

from sagactl.cli.environment import columns, is_ascii, style_for, write
from sagactl.cli.exits import ExitStatus
from sagactl.cli.progress import watched
from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.simulator.chance import MAX_SEED
from sagactl.simulator.drawing import rehearse_drawn
from sagactl.simulator.odds import Odds
from sagactl.simulator.plan import MAX_TRIES, Plan, style_of
from sagactl.simulator.rates import make_rates, make_slow
from sagactl.trace import Trace

if TYPE_CHECKING:
    from sagactl.simulator.many import Sample

MAX_RUNS: Final = 1_000_000_000
LAST_SEED: Final = MAX_SEED - MAX_RUNS


class Words(NamedTuple):
    """What the call says of chance."""

    runs: int | None = None
    seed: int | None = None
    fault_rates: tuple[str, ...] = ()
    slow: tuple[str, ...] = ()
    arrivals: float | None = None

    def refuse_nonsense(self, beside: Mapping[str, object]) -> None:
        """Raises UsageError for what only many runs, or only drawn ones, or only a single one can use."""
        named = {"seed": self.seed is not None, "fault-rate": self.fault_rates, "slow": self.slow}
        if self.runs is not None and not 1 <= self.runs <= MAX_RUNS:
            raise UsageError(f"the number of runs is from 1 to {MAX_RUNS:,}")
        if self.seed is not None and not 0 <= self.seed <= LAST_SEED:
            raise UsageError(f"a seed is a number from 0 to {LAST_SEED}")
        if self.arrivals is not None and self.runs is None:
            raise UsageError("`--arrivals` needs `--runs`", help="one run waits for nobody")
        if self.arrivals is not None and not 0 < self.arrivals <= 1e9:
            raise UsageError("`--arrivals` is a number of runs per second, more than 0")
        if self.runs is None and self.seed is None and (self.fault_rates or self.slow):
            name = "fault-rate" if self.fault_rates else "slow"
            raise UsageError(f"`--{name}` needs `--runs` or `--seed`", help="without them nothing is left to chance")
        for name, said in beside.items():
            if said and self.runs is not None:
                raise UsageError(f"`--{name}` and `--runs` exclude each other", help=f"leave out `--{name}`")
        for name, given in named.items():
            if given and beside["all"]:
                raise UsageError(f"`--{name}` and `--all` exclude each other", help=f"leave out `--{name}`")


def play(flow: Flow, plan: Plan, words: Words) -> Trace:
    """One run: everything takes its typical time, unless a seed draws the times and the faults."""
    return rehearse_drawn(flow, plan, words.seed, words.fault_rates, words.slow)


def sample_many(flow: Flow, plan: Plan, words: Words, path: str, *, shape: str, color: str, output: str | None) -> int:
    """Print what many runs come to; exit 1 when a stated promise was broken or a rate could not be met."""
    from sagactl.reports.samples import Shown

    if words.arrivals is not None and flow.saga.limits.concurrency is None:
        raise UsageError(
            f"`--arrivals`: `{flow.saga.id}` has no limit that runs could wait for",
            help="state `limits: {concurrency: 200}` in the definition",
        )
    rates, slow = make_rates(flow, words.fault_rates, plan.style), make_slow(flow, words.slow)
    shown = Shown(
        sample=_sample(flow, plan, Odds(rates), words),
        slowed=_sample(flow, plan, Odds(rates, slow), words) if slow else None,
        call=_call(flow, plan, words, path),
        style=style_for(color, output=output),
        width=columns(),
        ascii=is_ascii(),
    )
    write(import_module(f"sagactl.reports.samples.{shape}").render(shown), output)
    return ExitStatus.CLEAN if shown.is_acceptable else ExitStatus.FINDINGS


def _call(flow: Flow, plan: Plan, words: Words, path: str) -> tuple[str, ...]:
    """The call that plays one of the runs, but for its seed."""
    said = [("--fault", str(fault)) for fault in plan.faults]
    said += [("--choose", f"{choice}={outcome}") for choice, outcome in plan.choices.items()]
    said += [("--fault-rate", rate) for rate in words.fault_rates]
    if plan.data is not None:
        said.append(("--input", json.dumps(plan.data)))
    if plan.style != style_of(flow):
        said.append(("--style", plan.style))
    if plan.max_tries != MAX_TRIES:
        said.append(("--max-tries", str(plan.max_tries)))
    return ("sagactl", "simulate", path, *(word for pair in said for word in pair))


def _sample(flow: Flow, plan: Plan, odds: Odds, words: Words) -> Sample:
    from sagactl.simulator.many import Asked, Sampling

    seed = 1 if words.seed is None else words.seed
    sampling = Sampling(flow, plan, odds, Asked(words.runs or 1, seed, words.arrivals))
    for _ in watched(sampling.portions(), sampling.number_of_portions, f"running {flow.saga.id}"):
        pass
    return sampling.sample
