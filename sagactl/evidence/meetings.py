"""Two runs that meet, of one saga or of two: what they do to each other on what both use, told turn by turn."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final, NamedTuple

from sagactl.flow import Flow
from sagactl.model import Countermeasure
from sagactl.world.pairs import MAX_STATES, Clash, Script, Turn, clashes, scripts

VERBS: Final = {"read": "reads", "write": "writes", "update": "changes", "lock": "locks", "unlock": "releases"}
MAX_LINES: Final = 10


class Rival(NamedTuple):
    """A saga whose runs may meet those of the one that is looked at."""

    flow: Flow
    is_same: bool


class Met(NamedTuple):
    """What two runs on one way each do to each other, and whether all of it was looked at."""

    clashes: tuple[Clash, ...]
    complete: bool


def meetings(flow: Flow, rival: Rival, resource: str | None, limit: int = MAX_STATES) -> Iterator[Met]:
    """What runs do to each other on one resource, or (None) with their locks, as far as a step of the flow shows it.

    One after the other for each pair of ways through the two sagas.
    """
    if resource is not None and not _is_shared(flow, rival.flow, resource):
        return
    countermeasure = _countermeasure(flow, rival.flow, resource)
    ours, theirs = scripts(flow, resource), scripts(rival.flow, resource)
    if resource is None and not (_locks(ours) & _locks(theirs)):
        return
    for first, second in product(ours, theirs):
        found, complete = clashes(first, second, countermeasure, limit)
        # A deadlock is about all locks at once, everything else about one resource.
        wanted = (clash for clash in found if (clash.property == "I5") == (resource is None))
        yield Met(tuple(clash for clash in wanted if clash.run == 0 or rival.is_same), complete)


def story(flow: Flow, rival: Rival, clash: Clash) -> tuple[str, ...]:
    """How it came, in at most ten lines."""
    lines = (*_lines(flow, rival, clash.turns), *_waiting(flow, rival, clash))
    return lines if len(lines) <= MAX_LINES else (*lines[:4], "…", *lines[-(MAX_LINES - 5) :])


def _locks(found: tuple[Script, ...]) -> frozenset[str]:
    return frozenset(act.resource for script in found for act in script if act.kind == "lock")


def _is_shared(flow: Flow, other: Flow, resource: str) -> bool:
    """Whether both mean the same: the same id, and not two owners."""
    here, there = flow.saga.resources.get(resource), other.saga.resources.get(resource)
    if here is None or there is None:
        return False
    return here.participant == there.participant or None in (here.participant, there.participant)


def _countermeasure(flow: Flow, other: Flow, resource: str | None) -> Countermeasure | None:
    """A countermeasure is a fact about the data: what either definition says of it holds."""
    if resource is None:
        return None
    here, there = flow.saga.resources[resource], other.saga.resources[resource]
    return here.countermeasure or there.countermeasure


def _waiting(flow: Flow, rival: Rival, clash: Clash) -> Iterator[str]:
    """The end of a story in which a run waits for ever: for that, nothing happens."""
    if clash.property == "I5":
        who = _names(flow, rival)[clash.run]
        yield f"{who}: `{clash.step}` WAITS FOR EVER for the lock of `{clash.resource}`"


def _names(flow: Flow, rival: Rival) -> tuple[str, str]:
    return ("one run", "another run") if rival.is_same else (f"`{flow.saga.id}`", f"`{rival.flow.saga.id}`")


def _lines(flow: Flow, rival: Rival, turns: Iterable[Turn]) -> Iterator[str]:
    names = _names(flow, rival)
    for turn in turns:
        act, who = turn.act, names[turn.run]
        if turn.what == "goes back":
            yield f"{who} GOES BACK"
        elif turn.what == "is refused":
            yield f"{who}: `{act.step}` is refused, because `{act.resource}` has changed"
        elif turn.what == "ends":
            yield f"{who} ends"
        elif act.kind == "commit":
            yield f"{who} passes its pivot `{act.step}`"
        elif turn.what == "undoes" and act.kind in ("write", "update", "lock"):
            yield f"{who} undoes `{act.step}`"
        elif turn.what == "acts":
            yield f"{who}: `{act.step}` {VERBS[act.kind]} `{act.resource}`"
