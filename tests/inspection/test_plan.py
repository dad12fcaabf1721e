"""A plan says which rules hold for which file and how grave they are, and refuses words that mean nothing."""

from __future__ import annotations

import pickle

import pytest

from sagactl.errors import UnknownName, UsageError
from sagactl.inspection.plan import Local, Plan, make_plan
from sagactl.linter.registry import all_rules

DEFAULT = [rule.code for rule in all_rules() if rule.default]


def codes(made: Plan, name: str = "a.saga.yaml") -> list[str]:
    return [rule.code for rule in made.rules_for(name)]


def grade(made: Plan, code: str, name: str = "a.saga.yaml") -> str:
    rule = next(rule for rule in made.rules_for(name) if rule.code == code)
    return rule.decided or rule.severity


def test_a_plan_without_words_takes_the_default_rules() -> None:
    assert codes(make_plan(Plan())) == DEFAULT


@pytest.mark.parametrize(
    ("select", "expected"),
    [
        (("default",), DEFAULT),
        (("pedantic",), [rule.code for rule in all_rules()]),
        (("ALL",), [rule.code for rule in all_rules()]),
        (("default", "SG122"), sorted([*DEFAULT, "SG122"])),
    ],
)
def test_sets_are_selected_like_rules(select: tuple[str, ...], expected: list[str]) -> None:
    assert codes(make_plan(Plan(select=select))) == expected


def test_a_severity_holds_whatever_the_rule_says() -> None:
    made = make_plan(Plan(severity=(("missing-compensation", "info"), ("SG2", "warning"))))
    assert (grade(made, "SG101"), grade(made, "SG202")) == ("info", "warning")
    assert codes(made) == DEFAULT


def test_off_leaves_a_rule_out() -> None:
    assert codes(make_plan(Plan(severity=(("SG101", "off"),)))) == [code for code in DEFAULT if code != "SG101"]


def test_a_severity_turns_on_a_rule_that_is_off_by_default() -> None:
    assert "SG122" in codes(make_plan(Plan(severity=(("no-undo-handler", "warning"),))))
    assert codes(make_plan(Plan(select=("SG101",), severity=(("no-undo-handler", "warning"),)))) == ["SG101"]


def test_a_pattern_changes_what_holds_below_it() -> None:
    local = Local("drafts", select=("SG122",), ignore=("SG101",), severity=(("SG202", "info"),))
    made = make_plan(Plan(locals=(local,)))
    assert codes(made, "sagas/a.saga.yaml") == DEFAULT
    there = codes(made, "drafts/a.saga.yaml")
    assert "SG122" in there
    assert "SG101" not in there
    assert (grade(made, "SG202"), grade(made, "SG202", "drafts/a.saga.yaml")) == ("error", "info")


def test_later_patterns_win() -> None:
    made = make_plan(Plan(locals=(Local("a", ignore=("SG1",)), Local("a/b", select=("SG101",)))))
    assert "SG101" not in codes(made, "a/x.saga.yaml")
    assert "SG101" in codes(made, "a/b/x.saga.yaml")


def test_all_chosen_rules_are_those_of_any_place() -> None:
    made = make_plan(Plan(select=("SG101",), locals=(Local("drafts", select=("SG122",)),)))
    assert [rule.code for rule in made.chosen] == ["SG101", "SG122"]


@pytest.mark.parametrize(
    "words",
    [
        Plan(select=("SG77",)),
        Plan(ignore=("missing-compensations",)),
        Plan(severity=(("missing-compensations", "info"),)),
        Plan(locals=(Local("x", select=("nope",)),)),
        Plan(locals=(Local("x", ignore=("nope",)),)),
        Plan(locals=(Local("x", severity=(("nope", "info"),)),)),
    ],
)
def test_a_word_that_means_no_rule_is_refused(words: Plan) -> None:
    with pytest.raises(UnknownName):
        make_plan(words)


def test_what_decides_validity_keeps_its_severity() -> None:
    with pytest.raises(UsageError, match="unknown-key"):
        make_plan(Plan(severity=(("SG001", "info"),)))
    with pytest.raises(UsageError, match="unknown-key"):
        make_plan(Plan(locals=(Local("x", severity=(("unknown-key", "off"),)),)))
    assert grade(make_plan(Plan(severity=(("SG0", "info"),))), "SG001") == "error"


def test_of_unchanged_files_only_what_others_must_know_is_looked_at() -> None:
    made = make_plan(Plan(changed=frozenset({"a.saga.yaml"})))
    assert codes(made, "a.saga.yaml") == DEFAULT
    assert all(rule.digest is not None for rule in made.rules_for("b.saga.yaml"))


def test_a_plan_travels_between_processes() -> None:
    made = make_plan(Plan(select=("SG1",), locals=(Local("x", ignore=("SG101",)),)))
    assert pickle.loads(pickle.dumps(made)) == made
