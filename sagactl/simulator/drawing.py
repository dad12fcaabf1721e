"""One run as a seed draws it: how long everything takes, and which faults come."""

from __future__ import annotations

from collections.abc import Iterable

from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.simulator.chance import MAX_SEED, Seeded
from sagactl.simulator.plan import Plan
from sagactl.simulator.rates import make_rates, make_slow
from sagactl.simulator.rehearsal import Draw, rehearse
from sagactl.trace import Trace


def rehearse_drawn(
    flow: Flow, plan: Plan, seed: int | None, fault_rates: Iterable[str] = (), slow: Iterable[str] = ()
) -> Trace:
    """The trace of the run that the seed draws; without a seed everything takes its typical time, and nothing is drawn.

    Raises UsageError for rates that need a seed, and for what does not exist.
    """
    rates_said, slow_said = list(fault_rates), list(slow)
    if seed is None:
        if rates_said or slow_said:
            raise UsageError("fault rates and slow participants need a seed", help="without one nothing is drawn")
        return rehearse(flow, plan)
    if not 0 <= seed <= MAX_SEED:
        raise UsageError(f"a seed is a number from 0 to {MAX_SEED}")
    rates = make_rates(flow, rates_said, plan.style)
    trace = rehearse(flow, plan, draw=Draw(Seeded(seed), rates, make_slow(flow, slow_said)))
    notes = (*trace.notes, f"times, pauses and faults are those that seed {seed} draws")
    drawn = {"seed": seed, "fault_rates": rates_said, "slow": slow_said}
    return trace._replace(notes=notes, replay={**trace.replay, **drawn})
