"""Stage 3: two runs at once, of one saga or of two, on everything that both use."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, NamedTuple

from sagactl.evidence.meetings import Rival, meetings, story
from sagactl.flow import Flow
from sagactl.verdict import Counterexample
from sagactl.world.pairs import Clash, resources_of

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


class Isolation(NamedTuple):
    """What two runs can do to each other, on how many resources that was looked at, and on which not to the end."""

    violations: tuple[Counterexample, ...]
    resources: int
    cut_short: tuple[str, ...]


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
            for met in meetings(flow, rival, resource):
                cut_short += [] if met.complete else [resource or "locks"]
                for clash in met.clashes:
                    found.setdefault((clash.property, clash.step), _told(flow, rival, clash))
    return Isolation(tuple(found.values()), len(resources), tuple(dict.fromkeys(cut_short)))


def _told(flow: Flow, rival: Rival, clash: Clash) -> Counterexample:
    from sagactl.verifier.interleaved import interleaved

    words = {"step": clash.step, "other": clash.other, "resource": clash.resource}
    who = "" if rival.is_same else f" (a run of `{rival.flow.saga.id}`)"
    found = Counterexample(
        property=clash.property,
        step=clash.step,
        explanation=(WORDS[clash.property] if clash.other else NEVER_RELEASED).format(**words) + who,
        story=story(flow, rival, clash),
        remedy=REMEDIES[clash.property].format(**words),
    )
    return interleaved(flow, rival.flow, found, clash.turns, clash.run)
