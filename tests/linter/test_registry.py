"""Rules are found by code, name and prefix, and whoever misspells one is told what comes close."""

from __future__ import annotations

import pytest

from sagactl.errors import UnknownName
from sagactl.linter.registry import all_rules, find, module_of, select


def codes(chosen: list[str], ignored: list[str]) -> list[str]:
    return [rule.code for rule in select(chosen, ignored)]


@pytest.mark.parametrize("name", ["SG101", "sg101", "missing-compensation", " SG101 ", "Missing-Compensation"])
def test_a_rule_is_found_by_its_code_and_its_name(name: str) -> None:
    assert find(name).code == "SG101"


@pytest.mark.parametrize(
    ("name", "help"),
    [
        ("missing-compensations", "did you mean `missing-compensation`?"),
        ("missing_compensation", "did you mean `missing-compensation`?"),
        ("mising-compensation", "did you mean `missing-compensation`?"),
    ],
)
def test_an_unknown_name_comes_with_a_suggestion(name: str, help: str) -> None:
    with pytest.raises(UnknownName) as caught:
        find(name)
    assert caught.value.help == help
    assert name in caught.value.message


def test_an_empty_word_is_no_rule() -> None:
    with pytest.raises(UnknownName):
        find("")


def test_nothing_chosen_means_the_rules_that_are_on_by_default() -> None:
    assert codes([], []) == [rule.code for rule in all_rules() if rule.default]
    assert "SG122" not in codes([], [])


def test_all_means_every_rule() -> None:
    assert codes(["ALL"], []) == [rule.code for rule in all_rules()]
    assert codes(["all"], []) == codes(["ALL"], [])


def test_a_prefix_means_every_rule_that_begins_so() -> None:
    assert codes(["SG1"], []) == [rule.code for rule in all_rules() if rule.code.startswith("SG1")]
    assert codes(["sg10"], ["SG101"]) == [code for code in codes(["SG10"], []) if code != "SG101"]


def test_what_is_ignored_wins_over_what_is_chosen() -> None:
    assert codes(["SG101", "SG102"], ["missing-compensation"]) == ["SG102"]
    assert codes(["SG101"], ["ALL"]) == []


def test_a_rule_that_is_off_by_default_can_be_chosen() -> None:
    assert codes(["no-undo-handler"], []) == ["SG122"]


def test_a_rule_chosen_twice_runs_once() -> None:
    assert codes(["SG101", "missing-compensation", "SG10"], []) == codes(["SG10"], [])


@pytest.mark.parametrize("word", ["SG77", "SGX", "nonsense"])
def test_a_word_that_means_no_rule_is_an_error_of_the_call(word: str) -> None:
    with pytest.raises(UnknownName):
        select([word], [])
    with pytest.raises(UnknownName):
        select([], [word])


def test_the_rules_come_in_the_order_of_their_codes() -> None:
    assert [rule.code for rule in all_rules()] == sorted(rule.code for rule in all_rules())


def test_the_module_of_a_rule_holds_it() -> None:
    for rule in all_rules():
        assert module_of(rule).RULE.code == rule.code
