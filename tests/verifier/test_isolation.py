"""Two runs at once: what a countermeasure prevents, and what happens without one."""

from __future__ import annotations

import pytest

from sagactl.linter import pages
from sagactl.linter.registry import find
from sagactl.unfold import unfold
from sagactl.verifier.isolation import isolation
from tests.linter.cases import load


def broken(text: str, *others: str) -> set[tuple[str, str]]:
    flows = [unfold(load(other)).flow for other in others]
    return {(each.property, each.step) for each in isolation(unfold(load(text)).flow, flows).violations}


RULES = {
    "lost-update": "I2",
    "dirty-read": "I1",
    "fuzzy-read": "I3",
    "lock-not-released": "I5",
    "lock-cycle": "I5",
}


@pytest.mark.parametrize("rule", RULES)
def test_the_examples_of_the_rules_on_isolation_show_their_defect(rule: str) -> None:
    page = pages.page(find(rule))
    assert RULES[rule] in {property for property, _ in broken(page.bad)}
    assert broken(page.good) == set()


READS_THEN_SETS = """
saga: limit
resources: {limit: {participant: bank%s}}
steps:
  - {step: look, participant: bank, action: Look, kind: read-only, reads: limit}
  - {step: change, participant: bank, action: Change, writes: limit, write_mode: %s, compensation: ChangeBack}
  - {step: tell, participant: crm, action: Tell, kind: pivot}
"""


@pytest.mark.parametrize(
    ("countermeasure", "mode", "expected"),
    [
        ("", "set", {"I1", "I2", "I4"}),
        ("", "add", {"I1"}),
        (", countermeasure: version", "set", {"I1"}),
        (", countermeasure: reread", "set", {"I1"}),
        (", countermeasure: semantic-lock", "set", set()),
        (", countermeasure: by-value", "set", set()),
        (", countermeasure: pessimistic-view", "set", {"I2", "I4"}),
        (", countermeasure: commutative", "add", {"I1"}),
    ],
)
def test_countermeasures_do_what_they_do_and_no_more(countermeasure: str, mode: str, expected: set[str]) -> None:
    assert {property for property, _ in broken(READS_THEN_SETS % (countermeasure, mode))} == expected


def test_one_run_at_a_time_meets_nobody() -> None:
    text = READS_THEN_SETS % ("", "set")
    assert broken(text.replace("steps:", "limits: {concurrency: 1}\nsteps:")) == set()


def test_the_runs_of_another_saga_count() -> None:
    reader = """
saga: report
limits: {concurrency: 1}
resources: {limit: {participant: bank}}
steps:
  - {step: sum-up, participant: bank, action: SumUp, kind: read-only, reads: limit}
  - {step: print, participant: crm, action: Print, kind: pivot}
"""
    writer = READS_THEN_SETS % ("", "set")
    assert broken(reader) == set()
    assert broken(reader, writer) == {("I1", "sum-up")}
    assert broken(reader, writer.replace("bank", "other")) == set()
