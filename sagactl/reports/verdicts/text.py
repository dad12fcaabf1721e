"""Verdicts for people: the word, then what is wrong or owed, each with its story, and what was looked at."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby
from textwrap import wrap
from typing import Final

from sagactl.escape import escape
from sagactl.reports.verdicts import PROMISED, VALUES, Shown, Verified
from sagactl.reports.width import fit
from sagactl.verdict import MEANINGS, Counterexample, End, Obligation, Verdict
from sagactl.world.properties import SENTENCES

ROLES: Final = {"safe": "good", "conditional": "warning", "unsafe": "error", "incomplete": "warning"}
MARGIN: Final = 14
MAX_FAULTS: Final = 3
SIGNS: Final = {"completed": "✓", "compensated": "↩", "parked": "☠"}


def render(shown: Shown) -> str:
    """Each saga, and a line for all of them where there are several."""
    blocks = ["\n".join(_saga(shown, each)) for each in shown.verified]
    if len(shown.verified) > 1:
        blocks.append("\n".join(_summary(shown)))
    return "\n\n".join(blocks) + "\n"


def _saga(shown: Shown, verified: Verified) -> Iterator[str]:
    verdict, style = verified.verdict, shown.style
    word = style(ROLES[verdict.verdict], verdict.verdict.upper())
    yield f"{style('strong', escape(verdict.saga))}  {word}: {MEANINGS[verdict.verdict]}"
    if shown.outcomes and verdict.ends is not None:
        yield ""
        yield from _outcomes(shown, verdict)
    for found in verdict.violations:
        yield ""
        yield from _violation(shown, found)
    for participant, owed in groupby(verdict.obligations, key=lambda each: each.participant):
        yield ""
        yield from _contract(shown, participant, list(owed))
    if verdict.violations or verdict.obligations:
        yield ""
    yield from _tail(shown, verified)


# -- what is wrong


def _violation(shown: Shown, found: Counterexample) -> Iterator[str]:
    style = shown.style
    yield f"{style('error', found.property)} {style('strong', escape(found.step))}: {escape(found.explanation)}"
    if found.property in SENTENCES:
        yield "  " + style("dim", f"{SENTENCES[found.property]}")
    yield from _story(shown, found)


def _story(shown: Shown, found: Counterexample) -> Iterator[str]:
    style = shown.style
    if found.faults:
        yield from _labelled(shown, "faults", _faults(found.faults))
    for number, line in enumerate(found.story, 1):
        capital = line.split(":")[0].split(",")[0]
        role = "fault" if capital.isupper() and len(capital) > 2 else ""
        yield f"  {style('dim', f'{number:>2}')}  {style(role, escape(line))}"
    if found.decision:
        yield from _labelled(shown, "", found.decision)
    if found.remedy:
        yield from _pasted(shown, found.remedy)


def _faults(faults: tuple[str, ...]) -> str:
    """Equal faults of the tries of one step are counted."""
    told = []
    for (step, fault), group in groupby(faults, key=_without_try):
        number = len(list(group))
        told.append(f"{step}:{fault}" + (f" at {number} tries" if number > 1 else ""))
    return ", ".join(told)


def _without_try(address: str) -> tuple[str, str]:
    step, _, fault = address.rpartition(":")
    return step.split("#")[0], fault


def _pasted(shown: Shown, remedy: str) -> Iterator[str]:
    lines = remedy.splitlines()
    yield f"  {shown.style('help', 'mend it')}   {escape(lines[0])}"
    yield from (f"            {escape(line)}" for line in lines[1:])


# -- what is owed


def _contract(shown: Shown, participant: str, owed: list[Obligation]) -> Iterator[str]:
    """What one participant has to promise, so that it can be handed over."""
    style = shown.style
    yield f"{style('strong', escape(participant))} has to promise"
    for each in owed:
        steps = ", ".join(map(escape, each.steps))
        yield f"  {style('warning', each.promise)}: that it {PROMISED[each.promise]} ({steps})"
        found = each.counterexample
        yield from _wrapped(f"otherwise {found.property} {found.step}: {found.explanation}", "    ", shown.width)
        if shown.verbose:
            yield from _story(shown, found._replace(remedy=""))
        else:
            yield from _wrapped(f"by {_faults(found.faults)}", "    ", shown.width)
    values = ", ".join(f"{each.promise}: {VALUES[each.promise]}" for each in owed)
    yield from _pasted(shown, f"participants:\n  {participant}: {{{values}}}")


# -- how runs end


def _outcomes(shown: Shown, verdict: Verdict) -> Iterator[str]:
    ends = verdict.ends or ()
    yield f"{len(ends)} ways to end"
    for end in ends:
        yield ""
        yield from _end(shown, end)


def _end(shown: Shown, end: End) -> Iterator[str]:
    """How it came, and the steps by what has become of them."""
    role = {"completed": "good", "compensated": "undo", "parked": "bad"}[end.outcome]
    accepted = "" if end.accepted else ", which `accept` does not list"
    how = "; ".join(map(escape, end.faults)) or "nothing fails"
    yield f"  {SIGNS[end.outcome]} {shown.style(role, end.outcome)}{accepted}  {shown.style('dim', how)}"
    by_word: dict[str, list[str]] = {}
    for name, word in end.steps.items():
        by_word.setdefault(word, []).append(name)
    told = " · ".join(f"{word}: {', '.join(names)}" for word, names in by_word.items())
    yield from _wrapped(told, "    ", shown.width)


# -- what was looked at


def _tail(shown: Shown, verified: Verified) -> Iterator[str]:
    verdict = verified.verdict
    if verdict.parked:
        how: dict[str, list[str]] = {}
        for each in verdict.parked:
            how.setdefault(each.how, []).append(each.step)
        told = "; ".join(f"{', '.join(ids)} ({reason})" for reason, ids in how.items())
        yield from _labelled(shown, "may park", told)
    if verdict.vacuous:
        yield from _labelled(shown, "never", "; ".join(verdict.vacuous))
    for note in verdict.notes:
        yield from _labelled(shown, "note", note)
    yield from _labelled(shown, "looked at", "; ".join((*verdict.covered, f"{verdict.worlds:,} worlds")))
    if verdict.uncovered:
        yield from _labelled(shown, "not", "; ".join(verdict.uncovered))


def _labelled(shown: Shown, label: str, text: str) -> Iterator[str]:
    lines = wrap(escape(text), max(30, shown.width - MARGIN), break_long_words=False, break_on_hyphens=False) or [""]
    yield "  " + shown.style("help", fit(label, MARGIN - 4)) + "  " + lines[0]
    yield from (" " * MARGIN + line for line in lines[1:])


def _wrapped(text: str, indent: str, columns: int) -> Iterator[str]:
    room = max(30, columns - len(indent))
    yield from (indent + line for line in wrap(escape(text), room, break_long_words=False, break_on_hyphens=False))


def _summary(shown: Shown) -> Iterator[str]:
    counts = dict.fromkeys(MEANINGS, 0)
    for each in shown.verified:
        counts[each.verdict.verdict] += 1
    told = ", ".join(f"{number} {word}" for word, number in counts.items() if number)
    yield f"{len(shown.verified)} sagas: {told}"
