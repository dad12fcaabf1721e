"""Each rule is one file whose docstring explains it, and whose examples show it at work."""

from __future__ import annotations

import pytest

from sagactl.linter.concerns import CONCERNS
from sagactl.linter.lint import check, lint
from sagactl.linter.pages import page
from sagactl.linter.registry import all_rules, module_of
from sagactl.linter.rule import Rule
from sagactl.recommender import recommend
from sagactl.source.build import read
from sagactl.source.check import RULE_NAMES
from tests.linter.cases import load

AREAS = {
    "structure": ("SG0",),
    "compensation": ("SG1",),
    "phases": ("SG2",),
    "outcomes": ("SG3",),
    "delivery": ("SG3",),
    "time": ("SG4",),
    "operations": ("SG5",),
    "isolation": ("SG6",),
    "data": ("SG7",),
    "choreography": ("SG8",),
    "versions": ("SG90",),
    "targets": ("SG91",),
    "suppressions": ("SG000", "SG991", "SG992", "SG993"),
    "promises": ("SG990",),
}
"""The folders, and how the codes in each begin."""

INNER = """
saga: book-hotel-for-good
rollback: {triggers: [rejection, failure, timeout]}
steps:
  - step: hold-room
    participant: hotels
    action: HoldRoom
    rejects: [NoRoom]
    compensation: ReleaseRoom
  - step: hold-parking
    participant: garage
    action: HoldParking
    compensation: ReleaseParking
"""
"""A definition that examples may run as a step."""

OURS = ("SG0", "SG1", "SG2", "SG3", "SG4", "SG5", "SG6", "SG7", "SG8", "SG99")

each_rule = pytest.mark.parametrize("rule", all_rules(), ids=lambda rule: rule.code)
each_of_ours = pytest.mark.parametrize(
    "rule", [rule for rule in all_rules() if rule.code.startswith(OURS)], ids=lambda rule: rule.code
)


def found(text: str) -> list[tuple[str, str]]:
    """Code and severity of all that lint says of a text, all rules chosen."""
    inner = read(INNER.encode(), "inner").saga
    assert inner is not None
    reading = read(text.encode(), "example")
    linted = lint(reading, all_rules(), {inner.id: inner}, today="2026-06-01", recommend=recommend)
    return [(located.finding.code, located.finding.severity) for located in linted.findings]


@each_of_ours
def test_the_bad_example_shows_the_defect(rule: Rule) -> None:
    assert rule.code in [code for code, _ in found(page(rule).bad)]


@each_of_ours
def test_the_good_example_is_free_of_it_and_of_every_error(rule: Rule) -> None:
    said = found(page(rule).good)
    assert rule.code not in [code for code, _ in said]
    if rule.code in ("SG000", "SG992", "SG993"):
        said = [(code, severity) for code, severity in said if code != "SG101"]
    assert [code for code, severity in said if severity == "error"] == []


@each_of_ours
def test_the_bad_example_is_valid_unless_validity_is_what_it_shows(rule: Rule) -> None:
    assert read(page(rule).bad.encode(), "example").valid is not rule.decides_validity


@each_of_ours
def test_the_bad_example_has_no_other_error(rule: Rule) -> None:
    together = {"SG117": {"SG202"}, "SG209": {"SG202"}, "SG992": {"SG101"}, "SG000": {"SG101"}, "SG993": {"SG101"}}
    errors = {code for code, severity in found(page(rule).bad) if severity == "error"}
    assert errors <= {rule.code} | together.get(rule.code, set())


@each_rule
def test_the_docstring_is_complete(rule: Rule) -> None:
    shown = page(rule)
    assert shown.title.endswith(".")
    assert not shown.title[0].isupper()
    assert shown.source and not shown.source.isspace()
    assert shown.since == "0.1"
    assert shown.bad != shown.good


@each_rule
def test_the_file_is_named_like_the_rule_and_stands_in_its_area(rule: Rule) -> None:
    *_, area, file = module_of(rule).__name__.split(".")
    assert file == rule.name.replace("-", "_")
    assert rule.code.startswith(AREAS[area])


@each_rule
def test_why_is_one_sentence(rule: Rule) -> None:
    assert rule.why[0].isupper()
    assert rule.why.endswith(".")
    assert ". " not in rule.why


@each_rule
def test_a_rule_has_a_check_unless_something_else_does_it(rule: Rule) -> None:
    assert not (rule.check is not None and (rule.decides_validity or rule.about_suppressions))
    assert (rule.digest is None) is (rule.check_all is None)


def test_codes_and_names_are_unique() -> None:
    rules = all_rules()
    assert len({rule.code for rule in rules}) == len({rule.name for rule in rules}) == len(rules)


def test_every_finding_of_reading_has_its_page() -> None:
    pages = {rule.code: rule.name for rule in all_rules() if rule.decides_validity}
    assert pages == RULE_NAMES


SAMPLES = [
    load(text) for rule in all_rules() if not rule.decides_validity for text in (page(rule).bad, page(rule).good)
]


@pytest.mark.parametrize("rule", [rule for rule in all_rules() if rule.concerns], ids=lambda rule: rule.code)
def test_a_rule_has_nothing_to_say_of_a_saga_without_its_concern(rule: Rule) -> None:
    always = (rule._replace(concerns=""),)
    lacking = [saga for saga in SAMPLES if not CONCERNS[rule.concerns](saga)]
    assert len(lacking) > 10
    assert [finding for saga in lacking for finding in check(saga, always)] == []
