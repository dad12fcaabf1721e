"""Stage 3: two runs at once, of one saga or of two, on everything that both use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from itertools import product
from typing import Final, NamedTuple

from sagactl.flow import Flow
from sagactl.model import Countermeasure
from sagactl.verdict import Counterexample
from sagactl.verifier.interleaved import interleaved
from sagactl.world.pairs import Clash, Script, Turn, clashes, resources_of, scripts

WORDS: Final = {
    "I1": "`{step}` reads from `{resource}` what `{other}` has written and then undoes",
    "I2": "`{step}` overwrites what `{other}` wrote to `{resource}`, without having seen it",
    "I3": "`{step}` reads from `{resource}` something else than before, as `{other}` wrote in between",
    "I4": "undoing `{step}` overwrites what `{other}` has written to `{resource}` since",
    "I5": "`{step}` waits for the lock of `{resource}` from `{other}`, while that run waits for a lock of this one",
}
NEVER_RELEASED: Final = "`{step}` waits for the lock of `{resource}`, which a run that has ended never released"

REMEDIES: Final = {
    "I1": "resources:\n  {resource}: {{countermeasure: semantic-lock}}",
    "I2": "resources:\n  {resource}: {{countermeasure: version}}",
    "I3": "resources:\n  {resource}: {{countermeasure: reread}}",
    "I4": "# write the difference, so that undoing it leaves the rest alone:\n- step: {step}\n  write_mode: add",
    "I5": "# take locks in the same order everywhere, and release each of them:\n- step: {step}\n  lock_ttl: 15m",
}

VERBS: Final = {"read": "reads", "write": "writes", "update": "changes", "lock": "locks", "unlock": "releases"}
MAX_LINES: Final = 10


class Isolation(NamedTuple):
    """What two runs can do to each other, on how many resources that was looked at, and on which not to the end."""

    violations: tuple[Counterexample, ...]
    resources: int
    cut_short: tuple[str, ...]


class Rival(NamedTuple):
    """A saga whose runs may meet those of the one that is verified."""

    flow: Flow
    is_same: bool


def isolation(flow: Flow, others: Iterable[Flow] = ()) -> Isolation:
    """Everything that two runs can do to each other, as far as a step of this saga shows it."""
    rivals = [Rival(other, False) for other in others]
    if flow.saga.limits.concurrency != 1:
        rivals.insert(0, Rival(flow, True))
    found: dict[tuple[str, str], Counterexample] = {}
    cut_short: list[str] = []
    resources = list(resources_of(flow))
    for resource in (*resources, None):
        for rival in rivals:
            for clash in _met(flow, rival, resource, cut_short):
                found.setdefault((clash.property, clash.step), _told(flow, rival, clash))
    return Isolation(tuple(found.values()), len(resources), tuple(dict.fromkeys(cut_short)))


def _met(flow: Flow, rival: Rival, resource: str | None, cut_short: list[str]) -> Iterator[Clash]:
    """What runs do to each other on one resource, or (None) with their locks."""
    if resource is not None and not _is_shared(flow, rival.flow, resource):
        return
    countermeasure = _countermeasure(flow, rival.flow, resource)
    ours, theirs = scripts(flow, resource), scripts(rival.flow, resource)
    if resource is None and not (_locks(ours) & _locks(theirs)):
        return
    for first, second in product(ours, theirs):
        found, complete = clashes(first, second, countermeasure)
        if not complete:
            cut_short.append(resource or "locks")
        # A deadlock is about all locks at once, everything else about one resource.
        wanted = [clash for clash in found if (clash.property == "I5") == (resource is None)]
        yield from (clash for clash in wanted if clash.run == 0 or rival.is_same)


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


# -- words


def _told(flow: Flow, rival: Rival, clash: Clash) -> Counterexample:
    words = {"step": clash.step, "other": clash.other, "resource": clash.resource}
    who = "" if rival.is_same else f" (a run of `{rival.flow.saga.id}`)"
    found = Counterexample(
        property=clash.property,
        step=clash.step,
        explanation=(WORDS[clash.property] if clash.other else NEVER_RELEASED).format(**words) + who,
        story=_short(tuple(_lines(flow, rival, clash.turns))),
        remedy=REMEDIES[clash.property].format(**words),
    )
    return interleaved(flow, rival.flow, found, clash.turns, clash.run)


def _lines(flow: Flow, rival: Rival, turns: Iterable[Turn]) -> Iterator[str]:
    names = ("one run", "another run") if rival.is_same else (f"`{flow.saga.id}`", f"`{rival.flow.saga.id}`")
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


def _short(lines: tuple[str, ...]) -> tuple[str, ...]:
    return lines if len(lines) <= MAX_LINES else (*lines[:4], "…", *lines[-(MAX_LINES - 5) :])
