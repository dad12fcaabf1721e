"""Runs of a store for programs: JSON, version 1; fields may be added, never removed."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from sagactl.reports.runs import Listed, Shown, utc
from sagactl.simulator.saved import to_json as state_json
from sagactl.trace import to_json as trace_json

if TYPE_CHECKING:
    from sagactl.reports.style import Style
    from sagactl.runtime.operators import Done
    from sagactl.runtime.record import Run
    from sagactl.runtime.store import Act, KeptLetter, Summary

VERSION = 1


def _text(data: dict[str, Any]) -> str:
    return json.dumps({"version": VERSION, **data}, indent=2) + "\n"


def listed(found: Listed, style: Style, width: int) -> str:
    return _text({"runs": [_summary(run) for run in found.runs], "more": found.more})


def _summary(run: Summary) -> dict[str, Any]:
    return {
        "run": run.id,
        "saga": run.saga,
        "saga_version": run.version,
        "status": run.status,
        "outcome": run.outcome or None,
        "correlation": run.correlation,
        "started_at": utc(run.started_s),
        "changed_at": utc(run.changed_s),
        "ended_at": utc(run.ended_s) or None,
        "owner": run.owner,
        "stuck": run.stuck,
        "open_letters": run.open_letters,
    }


def shown(what: Shown, style: Style, width: int, ascii: bool) -> str:
    """The trace of the run, which `simulate --replay` plays again, and its record, from which `--from` goes on."""
    run, _, definition = what.found
    flow = definition.flow(run.input)
    trace = trace_json(what.trace) if what.trace is not None else _without_trace(what)
    more = {
        "key": run.start_key,
        "input": dict(run.input),
        "results": dict(run.results),
        "timers": _timers(run, [plan.id for plan in flow.steps]),
        "letters": [_letter(letter) for letter in what.letters],
        "acts": [_act(act) for act in what.acts],
        "note": what.note,
    }
    return _text({**trace, **_summary(what.found.summary), **state_json(flow, run.state), **more})


def _without_trace(what: Shown) -> dict[str, Any]:
    moments = [{**moment._asdict(), "t_s": round(moment.t_s, 6)} for moment in what.moments]
    return {"style": "orchestration", "moments": moments, "replay": None}


def _timers(run: Run, ids: list[str]) -> list[dict[str, Any]]:
    found = []
    for timer in run.timers:
        step = getattr(timer.event, "step", None)
        name = ids[step] if step is not None else getattr(timer.event, "scope", "")
        found.append({"due_at": utc(timer.due_s), "event": type(timer.event).__name__, "step": name})
    return found


def letters(found: Sequence[KeptLetter], style: Style) -> str:
    return _text({"dead_letters": [_letter(letter) for letter in found]})


def _letter(letter: KeptLetter) -> dict[str, Any]:
    told = {name: value for name, value in letter._asdict().items() if name not in ("at_s", "body", "id")}
    return {**told, "at": utc(letter.at_s), **letter.body}


def _act(act: Act) -> dict[str, Any]:
    return {"what": act.what, "step": act.step, "who": act.who, "why": act.why, "at": utc(act.at_s)}


def done(result: Done, what: str, step: str, style: Style) -> str:
    return _text(
        {"how": result.how, "what": what, "step": step, "alerts": list(result.alerts), **_summary(result.found.summary)}
    )
