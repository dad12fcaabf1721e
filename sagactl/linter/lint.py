"""One saga is checked by the rules of a run, and what its author suppressed is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from sagactl.finding import Finding, Place, Region
from sagactl.linter.facts import Facts
from sagactl.linter.ignores import apply_ignores
from sagactl.linter.rule import Hit, Rule
from sagactl.model import Saga
from sagactl.source.build import Reading
from sagactl.source.check import region
from sagactl.source.document import Document


class Located(NamedTuple):
    """A finding and where it stands in its text."""

    finding: Finding
    region: Region


class Linted(NamedTuple):
    """What lint says of one file, in the order of the text."""

    reading: Reading
    findings: tuple[Located, ...]
    suppressed: int


def lint(reading: Reading, rules: Iterable[Rule], sagas: Mapping[str, Saga] | None = None, today: str = "") -> Linted:
    """Findings of reading and of the rules, those suppressed by comments taken out.

    Rules look at valid sagas only: what they said of a saga with holes would be guesses.
    `today` (as 2026-01-31) decides whether a suppression has expired; empty means that none has.
    """
    chosen = tuple(rules)
    findings = list(reading.findings)
    if reading.valid and reading.saga is not None:
        findings += check(reading.saga, chosen, sagas)
    located = [Located(finding, locate(reading.document, finding.place)) for finding in findings]
    kept, suppressed = apply_ignores(reading.document, located, chosen, today, judged=reading.valid)
    return Linted(reading, tuple(sorted(kept, key=_position)), suppressed)


def check(saga: Saga, rules: Iterable[Rule], sagas: Mapping[str, Saga] | None = None) -> Iterator[Finding]:
    """What the rules find in a saga, with symbolic places: no text is needed."""
    facts = Facts(saga, sagas)
    for rule in rules:
        if rule.check is not None:
            for hit in rule.check(saga, facts):
                yield _finding(rule, hit, saga)


def _finding(rule: Rule, hit: Hit, saga: Saga) -> Finding:
    return Finding(
        code=rule.code,
        name=rule.name,
        severity=hit.severity or rule.severity,
        message=hit.message,
        place=hit.place,
        saga=saga.id,
        step=hit.step,
        related=hit.related,
        help=hit.help,
        note=hit.note or rule.why,
        fix=hit.fix,
        evidence=hit.evidence,
    )


def locate(document: Document, place: Place | Region) -> Region:
    """The region of a place; a place that the text does not have is shown at what stands nearest."""
    if isinstance(place, Region):
        return place
    return region(document.span(place.route, place.part))


def _position(located: Located) -> tuple[int, int, str]:
    return located.region.line, located.region.column, located.finding.code
