"""The sagas of a run are checked by its rules, and what their authors suppressed is taken out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, NamedTuple

from sagactl.finding import Finding, Related
from sagactl.linter.across import Digested, across, digest
from sagactl.linter.crashes import crash
from sagactl.linter.facts import Facts
from sagactl.linter.ignores import apply_ignores
from sagactl.linter.linted import Linted, Located, locate, located, position
from sagactl.linter.pair_proofs import shown
from sagactl.linter.proofs import PROVES, proved
from sagactl.linter.rule import Rule, finding_of
from sagactl.model import Saga
from sagactl.source.build import Reading

if TYPE_CHECKING:
    from sagactl.linter.advice import Recommend

__all__ = ["Checked", "Linted", "Located", "check", "check_file", "finish", "lint", "lint_all", "locate"]


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
    between = by_path(across([file.digested for file in files if file.digested is not None], chosen))
    near = {file.reading.name: file.reading for file in files} if between else {}
    return tuple(finish(file, between.pop(file.reading.name, ()), near, chosen, today) for file in files)


def check_file(
    reading: Reading,
    rules: tuple[Rule, ...],
    sagas: Mapping[str, Saga] | None = None,
    recommend: Recommend | None = None,
) -> Checked:
    """What reading and the rules say of a file before its suppressions are looked at."""
    if not reading.valid or reading.saga is None:
        return Checked(reading, tuple(_of_reading(reading, rules)))
    facts = Facts(reading.saga, sagas, recommend)
    digested = digest(reading.name, reading.saga, facts, rules)
    found = (*_of_reading(reading, rules), *_found(reading.saga, facts, rules), *digested.crashes)
    facts.forget()
    return Checked(reading, found, digested)


def finish(
    file: Checked,
    between: Iterable[Finding],
    near: Mapping[str, Reading],
    rules: tuple[Rule, ...],
    today: str,
    known: tuple[Rule, ...] | None = None,
) -> Linted:
    """The findings of a file and those between it and others, at their places, the suppressed ones set apart.

    `near` are the other files that those point into.  `known` are the rules that a suppression may name; if not said,
    those built in.
    """
    document = file.reading.document
    findings = (*file.findings, *(_settled(_shown(finding, file, near), near) for finding in between))
    placed = [located(document, finding) for finding in findings]
    kept, suppressed = apply_ignores(document, placed, rules, today, file.reading.valid, known)
    saga = file.reading.saga.id if file.reading.saga is not None else ""
    return Linted(file.reading.name, document.text, tuple(sorted(kept, key=position)), tuple(suppressed), saga)


def check(saga: Saga, rules: Iterable[Rule], sagas: Mapping[str, Saga] | None = None) -> Iterator[Finding]:
    """What the rules find in a saga among others, with symbolic places: no text is needed, ids stand for paths."""
    chosen = tuple(rules)
    facts = Facts(saga, sagas)
    yield from _found(saga, facts, chosen)
    run = {**(sagas or {}), saga.id: saga}
    digested = [digest(id, each, facts if each is saga else Facts(each, sagas), chosen) for id, each in run.items()]
    for path, finding in across(digested, chosen):
        if path == saga.id:
            yield shown(finding, saga, run)


def by_path(found: Iterable[tuple[str, Finding]]) -> dict[str, tuple[Finding, ...]]:
    """The findings between sagas, those of each file together."""
    between: dict[str, tuple[Finding, ...]] = {}
    for path, finding in found:
        between[path] = (*between.get(path, ()), finding)
    return between


def _of_reading(reading: Reading, rules: tuple[Rule, ...]) -> Iterator[Finding]:
    """Errors always stay; a remark is made where its rule was asked for."""
    chosen = {rule.code: rule for rule in rules if rule.decides_validity} if reading.findings else {}
    for finding in reading.findings:
        if finding.severity == "error" or finding.code in chosen:
            yield finding


def _found(saga: Saga, facts: Facts, rules: Iterable[Rule]) -> Iterator[Finding]:
    concerns = facts.concerns
    for rule in rules:
        if rule.check is not None and rule.concerns in concerns:
            try:
                for hit in rule.check(saga, facts):
                    proof = proved(rule.code, facts, hit) if rule.code in PROVES else hit
                    yield shown(finding_of(rule, proof, saga.id), saga)
            except Exception as error:
                yield crash(rule, error, saga.id)


def _shown(finding: Finding, file: Checked, near: Mapping[str, Reading]) -> Finding:
    """A finding between sagas with the runs that prove it, those of the sagas that it points into among them."""
    sagas = {path: reading.saga for path, reading in near.items() if reading.saga is not None}
    return shown(finding, file.reading.saga, sagas) if file.reading.saga is not None else finding


def _settled(finding: Finding, near: Mapping[str, Reading]) -> Finding:
    """The finding with its places in other files made concrete, so that a report needs one document at a time."""
    return finding._replace(related=tuple(_settled_place(related, near) for related in finding.related))


def _settled_place(related: Related, near: Mapping[str, Reading]) -> Related:
    if not related.path:
        return related
    return related._replace(place=locate(near[related.path].document, related.place))
