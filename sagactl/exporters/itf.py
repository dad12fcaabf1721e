"""A counterexample as a trace in the Informal Trace Format, which the viewers of TLA+ tools show state by state.

Source: Apalache, ADR-015: the Informal Trace Format in JSON.
"""

from __future__ import annotations

import json
from typing import Any, Final

from sagactl.flow import Flow
from sagactl.verdict import Counterexample
from sagactl.world.by_style import BY_STYLE, AnyWorld
from sagactl.world.kept_moves import move_from
from sagactl.world.parts import Message

VARS: Final = ("action", "phase", "record", "done", "undone", "refuses", "in_flight")


def render(flow: Flow, found: Counterexample) -> str:
    """Each world of the run as a state; `action` is the move that led to it."""
    conduct = BY_STYLE[found.style]
    world: Any = conduct.begin(flow).world
    states = [_state(flow, 0, "start", world)]
    for number, data in enumerate(found.moves, 1):
        world = conduct.apply(flow, world, move_from(flow, data)).world
        states.append(_state(flow, number, _told(data), world))
    meta = {
        "format": "ITF",
        "format-description": "https://apalache-mc.org/docs/adr/015adr-trace.html",
        "description": f"{found.property} {found.step}: {found.explanation}",
        "source": flow.saga.id,
    }
    return json.dumps({"#meta": meta, "vars": list(VARS), "states": states}, indent=2) + "\n"


def _told(move: Any) -> str:
    words = (
        move["kind"],
        move.get("step", ""),
        move.get("fault", "") or move.get("answer", ""),
        move.get("detail", ""),
    )
    return " ".join(word for word in words if word)


def _state(flow: Flow, number: int, action: str, world: AnyWorld) -> dict[str, Any]:
    pairs = list(zip(flow.steps, world.state.steps, world.truths, strict=True))
    return {
        "#meta": {"index": number},
        "action": action,
        "phase": world.state.phase,
        "record": _map((plan.id, step.record) for plan, step, _ in pairs),
        "done": _map((plan.id, {"#bigint": str(truth.done)}) for plan, _, truth in pairs),
        "undone": _map((plan.id, {"#bigint": str(truth.undone)}) for plan, _, truth in pairs),
        "refuses": _map((plan.id, truth.refuses) for plan, _, truth in pairs),
        "in_flight": {"#set": [_message(flow, message) for message in world.messages]},
    }


def _map(pairs: Any) -> dict[str, Any]:
    return {"#map": [[key, value] for key, value in pairs]}


def _message(flow: Flow, message: Message) -> dict[str, Any]:
    return {
        "step": flow.steps[message.step].id,
        "operation": message.operation,
        "attempt": {"#bigint": str(message.attempt)},
        "answer": message.answer,
        "copy": {"#bigint": str(message.copy)},
    }
