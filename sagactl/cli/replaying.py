"""`sagactl simulate --save`, `--replay`, `--from` and `--profile`: runs that are kept, repeated, taken up, compared."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sagactl.cli.environment import write
from sagactl.cli.sampling import Words, play
from sagactl.errors import UsageError
from sagactl.flow import Flow
from sagactl.model import Saga, Style
from sagactl.reports.traces import json
from sagactl.simulator import Plan, make_plan
from sagactl.simulator.profiles import differences, under
from sagactl.simulator.saved import from_json as state_from_json
from sagactl.trace import BadTrace, Moment, Trace, from_json
from sagactl.unfold import unfold
from sagactl.workspace import read_json


def read_trace(path: str) -> Trace:
    """The run that `--save` or `--format json` wrote; raises UsageError when the file holds none."""
    try:
        return from_json(read_json("@" + path))
    except BadTrace as error:
        raise UsageError(f"`{path}` holds no saved run: {error.message}", help="write one with `--save FILE`") from None


def plan_again(flow: Flow, saved: Trace) -> tuple[Plan, Words]:
    """What the saved run injected, decided and drew."""
    again = saved.replay
    if again.get("saga") != flow.saga.id:
        raise UsageError(f"the saved run is of `{saved.saga}`, not of `{flow.saga.id}`")
    plan = make_plan(
        flow,
        faults=_texts(again, "faults"),
        choose=[f"{choice}={outcome}" for choice, outcome in _mapping(again, "choices").items()],
        data=again.get("input"),
        max_tries=int(again.get("max_tries", 20)),
        style=_style(again.get("style")),
    )
    plan = plan._replace(
        profile=str(again.get("profile", "")),
        cancel_now=bool(again.get("cancel_now", False)),
        moves=_moves(again),
        assume=tuple(_texts(again, "assume")),
        beside=str(again.get("beside", "")),
    )
    seed = again.get("seed")
    words = Words(None, seed, tuple(_texts(again, "fault_rates")), tuple(_texts(again, "slow")))
    return taken_up(flow, plan, again.get("state")), words


def _style(word: Any) -> Style:
    """Runs that were kept without a style were led."""
    return "choreography" if word == "choreography" else "orchestration"


def _texts(data: Mapping[str, Any], key: str) -> list[str]:
    found = data.get(key, [])
    return [str(text) for text in found] if isinstance(found, list | tuple) else []


def _moves(again: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    found = again.get("moves", [])
    return tuple(move for move in found if isinstance(move, Mapping)) if isinstance(found, list | tuple) else ()


def _mapping(data: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    found = data.get(key, {})
    return found if isinstance(found, Mapping) else {}


def taken_up(flow: Flow, plan: Plan, state: Any) -> Plan:
    """The plan of a run that goes on from a saved state."""
    if state is None:
        return plan
    return plan._replace(state=state_from_json(flow, state), state_data=state)


def changes(saved: Trace, now: Trace) -> tuple[str, ...]:
    """How a run differs from the saved one, one sentence each; nothing when it is the same."""
    found = [
        f"{name.replace('_', ' ')}: saved {before}, now {after}"
        for name, before, after in (
            ("version", saved.version, now.version),
            ("outcome", saved.outcome, now.outcome),
            ("executed", _listed(saved.executed), _listed(now.executed)),
            ("undone", _listed(saved.compensated), _listed(now.compensated)),
            ("duration", f"{saved.duration_s:.3f}s", f"{now.duration_s:.3f}s"),
        )
        if before != after
    ]
    place = next((i for i, pair in enumerate(zip(saved.moments, now.moments, strict=False)) if _differ(*pair)), None)
    if place is not None:
        found.append(
            f"first at moment {place + 1}: saved {_told(saved.moments[place])}, now {_told(now.moments[place])}"
        )
    elif len(saved.moments) != len(now.moments):
        found.append(f"moments: saved {len(saved.moments)}, now {len(now.moments)}")
    return tuple(found)


def _differ(before: Moment, after: Moment) -> bool:
    # Saved times are rounded to a microsecond.
    return before._replace(t_s=0.0) != after._replace(t_s=0.0) or abs(before.t_s - after.t_s) > 2e-6


def _told(moment: Moment) -> str:
    return " ".join(filter(None, (f"{moment.t_s:.3f}s", moment.step, moment.what, moment.detail)))


def _listed(ids: tuple[str, ...]) -> str:
    return ", ".join(ids) or "nothing"


def compared(saga: Saga, sagas: Mapping[str, Saga], plan: Plan, words: Words) -> Trace:
    """The run under the plan's profile, with what ends otherwise than under our own semantics among its notes."""
    theirs = play(unfold(under(saga, plan.profile), sagas, plan.data).flow, plan, words)
    ours = play(unfold(saga, sagas, plan.data).flow, plan._replace(profile=""), words)
    found = differences(ours, theirs, plan.profile) or (f"ends under {plan.profile} as it does here",)
    return theirs._replace(notes=(*theirs.notes, *found))


def play_kept(
    saga: Saga,
    sagas: Mapping[str, Saga],
    flow: Flow,
    plan: Plan,
    words: Words,
    state: str | None,
    replay: str | None,
    save: str | None,
) -> tuple[Trace, bool]:
    """The run, and whether it differs from the kept one that it repeats."""
    if plan.style == "choreography" and (plan.profile or state is not None):
        name = "--profile" if plan.profile else "--from"
        reason = "no engine leads it" if plan.profile else "its record is an orchestrator's"
        raise UsageError(f"`{name}` needs an orchestration: {reason}", help="add `--style orchestration`")
    saved = read_trace(replay) if replay is not None else None
    if saved is not None:
        plan, words = plan_again(flow, saved)
        if plan.data is not None:  # how often a repeated step is done hangs on the input
            flow = unfold(saga, sagas, plan.data).flow
            plan, words = plan_again(flow, saved)
    elif state is not None:
        plan = taken_up(flow, plan, read_json(state))
    trace = compared(saga, sagas, plan, words) if plan.profile else play(flow, plan, words)
    found = changes(saved, trace) if saved is not None else ()
    if save is not None:
        write(json.render(trace), save)
    return trace._replace(notes=(*trace.notes, *(f"changed since it was kept: {change}" for change in found))), bool(
        found
    )
