"""Findings about behaviour carry the run that shows them, and the faults by which a rehearsal shows it again."""

from __future__ import annotations

import pytest

from sagactl.finding import Evidence
from sagactl.linter import pages
from sagactl.linter.proofs import PROVES
from sagactl.linter.registry import find
from tests.linter.cases import findings, flow

WITHOUT = {
    "SG305": "its participant forgets between two tries that are hours apart, and one step alone has two tries",
    "SG306": "it wishes that nothing be undone, of which there is more than one kind",
    "SG307": "its compensation refuses what it never saw, which the participants of a rehearsal do not",
}
"""Rules whose bad example shows no run, and why."""

SHOWN = sorted(PROVES.keys() - WITHOUT.keys())


@pytest.mark.parametrize("code", SHOWN)
def test_the_bad_example_is_proved(code: str) -> None:
    shown = [found.evidence for found in findings(pages.page(find(code)).bad) if found.code == code]
    assert shown
    proof = next((each for each in shown if each is not None), None)
    assert proof is not None
    assert 2 <= len(proof.moments) <= 10


def test_the_story_ends_with_the_defect() -> None:
    text = flow(
        "step: pay, participant: p, action: Pay, timeout: 5s, retry: 3, compensation: {command: Refund}",
        "step: ship, participant: q, action: Ship, kind: pivot, timeout: 5s, retry: forever",
        head="participants: {p: {idempotency: none}, q: {idempotency: key}}\n",
    )
    proof: Evidence | None = next(found.evidence for found in findings(text) if found.code == "SG301")
    assert proof is not None
    assert proof.faults == ("pay:crash",)
    assert "`p` does `Pay` again" in proof.moments


def test_a_long_saga_is_found_fault_with_and_not_told() -> None:
    steps = [
        f"step: s{n}, participant: p, action: Do{n}, timeout: 5s, retry: 2, compensation: Undo{n}" for n in range(60)
    ]
    found = [
        each for each in findings(flow(*steps, head="participants: {p: {idempotency: none}}\n")) if each.code == "SG301"
    ]
    assert found
    assert all(each.evidence is None for each in found)
