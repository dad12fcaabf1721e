"""Rules over all sagas of a run: each saga is digested on its own, and the rules see the digests of all.

The first half may happen in any process, in any order; the second takes little more than what the files have in common.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from sagactl.finding import Finding, Related
from sagactl.linter.crashes import crash
from sagactl.linter.facts import Facts
from sagactl.linter.rule import Digest, MakeDigest, Rule, finding_of
from sagactl.model import Saga


class Digested(NamedTuple):
    """What the rules over all sagas have to know of one: their digests by the codes of the rules, None left out.

    `crashes` are the findings about rules that failed to make theirs.
    """

    path: str
    saga: str
    values: Mapping[str, Any]
    crashes: tuple[Finding, ...] = ()


def digest(path: str, saga: Saga, facts: Facts, rules: Iterable[Rule]) -> Digested:
    """The digests of one saga; what several rules share is made once."""
    made: dict[MakeDigest, Any] = {}
    values: dict[str, Any] = {}
    crashes: list[Finding] = []
    for rule in rules:
        if rule.digest is not None and rule.concerns in facts.concerns:
            try:
                if rule.digest not in made:
                    made[rule.digest] = rule.digest(saga, facts)
            except Exception as error:
                made[rule.digest] = None
                crashes.append(crash(rule, error, saga.id))
            if made[rule.digest] is not None:
                values[rule.code] = made[rule.digest]
    return Digested(path, saga.id, values, tuple(crashes))


def across(digested: Sequence[Digested], rules: Iterable[Rule]) -> Iterator[tuple[str, Finding]]:
    """What the rules find between the sagas of a run, each finding with the path of its file."""
    sagas = {each.path: each.saga for each in digested}
    for rule in rules:
        if rule.check_all is not None:
            digests = [
                Digest(each.path, each.saga, each.values[rule.code]) for each in digested if rule.code in each.values
            ]
            try:
                for hit in rule.check_all(digests) if digests else ():
                    finding = finding_of(rule, hit, sagas[hit.path])
                    yield hit.path, finding._replace(related=tuple(_seen_from(hit.path, each) for each in hit.related))
            except Exception as error:
                # It is about no file in particular; it has to stand somewhere to be seen.
                yield digests[0].path, crash(rule, error)


def _seen_from(path: str, related: Related) -> Related:
    """The related place as it is named in this file: a place in the same file needs no path."""
    return related._replace(path="") if related.path == path else related
