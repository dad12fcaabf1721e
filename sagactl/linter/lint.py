"""The sagas of a run are checked by its rules, and what their authors suppressed is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sagactl.finding import Finding, Place, Region, Related
from sagactl.linter.across import Digested, across, digest
from sagactl.linter.facts import Facts
from sagactl.linter.ignores import apply_ignores
from sagactl.linter.rule import Rule, finding_of
from sagactl.model import Saga
from sagactl.source.build import Reading
from sagactl.source.check import region
from sagactl.source.document import Document

if TYPE_CHECKING:
    from sagactl.linter.advice import Recommend


class Located(NamedTuple):
    """A finding and where it stands in its text."""

    finding: Finding
    region: Region


class Linted(NamedTuple):
    """What lint says of one file, in the order of the text."""

    reading: Reading
    findings: tuple[Located, ...]
    suppressed: int


class Checked(NamedTuple):
    """What the rules say of one file alone, and what those over all sagas have to know of it."""

    reading: Reading
    findings: tuple[Finding, ...]
    digested: Digested | None = None


def lint(
    reading: Reading,
    rules: Iterable[Rule],
    sagas: Mapping[str, Saga] | None = None,
    today: str = "",
    recommend: Recommend | None = None,
) -> Linted:
    """What lint says of a file that is alone in its run."""
    return lint_all((reading,), rules, sagas, today, recommend)[0]


def lint_all(
    readings: Iterable[Reading],
    rules: Iterable[Rule],
    sagas: Mapping[str, Saga] | None = None,
    today: str = "",
    recommend: Recommend | None = None,
) -> tuple[Linted, ...]:
    """Findings of reading and of the rules in each file of a run, those suppressed by comments taken out.

    Rules look at valid sagas only: what they said of a saga with holes would be guesses.
    `today` (as 2026-01-31) decides whether a suppression has expired; empty means that none has.
    `recommend` is asked which style suits a saga by the rule that compares it with the declared one.
    """
    chosen = tuple(rules)
    files = [check_file(reading, chosen, sagas, recommend) for reading in readings]
    between: dict[str, list[Finding]] = {}
    for path, finding in across([file.digested for file in files if file.digested is not None], chosen):
        between.setdefault(path, []).append(finding)
    documents = {file.reading.name: file.reading.document for file in files} if between else {}
    return tuple(_linted(file, between.pop(file.reading.name, ()), documents, chosen, today) for file in files)


def check_file(
    reading: Reading,
    rules: tuple[Rule, ...],
    sagas: Mapping[str, Saga] | None = None,
    recommend: Recommend | None = None,
) -> Checked:
    """What reading and the rules say of a file before its suppressions are looked at."""
    if not reading.valid or reading.saga is None:
        return Checked(reading, reading.findings)
    facts = Facts(reading.saga, sagas, recommend)
    found = tuple(_found(reading.saga, facts, rules))
    return Checked(reading, reading.findings + found, digest(reading.name, reading.saga, facts, rules))


def check(saga: Saga, rules: Iterable[Rule], sagas: Mapping[str, Saga] | None = None) -> Iterator[Finding]:
    """What the rules find in a saga among others, with symbolic places: no text is needed, ids stand for paths."""
    chosen = tuple(rules)
    facts = Facts(saga, sagas)
    yield from _found(saga, facts, chosen)
    run = {**(sagas or {}), saga.id: saga}
    digested = [digest(id, each, facts if each is saga else Facts(each, sagas), chosen) for id, each in run.items()]
    for path, finding in across(digested, chosen):
        if path == saga.id:
            yield finding


def _found(saga: Saga, facts: Facts, rules: Iterable[Rule]) -> Iterator[Finding]:
    for rule in rules:
        if rule.check is not None:
            for hit in rule.check(saga, facts):
                yield finding_of(rule, hit, saga.id)


def _linted(
    file: Checked, between: Iterable[Finding], documents: Mapping[str, Document], rules: tuple[Rule, ...], today: str
) -> Linted:
    reading = file.reading
    findings = (*file.findings, *(_settled(finding, documents) for finding in between))
    located = [Located(finding, locate(reading.document, finding.place)) for finding in findings]
    kept, suppressed = apply_ignores(reading.document, located, rules, today, judged=reading.valid)
    return Linted(reading, tuple(sorted(kept, key=_position)), suppressed)


def _settled(finding: Finding, documents: Mapping[str, Document]) -> Finding:
    """The finding with its places in other files made concrete, so that a report needs one document at a time."""
    return finding._replace(related=tuple(_settled_place(related, documents) for related in finding.related))


def _settled_place(related: Related, documents: Mapping[str, Document]) -> Related:
    if not related.path:
        return related
    return related._replace(place=locate(documents[related.path], related.place))


def locate(document: Document, place: Place | Region) -> Region:
    """The region of a place; a place that the text does not have is shown at what stands nearest."""
    if isinstance(place, Region):
        return place
    return region(document.span(place.route, place.part))


def _position(located: Located) -> tuple[int, int, str]:
    return located.region.line, located.region.column, located.finding.code
