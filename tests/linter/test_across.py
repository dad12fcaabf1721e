"""Rules over all sagas see a digest of each, and what they find stands in one file and points into others."""

from __future__ import annotations

import json
import pickle
from collections.abc import Iterator, Sequence

import pytest

from sagactl.finding import Related
from sagactl.linter.across import digest
from sagactl.linter.facts import Facts
from sagactl.linter.lint import check, lint, lint_all
from sagactl.linter.registry import all_rules, find
from sagactl.linter.rule import Digest, Hit, Rule, at_step
from sagactl.model import Saga
from sagactl.reports.findings import Report, concise, full
from sagactl.reports.findings import json as as_json
from sagactl.source.build import Reading, read
from tests.linter.cases import load


def actions(saga: Saga, facts: Facts) -> dict[str, tuple[str | int, ...]] | None:
    """Where each action of a saga stands; nothing of a saga whose participants all have a name of their own."""
    found = {step.action: step.route for step in saga.steps if step.action is not None and step.participant == "p"}
    return found or None


def shared(digests: Sequence[Digest]) -> Iterator[Hit]:
    """Actions that an earlier saga has too."""
    first: dict[str, Digest] = {}
    for each in digests:
        for action, route in each.value.items():
            known = first.setdefault(action, each)
            if known is not each:
                there = Related(f"`{known.saga}` has it too", at_step(known.value[action], "action"), known.path)
                here = Related("a place in the same file", at_step(route), each.path)
                yield Hit(f"`{action}` again", at_step(route, "action"), "s", related=(there, here), path=each.path)


SHARED = Rule("SG107", "overwriting-undo", "info", "Two sagas do the same.", digest=actions, check_all=shared)
UNUSED = find("SG991")


def one(id: str, name: str, action: str = "DoIt", comment: str = "") -> Reading:
    text = f"saga: {id}\nsteps:\n{comment}  - {{step: s, participant: p, action: {action}, kind: pivot}}\n"
    return read(text.encode(), name)


A, B, C = one("a", "a.yaml"), one("b", "b\x1b.yaml"), one("c", "c.yaml", "Other")
IGNORED = one("c", "c.yaml", comment="  # sagactl: ignore[SG107] meant so\n")


def test_a_finding_stands_in_its_file_and_points_into_the_other() -> None:
    first, second, third = lint_all((A, B, C), (SHARED,))
    assert first.findings == third.findings == ()
    finding, region, _ = second.findings[0]
    assert (finding.saga, finding.message, region.line) == ("b", "`DoIt` again", 3)
    elsewhere, here = finding.related
    assert elsewhere.path == "a.yaml"
    assert elsewhere.place == region
    assert here.path == ""


def test_a_file_alone_is_a_run_of_one_saga() -> None:
    assert lint(B, (SHARED,)).findings == ()


def test_without_texts_ids_stand_for_paths() -> None:
    sagas = {reading.saga.id: reading.saga for reading in (A, B) if reading.saga is not None}
    found = list(check(sagas["b"], (SHARED,), {"a": sagas["a"]}))
    assert [(finding.saga, finding.related[0].path) for finding in found] == [("b", "a")]
    assert list(check(sagas["a"], (SHARED,), sagas)) == []


def test_a_broken_file_takes_no_part() -> None:
    broken = read(b"saga: b\nsteps: [{step: s, participant: p, action: DoIt, colour: red}]\n", "broken.yaml")
    said = lint_all((A, broken), (SHARED,))[1]
    assert [located.finding.code for located in said.findings] == ["SG001"]


def test_a_file_given_twice_under_one_name_is_told_once() -> None:
    assert [len(file.findings) for file in lint_all((A, C, one("c", "c.yaml")), (SHARED,))] == [0, 1, 0]


def test_a_suppression_works_in_the_file_of_the_finding() -> None:
    linted = lint_all((A, IGNORED), (SHARED, UNUSED))[1]
    assert (linted.findings, len(linted.suppressed)) == ((), 1)


def test_a_suppression_is_not_called_unused_where_other_files_may_need_it() -> None:
    assert lint(IGNORED, (SHARED, UNUSED)).findings == ()


def test_reports_show_the_place_in_the_other_file() -> None:
    report = Report(lint_all((B, A), (SHARED,)))
    lines = full.render(report).splitlines()
    assert "  ::: b\\x1b.yaml:3:39" in lines
    label = lines[lines.index("  ::: b\\x1b.yaml:3:39") + 2]
    assert label.endswith("---- `b` has it too")
    assert concise.render(report).splitlines()[0].endswith("`DoIt` again (see b\\x1b.yaml:3:39)")
    related = json.loads(as_json.render(report))["findings"][0]["related"]
    assert [each["path"] for each in related] == ["b\x1b.yaml", "a.yaml"]


@pytest.mark.parametrize("rule", [rule for rule in all_rules() if rule.digest], ids=lambda rule: rule.code)
def test_digests_travel_between_processes(rule: Rule) -> None:
    from sagactl.linter.pages import page

    saga = load(page(rule).bad)
    made = digest("a path", saga, Facts(saga), (rule,))
    assert made.values
    assert pickle.loads(pickle.dumps(made)) == made


def test_rules_with_one_digest_share_it() -> None:
    twin = SHARED._replace(code="SG101")
    assert A.saga is not None and C.saga is not None
    made = digest("a.yaml", A.saga, Facts(A.saga), (SHARED, twin))
    assert made.values["SG107"] is made.values["SG101"]
