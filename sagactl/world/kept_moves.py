"""Moves as data: a run that is kept move by move can be made again exactly, whatever its times were."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final, get_args

from sagactl.errors import UnknownName, UsageError
from sagactl.flow import Flow
from sagactl.world.parts import Answer, Move, MoveKind, Operation

_DEFAULT: Final = Move("deliver")
_KNOWN: Final[dict[str, tuple[str, ...]]] = {
    "kind": get_args(MoveKind),
    "operation": get_args(Operation),
    "answer": get_args(Answer),
}


def move_json(flow: Flow, move: Move) -> dict[str, Any]:
    """The move as JSON data, without what is usual."""
    told: dict[str, Any] = {"kind": move.kind}
    if move.step >= 0:
        told["step"] = flow.steps[move.step].id
        told["operation"] = move.operation
    if move.source >= 0:
        told["source"] = flow.steps[move.source].id
    for name in ("attempt", "fault", "detail", "answer", "copy", "run"):
        value = getattr(move, name)
        if value != getattr(_DEFAULT, name):
            told[name] = value
    return told


def move_from(flow: Flow, data: Any) -> Move:
    """The move that the data describes; raises UsageError with what is wrong with it."""
    if not isinstance(data, Mapping):
        raise UsageError("a move of the kept run is not a mapping")
    for name, known in _KNOWN.items():
        if name in data and data[name] not in known:
            raise UnknownName(f"{name} in a kept move:", str(data[name]), known)
    places: dict[str, int] = {}
    for name in ("step", "source"):
        id = data.get(name)
        if id is not None and id not in flow.index:
            raise UnknownName(f"{name} in a kept move:", str(id), flow.index)
        places[name] = flow.index[id] if id is not None else -1
    numbers = {name: _whole(data, name) for name in ("attempt", "copy", "run")}
    return Move(
        data.get("kind", "deliver"),
        places["step"],
        data.get("operation", "action"),
        fault=str(data.get("fault", "")),
        detail=str(data.get("detail", "")),
        answer=data.get("answer", ""),
        source=places["source"],
        **numbers,
    )


def time_of(data: Mapping[str, Any]) -> float | None:
    """When the move really happened, None where only the order was kept; raises UsageError for what is no time."""
    at_s = data.get("at_s")
    if at_s is not None and (not isinstance(at_s, int | float) or isinstance(at_s, bool) or not 0 <= at_s < 2**53):
        raise UsageError("`at_s` of a kept move is not a number of seconds")
    return None if at_s is None else float(at_s)


def _whole(data: Mapping[str, Any], name: str) -> int:
    value = data.get(name, 0)
    if not isinstance(value, int) or isinstance(value, bool) or not 0 <= value <= 1_000_000:
        raise UsageError(f"`{name}` of a kept move is not a number")
    return value
