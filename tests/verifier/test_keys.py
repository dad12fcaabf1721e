"""Commands under one key: the second is taken for a repetition of the first."""

from __future__ import annotations

import pytest

from sagactl.verifier import verify
from tests.linter.cases import load

TEXT = """
saga: pair
defaults: {timeout: 5s, retry: 3}
input: {order_id: string, lines: array}
participants:
  p: {idempotency: %s, rejects_late_actions: true, remembers_failures: true}
  q: {idempotency: key, rejects_late_actions: true, remembers_failures: true}
steps:
  - {step: a, participant: p, action: DoA, compensation: {command: UndoA%s}%s}
  - {step: b, participant: p, action: DoB, compensation: {command: UndoB}%s}
  - {step: c, participant: q, action: DoC, kind: pivot, retry: forever}
"""


def broken(undo_a: str = "", a: str = "", b: str = "", by: str = "key") -> set[tuple[str, str]]:
    found = verify(load(TEXT % (by, undo_a, a, b)))
    return {(each.property, each.step) for each in found.violations}


@pytest.mark.parametrize(
    ("undo_a", "a", "b", "expected"),
    [
        ("", "", "", set()),
        ("", ", key: '{saga_id}'", "", set()),
        ("", ", key: '{saga_id}'", ", key: '{saga_id}'", {("S4", "b")}),
        ("", ", key: '{saga_id}:{step}'", ", key: '{saga_id}:{step}'", set()),
        (", key: '{saga_id}:{step}'", "", "", {("S6", "a")}),
        (", key: '{saga_id}:{step}:back'", "", "", set()),
        (", key: '{saga_id}:a'", ", key: '{saga_id}:{step}'", "", {("S6", "a")}),
        ("", ", key: 'fixed'", "", {("S4", "a")}),
        ("", ", key: '{input.order_id}:{step}'", "", set()),
        ("", ", for_each: input.lines, key: '{saga_id}:{step}'", "", {("S4", "a[2]")}),
        ("", ", for_each: input.lines, key: '{saga_id}:{step}:{item}'", "", set()),
    ],
)
def test_what_bears_the_same_key_is_mistaken(undo_a: str, a: str, b: str, expected: set[tuple[str, str]]) -> None:
    assert broken(undo_a, a, b) == expected


def test_who_does_not_go_by_keys_mistakes_nothing() -> None:
    assert broken(a=", key: '{saga_id}'", b=", key: '{saga_id}'", by="natural") == set()
