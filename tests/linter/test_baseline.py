"""A baseline knows findings by what they are about, never by their lines, and changes only when it is told to."""

from __future__ import annotations

import pytest

from sagactl.errors import UsageError
from sagactl.finding import Finding, Place
from sagactl.linter.baseline import Baseline, Entry, Scope, compare, parse, update, write
from sagactl.linter.identity import Identity, fingerprint, identity, names
from sagactl.linter.lint import lint
from sagactl.linter.linted import Linted
from sagactl.linter.registry import select
from sagactl.source.build import read

RULES = select(["SG101"], [])
ALL = Scope(frozenset({"SG101"}), whole=True)
PART = Scope(frozenset({"SG101"}), whole=False)
NEW = Baseline("b.json")

STEP = "  - {{step: {0}, participant: p, action: Do{1}}}\n"
SHIP = "  - {step: ship, participant: post, action: ShipBox, kind: pivot}\n"


def file(*steps: str, id: str = "order", head: str = "") -> Linted:
    """A file in which each step lacks its compensation."""
    body = "".join(STEP.format(step, step.capitalize()) for step in steps)
    return lint(read(f"{head}saga: {id}\nsteps:\n{body}{SHIP}".encode(), f"{id}.saga.yaml"), RULES)


def own(step: str, saga: str = "order") -> Identity:
    return Identity("SG101", saga, "", step, (f"Do{step.capitalize()}",))


def steps(files: tuple[Linted, ...]) -> list[str]:
    return [located.finding.step for each in files for located in each.findings]


def made(*files: Linted) -> Baseline:
    return update(NEW, files, ALL, accept=True).baseline


def test_names_are_what_a_message_is_known_by() -> None:
    assert names("`b` comes after `a`, which comes after `b` 3 times") == ("a", "b")
    assert names("nothing in particular") == ()


def test_a_file_without_a_saga_is_known_by_its_path() -> None:
    finding = Finding("SG018", "unreadable-file", "error", "no `x`", Place(()))
    assert identity(finding, "a.saga.yaml") == Identity("SG018", "", "a.saga.yaml", "", ("x",))


def test_fingerprints_keep_their_parts_apart() -> None:
    one, two = Identity("R", "ab", "", "c", ()), Identity("R", "a", "", "bc", ())
    assert fingerprint(one, 1) != fingerprint(two, 1)
    assert fingerprint(one, 1) != fingerprint(one, 2)


def test_what_is_accepted_is_not_found() -> None:
    compared = compare(made(file("a", "b")), (file("a", "b"),), ALL)
    assert steps(compared.files) == []
    assert [accepted.by for accepted in compared.files[0].suppressed] == ["baseline", "baseline"]
    assert compared.stale == ()


def test_an_edit_above_changes_nothing() -> None:
    assert steps(compare(made(file("a")), (file("a", head="# a\n# title\n"),), ALL).files) == []


def test_what_is_new_is_found() -> None:
    assert steps(compare(made(file("a")), (file("a", "b"),), ALL).files) == ["b"]


def test_equal_findings_are_counted() -> None:
    twice = Baseline("b.json", (Entry(own("a"), 1),))
    first = file("a")
    doubled = first._replace(findings=first.findings * 2)
    compared = compare(twice, (doubled,), ALL)
    assert (len(compared.files[0].findings), len(compared.files[0].suppressed)) == (1, 1)


def test_what_is_mended_is_stale() -> None:
    assert [entry.identity.step for entry in compare(made(file("a", "b")), (file("b"),), ALL).stale] == ["a"]


def test_an_entry_is_judged_only_where_its_rule_ran() -> None:
    other = Scope(frozenset({"SG202"}), whole=True)
    assert compare(made(file("a")), (file(),), other).stale == ()


def test_an_entry_is_judged_only_where_its_saga_was_seen() -> None:
    baseline = made(file("a"), file("a", id="travel"))
    assert compare(baseline, (file("a"),), PART).stale == ()
    assert [entry.identity.saga for entry in compare(baseline, (file("a"),), ALL).stale] == ["travel"]


def test_an_update_takes_out_and_never_adds() -> None:
    change = update(made(file("a", "b")), (file("b", "c"),), ALL, accept=False)
    assert [entry.identity.step for entry in change.baseline.entries] == ["b"]
    assert (change.added, [entry.identity.step for entry in change.removed]) == ((), ["a"])


def test_an_update_adds_when_it_is_told_to() -> None:
    change = update(made(file("a", "b")), (file("b", "c"),), ALL, accept=True)
    assert [entry.identity.step for entry in change.baseline.entries] == ["b", "c"]
    assert [entry.identity.step for entry in change.added] == ["c"]
    assert steps(compare(change.baseline, (file("b", "c"),), ALL).files) == []


def test_updating_twice_changes_nothing() -> None:
    once = update(made(file("a", "b")), (file("b", "c"),), ALL, accept=True)
    twice = update(once.baseline, (file("b", "c"),), ALL, accept=True)
    assert (twice.baseline, twice.added, twice.removed) == (once.baseline, (), ())


def test_what_keeps_a_definition_from_being_understood_cannot_be_accepted() -> None:
    broken = lint(read(b"saga: x\nsteps: [{step: a, acton: B}]\n", "x.saga.yaml"), RULES)
    assert broken.findings
    assert made(broken).entries == ()
    entry = Entry(identity(broken.findings[0].finding, "x.saga.yaml"), 9)
    assert compare(Baseline("b.json", (entry,)), (broken,), ALL).files == (broken,)


# -- the file


def test_the_file_has_a_line_for_each_entry_and_reads_back() -> None:
    baseline = made(file("b", "a"), file("a", id="travel"))
    text = write(baseline)
    assert parse("b.json", text) == baseline
    lines = [line for line in text.splitlines() if '"rule"' in line]
    assert [line.count('"order"') for line in lines] == [1, 1, 0]
    assert write(parse("b.json", text)) == text


def test_an_empty_baseline_reads_back() -> None:
    assert parse("b.json", write(NEW)) == NEW


def test_entries_that_a_merge_has_doubled_are_added_up() -> None:
    doubled = Baseline("b.json", made(file("a")).entries * 2)
    first = file("a")
    twice = first._replace(findings=first.findings * 2)
    assert steps(compare(doubled, (twice,), ALL).files) == []
    assert [entry.times for entry in update(doubled, (twice,), ALL, accept=False).baseline.entries] == [2]


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[]",
        "{}",
        "null",
        '{"version": 1}',
        '{"version": 1, "findings": {"a": 1}}',
        '{"version": 1, "findings": [{}]}',
        '{"version": 1, "findings": [{"rule": "SG101"}]}',
        '{"version": 1, "findings": [{"rule": "SG101", "count": "1"}]}',
        '{"version": 1, "findings": [{"rule": "SG101", "count": 1, "names": [3]}]}',
        '{"version": 1, "findings": [{"rule": 5, "count": 1}]}',
        "[" * 100_000,
    ],
)
def test_a_file_that_is_no_baseline_is_refused(text: str) -> None:
    with pytest.raises(UsageError, match=r"b\.json"):
        parse("b.json", text)


def test_a_later_version_is_refused_by_its_number() -> None:
    with pytest.raises(UsageError, match="version 2"):
        parse("b.json", '{"version": 2, "findings": []}')
