"""The verdict: what goes wrong and by which run, what each participant has to promise, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from typing import Final

from sagactl.model import Participant, Saga
from sagactl.reports.hypertext import code, codes, sentence, text
from sagactl.reports.surveys import Refused, Surveyed, Verified
from sagactl.reports.surveys.html.layout import dashed, facts, pasted, plural, refusal, region, table
from sagactl.reports.traces.html.lifelines import Diagram
from sagactl.reports.verdicts import PROMISED, VALUES
from sagactl.trace import Trace
from sagactl.verdict import MEANINGS, TITLES, Counterexample, Obligation, Verdict
from sagactl.world.properties import SENTENCES

PROMISES: Final = ("idempotency", "rejects_late_actions", "remembers_failures", "status_query")

Owed = tuple[Obligation, Trace | None]


def verification(surveyed: Surveyed) -> Iterator[str]:
    """The verdict and everything that it rests on."""
    verified, saga = surveyed.verified, surveyed.saga
    if isinstance(verified, Refused) or saga is None:
        yield from refusal(verified if isinstance(verified, Refused) else Refused("there is no saga"))
        return
    verdict = verified.verdict
    yield f'<p class="verdict {verdict.verdict}"><strong>{verdict.verdict.capitalize()}</strong> '
    yield f"{text(MEANINGS[verdict.verdict])}</p>"
    yield from _violations(verified)
    yield from _contract(saga, verified)
    yield "<h3>What was looked at</h3>"
    yield from facts(_looked_at(verdict))


# -- what is wrong


def _violations(verified: Verified) -> Iterator[str]:
    found = verified.verdict.violations
    if found:
        yield f"<h3>{plural(len(found), 'violation')}</h3>"
    for number, (each, trace) in enumerate(zip(found, verified.violations, strict=True), 1):
        name = f"violation-{number}"
        yield f'<article class="finding error" id="{name}" aria-labelledby="{name}-title">'
        yield f'<h4 id="{name}-title"><span class="grade">Violated</span> {_title(each)}</h4>'
        yield from _told(each)
        yield from _diagram(trace, name)
        if each.remedy:
            yield "<p><strong>Mend it</strong></p>"
            yield from pasted(each.remedy, "To paste")
        yield "</article>"


def _title(found: Counterexample) -> str:
    return f"{code(found.property)} {text(TITLES.get(found.property, ''))}: {code(found.step)}"


def _told(found: Counterexample) -> Iterator[str]:
    yield f"<p>{sentence(found.explanation)}</p>"
    if found.property in SENTENCES:
        yield f'<p class="remark">What must hold: {sentence(SENTENCES[found.property])}</p>'
    if found.faults:
        yield f"<p>Faults: {codes(found.faults)}</p>"
    yield '<ol class="story">'
    yield from (f"<li>{sentence(line)}</li>" for line in found.story)
    yield "</ol>"
    if found.decision:
        yield f"<p>{sentence(found.decision)}</p>"


def _diagram(trace: Trace | None, name: str) -> Iterator[str]:
    """The whole run as a sequence, once somebody wants to see it."""
    if trace is None:
        return
    yield f"<details><summary>The run as a sequence, {plural(len(trace.moments), 'moment')}</summary>"
    yield from region(f"Sequence of {name}", (Diagram(trace, f"{name}-sequence").draw(),))
    yield "</details>"


# -- what is owed


def _contract(saga: Saga, verified: Verified) -> Iterator[str]:
    """What each participant states already, and what it owes, so that it can be handed over."""
    owed = list(zip(verified.verdict.obligations, verified.obligations, strict=True))
    missing = {(each.participant, each.promise) for each, _ in owed}
    if saga.participants:
        yield "<h3>The contract of each participant</h3>"
        rows = (
            (code(each.id), *(_cell(each, promise, missing) for promise in PROMISES))
            for each in saga.participants.values()
        )
        columns = ("Participant", *(code(promise) for promise in PROMISES))
        yield from table("What participants state, and what they still have to promise", columns, rows)
    for number, (participant, each) in enumerate(groupby(owed, key=lambda pair: pair[0].participant), 1):
        yield from _owed(participant, list(each), f"owed-{number}")


def _cell(participant: Participant, promise: str, missing: set[tuple[str, str]]) -> str:
    stated = getattr(participant, promise)
    if (participant.id, promise) in missing:
        return '<strong class="r-fault">! owed</strong>'
    if stated is None:
        return "not stated"
    return f"states {code(stated)}" if isinstance(stated, str) else "states it" if stated else "denies it"


def _owed(participant: str, owed: list[Owed], name: str) -> Iterator[str]:
    yield f'<article class="finding warning" aria-labelledby="{name}-title">'
    yield f'<h4 id="{name}-title">{code(participant)} has to promise</h4>'
    for place, (each, trace) in enumerate(owed, 1):
        yield f"<p><strong>{code(each.promise)}</strong>: that it {text(PROMISED[each.promise])}, "
        yield f"for {codes(each.steps)}</p>"
        found = each.counterexample
        yield f"<details><summary>Otherwise {_title(found)}</summary>"
        yield from _told(found)
        if trace is not None:
            yield from region("Sequence", (Diagram(trace, f"{name}-{place}-sequence").draw(),))
        yield "</details>"
    values = ", ".join(f"{each.promise}: {VALUES[each.promise]}" for each, _ in owed)
    yield from pasted(f"participants:\n  {participant}: {{{values}}}", "To paste")
    yield "</article>"


# -- what was looked at


def _looked_at(verdict: Verdict) -> Iterator[tuple[str, str]]:
    yield "Looked at", "; ".join(map(text, (*verdict.covered, plural(verdict.worlds, "world"))))
    if verdict.uncovered:
        yield "Not looked at", "; ".join(map(sentence, verdict.uncovered))
    if verdict.parked:
        yield "May park", "; ".join(_parked(verdict))
    if verdict.vacuous:
        yield "Never", "; ".join(map(sentence, verdict.vacuous))
    if verdict.notes:
        yield "Notes", "; ".join(map(sentence, verdict.notes))


def _parked(verdict: Verdict) -> Iterator[str]:
    for how, group in groupby(sorted(verdict.parked, key=lambda each: each.how), key=lambda each: each.how):
        yield f"{dashed(each.step for each in group)} ({text(how)})"
