"""Sagas of one run meet at their resources: what one does to another, and where each is told."""

from __future__ import annotations

from typing import get_args

import pytest

from sagactl.access import PREVENTS, Anomaly
from sagactl.finding import Finding, Related
from sagactl.linter.lint import Linted, lint_all
from sagactl.linter.registry import select
from sagactl.model import Countermeasure
from sagactl.source.build import read
from tests.linter.cases import SHIP, findings, flow, steps_found
from tests.linter.isolation_cases import ADD, CHOICE, FREE, FREE_Z, LOCK, LOCK_Z, READ, SAY_NO, SET, WRITE, x, xz

X = "resources: {x: {}}\n"


def other(text: str, id: str = "other") -> str:
    """The same flow as a saga of its own."""
    return f"saga: {id}\n{text}"


def alone(*lines: str, **about: str) -> str:
    """A saga whose own runs never meet."""
    return "limits: {concurrency: 1}\n" + x(*lines, **about)


CASES = [
    # code, about, the saga, another one, the steps of the first at which the rule fires
    ("SG601", "another saga adds in between", alone(READ, SET, SHIP), x(ADD, SHIP), ["put"]),
    ("SG601", "another saga only reads", alone(READ, SET, SHIP), x(READ, SHIP), []),
    (
        "SG601",
        "another owner's resource",
        alone(READ, SET, SHIP),
        x(ADD.replace("participant: p", "participant: q"), SHIP, participant="q"),
        [],
    ),
    (
        "SG601",
        "an owner who is not named",
        alone(READ, SET, SHIP),
        flow(ADD, SHIP, head=X),
        ["put"],
    ),
    ("SG601", "the other one says what protects it", x(READ, SET, SHIP), x(ADD, SHIP, countermeasure="version"), []),
    ("SG601", "who only adds loses nothing", x(ADD, SHIP), x(READ, SET, SHIP), []),
    ("SG602", "another saga may undo it", x(READ, SHIP), x(ADD, SAY_NO, SHIP), ["read"]),
    ("SG602", "another saga does not undo it", x(READ, SHIP), flow(f"{SHIP}, writes: x", head=X), []),
    ("SG602", "the writer holds its lock", x(READ, SHIP), x(LOCK, ADD, SAY_NO, f"{SHIP}, unlock: x"), []),
    ("SG603", "another saga writes", x(READ, READ.replace("read,", "b,", 1), SHIP), x(WRITE, SHIP), ["b"]),
    (
        "SG606",
        "the other way round",
        xz(LOCK, LOCK_Z, SHIP, FREE, FREE_Z),
        xz(LOCK_Z, LOCK, SHIP, FREE, FREE_Z),
        ["lock"],
    ),
    ("SG606", "the same way", xz(LOCK, LOCK_Z, SHIP, FREE, FREE_Z), xz(LOCK, LOCK_Z, SHIP, FREE, FREE_Z), []),
    (
        "SG606",
        "other owners' resources",
        xz(LOCK, LOCK_Z, SHIP, FREE, FREE_Z),
        xz(LOCK_Z, LOCK, SHIP, FREE, FREE_Z).replace("participant: p", "participant: q"),
        [],
    ),
    (
        "SG606",
        "a nested saga takes the second",
        xz(LOCK, "step: n, saga: s1", SHIP, FREE),
        xz(LOCK_Z, SHIP, FREE_Z),
        [],
    ),
    ("SG611", "told by dirty-read", x(READ, SHIP, invariant="never below zero"), x(ADD, SAY_NO, SHIP), []),
]


@pytest.mark.parametrize(
    ("code", "about", "text", "against", "expected"), CASES, ids=[f"{case[0]}: {case[1]}" for case in CASES]
)
def test_a_rule_sees_the_other_saga(code: str, about: str, text: str, against: str, expected: list[str]) -> None:
    assert [each.step for each in said(run(text, against)[0]) if each.code == code] == expected


def test_locks_of_a_nested_saga_are_taken_while_the_parent_holds_its_own() -> None:
    parent = xz(LOCK, "step: n, saga: s1", SHIP, FREE)
    child, rival = xz(LOCK_Z, SHIP, FREE_Z), xz(LOCK_Z, LOCK, SHIP, FREE, FREE_Z)
    assert [told(file, "SG606") for file in run(parent, child)] == [(), ()]
    first, second = told(run(parent, child, rival)[0], "SG606")
    assert first.message == "`second` of `s1` takes `z` while `lock` of `s0` holds `x`"
    assert (first.path, second.path) == ("1.yaml", "2.yaml")


def test_a_lock_that_the_parent_releases_is_not_left_behind() -> None:
    child = other(x(LOCK, SHIP), "child")
    parent = other(x("step: n, saga: child", FREE), "parent")
    assert steps_found("SG604", child) == ["lock"]
    assert steps_found("SG604", child, parent) == []


def test_a_copy_of_a_saga_is_no_other_saga() -> None:
    text = other(alone(READ, SET, SHIP)).encode()
    files = lint_all([read(text, "a.yaml"), read(text, "copy.yaml")], select(["SG6"], []))
    assert [located.finding.code for file in files for located in file.findings] == []


def run(*texts: str) -> tuple[Linted, ...]:
    readings = [read(f"saga: s{at}\n{text}".encode(), f"{at}.yaml") for at, text in enumerate(texts)]
    assert all(reading.valid for reading in readings)
    return lint_all(readings, select(["SG6"], []))


def told(file: Linted, code: str) -> tuple[Related, ...]:
    return next((each.related for each in said(file) if each.code == code), ())


def said(file: Linted) -> list[Finding]:
    return [located.finding for located in file.findings]


def test_the_others_are_named_with_their_files() -> None:
    files = run(alone(READ, SET, SHIP), x(ADD, SHIP), x(ADD, SHIP), x(ADD, SHIP), x(ADD, SHIP))
    assert [related.path for related in told(files[0], "SG601")] == ["", "1.yaml", "2.yaml", "3.yaml"]
    finding = next(each for each in said(files[0]) if each.code == "SG601")
    assert finding.message == "`put` overwrites what a run of `s1` writes to `x` after `read` read it"
    assert finding.related[1].message == "`add` of `s1` writes `x`"


def test_a_cycle_is_told_once_and_printed() -> None:
    files = run(xz(LOCK, LOCK_Z, SHIP, FREE, FREE_Z), xz(LOCK_Z, LOCK, SHIP, FREE, FREE_Z))
    assert [[each.code for each in said(file)] for file in files] == [["SG606"], []]
    finding = said(files[0])[0]
    assert finding.message.endswith("for ever: `x` -> `z` -> `x`")
    assert [related.path for related in finding.related] == ["", "1.yaml"]
    assert finding.help == "take them in the same order everywhere: `x`, `z`"


def test_a_cycle_in_one_saga_is_broken_by_an_order() -> None:
    found = findings(xz(f"{LOCK}, after: []", f"{LOCK_Z}, after: []", SHIP, FREE, FREE_Z))
    help = next(each.help for each in found if each.code == "SG606")
    assert help == "take one after the other: add `lock` to `after` of `second`"


def test_what_is_not_stated_is_only_pointed_out() -> None:
    bare = findings(x(READ, WRITE, SHIP))
    fed = findings(x(f"{READ}, output: {{n: number}}", f"{WRITE}, input: {{n: steps.read.output.n}}", SHIP))
    stated = findings(x(READ, SET, SHIP))
    severities = [next(each.severity for each in found if each.code == "SG601") for found in (bare, fed, stated)]
    assert severities == ["info", "warning", "warning"]


def test_the_outcome_on_which_a_lock_stays_is_named() -> None:
    text = flow(LOCK, f"{SAY_NO}, unlock: x, when: {{size: large}}", SHIP, head=CHOICE)
    found = next(each for each in findings(text) if each.code == "SG604")
    assert found.message == "`lock` locks `x`, and only its end after 1d releases it when `size` is `small`"
    assert [related.message for related in found.related] == ["`say` releases it"]


def test_a_lock_that_ends_by_itself_is_a_warning() -> None:
    without = x(LOCK.replace("lock_ttl: 1d, ", ""), SHIP)
    severities = [each.severity for text in (without, x(LOCK, SHIP)) for each in findings(text) if each.code == "SG604"]
    assert severities == ["error", "warning"]


def test_every_countermeasure_prevents_something_and_only_what_has_a_name() -> None:
    assert set(PREVENTS) == set(get_args(Countermeasure))
    for prevented in PREVENTS.values():
        assert prevented and prevented <= set(get_args(Anomaly))


def test_a_thousand_locks_take_no_time() -> None:
    """Each of them might be compared with each other one three times over."""
    lines = [
        f"step: s{at}, participant: p, action: A{at}, lock: x, lock_ttl: 1d, unlock: x, reads: x, writes: x, "
        f"write_mode: set, when: {{size: {'large' if at % 2 else 'small'}}}, compensation: U{at}"
        for at in range(998)
    ]
    assert steps_found("SG604", flow(*lines, SHIP, FREE, head=CHOICE)) == []
