"""A run's record as JSON, so that a rehearsal can start from where a real run is: what if I cancel now?

    {"version": 1, "saga": "order", "phase": "forward", "choices": {"speed": "express"},
     "steps": {"reserve-items": {"record": "done"}, "charge-payment": {"record": "requested", "tries": 2}}}

Steps that are not listed have not started.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from sagactl.errors import UnknownName, UsageError
from sagactl.flow import Flow
from sagactl.machine.state import ACTIVE, FORWARD, Phase, Record, State, StepState
from sagactl.world.parts import Truth

VERSION: Final = 1
PHASES: Final = ("forward", "back")
DONE: Final = frozenset({"done", "unheard", "unknown", "undoing", "undo-paused", "falling-back", "fallback-paused"})
"""Of such a step the effect is taken to stand: where it is not known, that is the worst."""

AFTER: Final = frozenset({"dead", "left", "standing", "unconfirmed", "settled", "stuck", "waived"})


def to_json(flow: Flow, state: State) -> dict[str, Any]:
    """The record of a run as JSON data."""
    choices = zip(flow.saga.choices, state.choices, strict=True)
    return {
        "version": VERSION,
        "saga": flow.saga.id,
        "phase": state.phase,
        "wish": state.wish,
        "restarts": state.restarts,
        "choices": {choice: outcome for choice, outcome in choices if outcome},
        "steps": {
            plan.id: {"record": step.record, "tries": step.tries, "cause": step.cause, "known": step.known}
            for plan, step in zip(flow.steps, state.steps, strict=True)
            if step.record != "idle"
        },
    }


def from_json(flow: Flow, data: Any) -> State:
    """The record that the data describes; raises UsageError with what is wrong with it."""
    if not isinstance(data, Mapping) or data.get("version") != VERSION:
        raise UsageError(f"the saved state is not of version {VERSION}")
    if data.get("saga") != flow.saga.id:
        raise UsageError(f"the saved state is of `{data.get('saga')}`, not of `{flow.saga.id}`")
    phase = _phase(data.get("phase", "forward"))
    found = data.get("steps", {})
    if not isinstance(found, Mapping):
        raise UsageError("`steps` of the saved state is not a mapping")
    for id in found:
        if id not in flow:
            raise UnknownName("step in the saved state:", str(id), flow.index)
    steps = tuple(_step(plan.id, found.get(plan.id)) for plan in flow.steps)
    if phase == "forward" and any(step.record in ACTIVE - FORWARD for step in steps):
        raise UsageError("a step of the saved state is being undone, so its phase is `back`")
    restarts = data.get("restarts", 0)
    return State(phase, steps, _choices(flow, data.get("choices", {})), str(data.get("wish", "")), int(restarts))


def _phase(value: Any) -> Phase:
    if value == "back":
        return "back"
    if value != "forward":
        raise UnknownName("phase in the saved state:", str(value), PHASES)
    return "forward"


def _step(id: str, data: Any) -> StepState:
    if data is None:
        return StepState()
    if not isinstance(data, Mapping):
        raise UsageError(f"`{id}` in the saved state is not a mapping")
    record: Any = data.get("record")
    if record not in get_args(Record):
        raise UnknownName(f"record of `{id}` in the saved state:", str(record), get_args(Record))
    tries = data.get("tries", 1)
    if not isinstance(tries, int) or isinstance(tries, bool) or not 0 <= tries <= 100_000:
        raise UsageError(f"`tries` of `{id}` in the saved state is not a number of tries")
    return StepState(record, tries, str(data.get("cause", "")), bool(data.get("known", record == "done")))


def _choices(flow: Flow, data: Any) -> tuple[str | None, ...]:
    if not isinstance(data, Mapping):
        raise UsageError("`choices` of the saved state is not a mapping")
    for name, outcome in data.items():
        if name not in flow.saga.choices:
            raise UnknownName("choice in the saved state:", str(name), flow.saga.choices)
        known = [each.id for each in flow.saga.choices[name].outcomes]
        if outcome not in known:
            raise UnknownName(f"outcome of `{name}` in the saved state:", str(outcome), known)
    return tuple(data.get(choice) for choice in flow.saga.choices)


def truth_of(step: StepState) -> Truth:
    """What is taken to be so at the participant of a step with this record."""
    if step.record == "undone":
        return Truth(done=1, undone=1, refuses=True)
    return Truth(done=1) if step.record in DONE | AFTER else Truth()
