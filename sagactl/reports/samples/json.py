"""Many runs for programs: JSON, version 1; fields may be added, never removed."""

from __future__ import annotations

import json
from typing import Any, Final

from sagactl.reports.samples import BASED_ON, COLUMNS, PERCENTILES, Shown, repetition
from sagactl.simulator.many import Sample
from sagactl.simulator.tally import OUTCOMES, Seen, Times, wilson
from sagactl.simulator.waiting import Queue

VERSION: Final = 1


def render(shown: Shown) -> str:
    """The sample, and `slowed` beside it where a participant was slowed down."""
    data = {"version": VERSION, **_sample(shown, shown.sample)}
    data["slowed"] = _sample(shown, shown.slowed) if shown.slowed is not None else None
    return json.dumps(data, indent=2) + "\n"


def _sample(shown: Shown, sample: Sample) -> dict[str, Any]:
    tally = sample.tally
    return {
        "saga": sample.flow.saga.id,
        "runs": tally.runs,
        "seed": sample.asked.seed,
        "fault_rates": [
            {"step": rate.step or None, "fault": rate.fault or None, "rate": rate.chance}
            for rate in sample.odds.rates.rates
        ],
        "slow": dict(sample.odds.slow),
        "outcomes": {outcome: _share(tally.ended(outcome), tally.runs) for outcome in OUTCOMES},
        "durations": {
            "all": _times(tally.all),
            **{outcome: _times(tally.durations[outcome]) for outcome in OUTCOMES},
            "rollback": _times(tally.rollback),
        },
        "dead_letters": [
            {"step": step, "reason": reason, **_seen(shown, sample, seen)}
            for (step, reason), seen in tally.dead_letters().items()
        ],
        "compensated": [
            {"step": step, **_seen(shown, sample, seen)} for (step, _), seen in tally.compensated().items()
        ],
        "violations": [
            {**violation._asdict(), **_seen(shown, sample, seen)} for violation, seen in tally.violations().items()
        ],
        "queue": _queue(sample.queue) if sample.queue is not None else None,
        "unreached": list(sample.unreached),
        "notes": list(sample.notes),
        "based_on": {"way": sample.way, "sentence": BASED_ON[sample.way], "rehearsed": sample.checked},
    }


def _share(hits: int, of: int) -> dict[str, Any]:
    share, least, most = wilson(hits, of)
    return {"runs": hits, "share": round(share, 9), "interval_95": [round(least, 9), round(most, 9)]}


def _seen(shown: Shown, sample: Sample, seen: Seen) -> dict[str, Any]:
    example = {"seed": seen.first_seed, "command": repetition(shown, sample, seen.first_seed)}
    return {**_share(seen.runs, sample.tally.runs), "example": example}


def _times(times: Times) -> dict[str, Any] | None:
    if times.number == 0:
        return None
    return {
        "runs": times.number,
        "mean_s": round(times.mean_s, 6),
        **{f"p{percent}_s": round(times.percentile_s(percent), 6) for percent in PERCENTILES},
        "max_s": round(times.longest_s, 6),
        "histogram": [
            {"from_s": round(least_s, 6), "to_s": round(most_s, 6), "runs": runs}
            for least_s, most_s, runs in times.columns(COLUMNS)
        ],
    }


def _queue(queue: Queue) -> dict[str, Any]:
    return {
        "concurrency": queue.places,
        "arrivals_per_s": queue.rate_per_s,
        "load": round(queue.load, 6),
        "waited": _share(queue.waited, queue.waits.number),
        "waits": _times(queue.waits),
        "with_waiting": _times(queue.totals),
    }
