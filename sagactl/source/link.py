"""Definitions of one run are linked: a step that names another saga must find it, and never itself again."""

from __future__ import annotations

from collections.abc import Mapping

from sagactl.errors import nearest, suggest
from sagactl.finding import Finding, Place, Put
from sagactl.model import Saga
from sagactl.source.build import Reading
from sagactl.source.check import RULE_NAMES
from sagactl.source.references import meant


def link(reading: Reading, sagas: Mapping[str, Saga]) -> Reading:
    """The reading with findings for nested sagas that are missing (SG003) or that lead back to it (SG010)."""
    saga = reading.saga
    if saga is None or all(step.saga is None for step in saga.steps):
        return reading
    found = tuple(_findings(saga, sagas))
    if not found:
        return reading
    return reading._replace(findings=reading.findings + found, valid=False)


def _findings(saga: Saga, sagas: Mapping[str, Saga]) -> list[Finding]:
    found = []
    for step in saga.steps:
        if step.saga is None or step.saga == saga.id:
            continue
        place = Place((*step.route, "saga"))
        if step.saga not in sagas:
            message = f"there is no definition of `{step.saga}`"
            others = tuple(id for id in sagas if id != saga.id)
            note = "looked for among the files of this call and beside this one"
            missing = _finding("SG003", message, place, saga, step.id, suggest(step.saga, others), note)
            guess = nearest(step.saga, others)
            found.append(missing._replace(fix=meant(guess, Put(place.route, guess)) if guess is not None else None))
            continue
        way = _way_back(saga.id, step.saga, sagas)
        if way:
            message = f"`{step.id}` leads back to `{saga.id}`: " + " -> ".join(f"`{id}`" for id in (saga.id, *way))
            found.append(_finding("SG010", message, place, saga, step.id, "", "the nesting would never end"))
    return found


def _way_back(target: str, start: str, sagas: Mapping[str, Saga]) -> tuple[str, ...]:
    """The nested sagas from `start` to `target`, or nothing when there is no way."""
    waiting: list[tuple[str, ...]] = [(start,)]
    seen = {start}
    while waiting:
        way = waiting.pop()
        for child in nested(sagas.get(way[-1])):
            if child == target:
                return (*way, target)
            if child not in seen:
                seen.add(child)
                waiting.append((*way, child))
    return ()


def nested(saga: Saga | None) -> list[str]:
    """The ids of the sagas that a saga runs as steps."""
    return [step.saga for step in saga.steps if step.saga is not None] if saga is not None else []


def _finding(code: str, message: str, place: Place, saga: Saga, step: str, help: str, note: str) -> Finding:
    return Finding(code, RULE_NAMES[code], "error", message, place, saga.id, step, help=help, note=note)
