"""What is written of a run is told as moves that a rehearsal makes again, at the same times, to the same end."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from sagactl.cli.replaying import changes, plan_again
from sagactl.runtime.history import Unexplained, kept_moves
from sagactl.runtime.store import LogEntry
from sagactl.simulator import make_plan, rehearse
from sagactl.trace import Moment, Trace, from_json, to_json
from tests.runtime.operators.runs import DEFINITIONS, STARTED_S, Written, driven


def told(written: Written) -> Trace:
    """The rehearsal of what is written."""
    flow = written.definition.flow(written.run.input)
    kept = kept_moves(flow, STARTED_S, written.entries)
    plan = make_plan(flow, data=written.run.input, style="orchestration")._replace(moves=kept)
    return rehearse(flow, plan)


def heard(moments: tuple[Moment, ...]) -> list[tuple[str, str, int]]:
    """What an orchestrator knows of it, with the time in milliseconds."""
    inside = {"executed", "deduplicated", "refused", "turned-down", "broke", "lost", "duplicated", "undo-executed", "nothing-to-undo", "answered", "ignored"}  # fmt: skip
    return [(each.what, each.step, round(round(each.t_s, 6) * 1000)) for each in moments if each.what not in inside]


@pytest.mark.parametrize("path", DEFINITIONS, ids=lambda path: path.name.partition(".")[0])
def test_a_run_is_rehearsed_as_it_was(path: Path) -> None:
    for seed in range(40):
        written = driven(path, seed, luck=(1.0, 0.85, 0.6, 0.3)[seed % 4], repairs=seed % 3)
        trace = told(written)
        wanted = heard(tuple(moment for entry in written.entries for moment in entry.moments))
        assert heard(trace.moments) == wanted, seed
        saved = from_json(json.loads(json.dumps(to_json(trace))))
        flow = written.definition.flow(written.run.input)
        plan, _ = plan_again(flow, saved)
        assert changes(saved, rehearse(flow, plan)) == (), seed
        assert {each.property for each in trace.violations if not each.promise} == set(), (seed, trace.violations)


def test_what_no_world_knows_is_said() -> None:
    written = driven(DEFINITIONS[0], 0, 1.0)
    strange = LogEntry(99, 0.0, "CompensationSucceeded", (Moment("undone", written.definition.saga.steps[0].id),))
    with pytest.raises(Unexplained, match="entry 99 of the history, `CompensationSucceeded` of"):
        kept_moves(written.definition.flow({}), STARTED_S, (*written.entries, strange))
