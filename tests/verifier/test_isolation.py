"""Two runs at once: what a countermeasure prevents, and what happens without one."""

from __future__ import annotations

import pytest

from sagactl.linter import pages
from sagactl.linter.registry import find
from sagactl.simulator import Plan, rehearse
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


ACCESSES = {"executed", "undo-executed"}


@pytest.mark.parametrize("mode", ["set", "add"])
def test_each_of_two_runs_plays_again_and_both_are_told_in_their_order(mode: str) -> None:
    plan = unfold(load(READS_THEN_SETS % ("", mode))).flow
    for found in isolation(plan).violations:
        assert found.moves and found.beside is not None
        for moves, name in zip((found.moves, found.beside.moves), found.beside.names, strict=True):
            trace = rehearse(plan, Plan(moves=moves, beside=name))
            told = [each for each in found.beside.moments if each.step.startswith(f"{name}: ")]
            assert [(each.what, f"{name}: {each.step}") for each in trace.moments if each.what in ACCESSES] == [
                (each.what, each.step) for each in told if each.what in ACCESSES
            ]
            assert name in trace.notes
        times = [each.t_s for each in found.beside.moments]
        assert times == sorted(times)


def test_a_dirty_read_comes_between_the_write_and_its_undoing() -> None:
    found = isolation(unfold(load(READS_THEN_SETS % ("", "add"))).flow).violations[0]
    assert found.property == "I1" and found.beside is not None
    own, other = found.beside.names
    order = [(each.step, each.what) for each in found.beside.moments if each.what in ACCESSES]
    wanted = [(f"{other}: change", "executed"), (f"{own}: look", "executed"), (f"{other}: change", "undo-executed")]
    places = [order.index(each) for each in wanted]
    assert places == sorted(places)


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
