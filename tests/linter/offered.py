"""Which fixes the rules offer, over all that the tests know: examples, cases, and seeded defects."""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

from benchmarks.seeded import DEFINITIONS, TODAY, mutated, sound_definitions
from benchmarks.seeds import all_seeds
from sagactl.linter.lint import lint
from sagactl.linter.pages import page
from sagactl.linter.registry import all_rules
from sagactl.source.build import read
from sagactl.workspace import load
from tests.linter import (
    choreography_cases,
    compensation_cases,
    data_cases,
    delivery_cases,
    fixing_cases,
    isolation_cases,
    operations_cases,
    phases_cases,
    structure_cases,
    time_cases,
)
from tests.linter.cases import whole
from tests.source.bad_cases import BAD_CASES

CASES = (
    *(structure_cases, compensation_cases, phases_cases, delivery_cases, time_cases, operations_cases),
    *(isolation_cases, data_cases, choreography_cases),
)


@cache
def offered() -> dict[str, set[str]]:
    """`safe`, `unsafe` or both, by the codes of the rules that offer fixes at all."""
    found: dict[str, set[str]] = {}
    for text in _texts():
        for located in lint(read(text.encode(), "a text"), all_rules(), {}, TODAY).findings:
            fix = located.finding.fix
            if fix is not None:
                found.setdefault(located.finding.code, set()).add("safe" if fix.safe else "unsafe")
    return found


def _texts() -> Iterator[str]:
    yield from (page(rule).bad for rule in all_rules())
    yield from (case.text for case in BAD_CASES)
    yield from (whole(text) for _, text, _ in fixing_cases.CASES)
    for cases in CASES:
        yield from (whole(text) for _, _, text, _ in cases.CASES)
    for sound in sound_definitions(load([str(DEFINITIONS)])):
        for seed in all_seeds():
            mutant = next(iter(seed.mutants(sound)), None)
            if mutant is not None:
                yield mutated(sound.text, mutant)
